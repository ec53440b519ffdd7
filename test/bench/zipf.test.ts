import { expect, test } from 'vitest'
import { zipfSampler } from '../../bench/compare/zipf.ts'
import { Random } from '../zones/random.ts'

/** How often each rank is drawn. */
function histogram(count: number, exponent: number, draws: number): number[] {
  const random = new Random(1)
  const draw = zipfSampler(count, exponent, () => random.fraction())
  const seen = new Array<number>(count).fill(0)
  for (let i = 0; i < draws; i++) seen[draw()]!++
  return seen
}

test('the first rank comes twice as often as the second, and ten times as often as the tenth', () => {
  const seen = histogram(1000, 1, 400_000)
  expect(seen[0]! / seen[1]!).toBeCloseTo(2, 0)
  expect(seen[0]! / seen[9]!).toBeGreaterThan(9)
  expect(seen[0]! / seen[9]!).toBeLessThan(11)
  expect(seen.reduce((sum, count) => sum + count, 0)).toBe(400_000)
})

test('with exponent 0 every rank is as likely', () => {
  const seen = histogram(10, 0, 100_000)
  for (const count of seen) expect(Math.abs(count / 10_000 - 1)).toBeLessThan(0.05)
})

test('the ends of the drawn range are the first rank and the last', () => {
  expect(zipfSampler(5, 1, () => 0)()).toBe(0)
  expect(zipfSampler(5, 1, () => 1 - 2 ** -53)()).toBe(4)
  expect(zipfSampler(1, 1, () => 0.5)()).toBe(0)
})
