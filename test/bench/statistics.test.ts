import { expect, test } from 'vitest'
import { ratios, spread } from '../../bench/compare/statistics.ts'

test('least, middle and largest', () => {
  expect(spread([3, 1, 2])).toEqual({ min: 1, median: 2, max: 3 })
  expect(spread([4, 1, 3, 2])).toEqual({ min: 1, median: 2.5, max: 4 })
  expect(spread([10, 9])).toEqual({ min: 9, median: 9.5, max: 10 })
  expect(spread([7])).toEqual({ min: 7, median: 7, max: 7 })
  expect(spread([])).toBeUndefined()
})

test('a ratio is to the best of the others in the same round', () => {
  const nsd = [100, 50, 100]
  const knot = [80, 60, 120]
  expect(ratios([200, 120, 60], [nsd, knot], 'highest')).toEqual({ min: 0.5, median: 2, max: 2 })
  expect(ratios([40, 50, 200], [nsd, knot], 'lowest')).toEqual({ min: 0.5, median: 1, max: 2 })
})

test('rounds in which either has no value are passed over', () => {
  expect(ratios([10, undefined, 30], [[undefined, 5, 15]], 'highest')).toEqual({ min: 2, median: 2, max: 2 })
  expect(ratios([10, 20], [], 'highest')).toBeUndefined()
  expect(ratios([10], [[undefined]], 'lowest')).toBeUndefined()
})
