import { expect, test } from 'vitest'
import { Tenths } from '../../bench/load/tenths.ts'

test('replies of each full tenth of a second', () => {
  const tenths = new Tenths(5000)
  for (const [now, total] of [
    [5000, 0],
    [5099, 90],
    [5101, 100],
    [5200, 250],
    [5250, 300],
  ] as const) {
    tenths.at(now, total)
  }
  expect(tenths.counts).toEqual([100, 150])
})

test('a tenth that passed unseen has nothing, the one before has it all', () => {
  const tenths = new Tenths(0)
  tenths.at(50, 10)
  tenths.at(310, 40)
  expect(tenths.counts).toEqual([40, 0, 0])
})
