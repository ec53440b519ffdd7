import { expect, test } from 'vitest'
import { Histogram } from '../../bench/load/histogram.ts'

test('percentiles are within one percent, and the largest value is exact', () => {
  const histogram = new Histogram()
  for (let value = 1; value <= 100_000; value++) histogram.record(value)
  for (const share of [0.01, 0.5, 0.9, 0.99, 0.999]) {
    expect(Math.abs(histogram.percentile(share) / (share * 100_000) - 1)).toBeLessThan(0.01)
  }
  expect(histogram.percentile(1)).toBe(100_000)
  expect(histogram.max).toBe(100_000)
  expect(histogram.count).toBe(100_000)
})

test('buckets hold every record once, in order, and do not overlap', () => {
  const histogram = new Histogram()
  const values = [0, 1, 255, 256, 257, 511, 512, 4095, 65_536, 1_000_003, 4_294_967_295]
  for (const value of values) histogram.record(value)
  const buckets = [...histogram.buckets()]
  expect(buckets.reduce((sum, bucket) => sum + bucket.count, 0)).toBe(values.length)
  for (const value of values) expect(buckets.some(({ from, to }) => from <= value && value < to)).toBe(true)
  for (const [i, bucket] of buckets.entries()) expect(bucket.from).toBeGreaterThanOrEqual(buckets[i - 1]?.to ?? 0)
})

test('without records there is no latency', () => {
  expect(new Histogram().percentile(0.5)).toBe(0)
})
