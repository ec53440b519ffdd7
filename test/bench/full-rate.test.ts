import fc from 'fast-check'
import { expect, test } from 'vitest'
import { bySecond, fullRateAfter, warmRate } from '../../bench/compare/full-rate.ts'

/** A load of these replies a second, each rate for so many tenths of a second. */
function load(...parts: readonly (readonly [rate: number, tenths: number])[]): number[] {
  return parts.flatMap(([rate, tenths]) => new Array<number>(tenths).fill(rate / 10))
}

test('the warm rate is that of the middle tenth', () => {
  expect(warmRate(load([1000, 9], [0, 3]))).toBe(1000)
  expect(warmRate(load([1000, 1], [2000, 1]))).toBe(1500)
  expect(warmRate([])).toBeUndefined()
  expect(warmRate(load([0, 20]))).toBeUndefined()
})

test('replies by second; what is left of the last is not told', () => {
  expect(bySecond(load([1000, 10], [2000, 15]))).toEqual([1000, 2000])
  expect(bySecond(load([1000, 9]))).toEqual([])
})

test('a load at the full rate is so at once', () => {
  expect(fullRateAfter(load([1000, 50]), 1000)).toBe(0)
  expect(fullRateAfter(load([900, 50]), 1000)).toBe(0)
  expect(fullRateAfter(load([2000, 50]), 1000)).toBe(0)
})

test('a load below it never is', () => {
  expect(fullRateAfter(load([890, 50]), 1000)).toBe(Number.POSITIVE_INFINITY)
  // less than a second of it cannot show
  expect(fullRateAfter(load([500, 43], [1000, 7]), 1000)).toBe(Number.POSITIVE_INFINITY)
  expect(fullRateAfter([], 1000)).toBe(Number.POSITIVE_INFINITY)
})

test('it begins where the second from there on has nine tenths of it', () => {
  expect(fullRateAfter(load([0, 20], [1000, 30]), 1000)).toBe(1900)
  expect(fullRateAfter(load([500, 10], [800, 10], [1000, 30]), 1000)).toBe(1500)
})

test('a short dip is no end of the full rate, a long one is', () => {
  expect(fullRateAfter(load([1000, 30], [0, 2], [1000, 30]), 1000)).toBe(0)
  expect(fullRateAfter(load([1000, 10], [0, 20], [1000, 30]), 1000)).toBe(2900)
})

test('whatever the rates, from the time on that is found they come to nine tenths together', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 200 }), { maxLength: 60 }), (tenths) => {
      const after = fullRateAfter(tenths, 1000)
      const rest = tenths.slice(after / 100)
      const mean = rest.reduce((sum, count) => sum + count, 0) / Math.max(1, rest.length)
      expect(after === Number.POSITIVE_INFINITY || (rest.length >= 10 && mean >= 90)).toBe(true)
    }),
  )
})
