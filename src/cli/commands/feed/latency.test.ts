import { expect, test } from 'vitest'
import { latencyOf } from './latency.ts'

const metrics = (zone: string, counts: Readonly<Record<string, number>>) =>
  Object.entries(counts)
    .map(([le, count]) => `zonecut_feed_change_to_answer_seconds_bucket{le="${le}",zone="${zone}"} ${count}\n`)
    .join('')

test('quantiles lie within their bucket, as if its values were spread evenly', () => {
  const text = metrics('zz.', { 0.1: 50, 0.2: 90, 1: 100, '+Inf': 100 })
  expect(latencyOf(text, 'zz.')).toEqual({ count: 100, p50: 0.1, p99: expect.closeTo(0.92, 9) })
})

test('what took longer than the last bound counts as that', () => {
  expect(latencyOf(metrics('zz.', { 0.1: 0, 1: 1, '+Inf': 4 }), 'zz.')).toEqual({ count: 4, p50: 1, p99: 1 })
})

test('only the zone itself counts, its name unescaped; nothing where nothing was measured', () => {
  const text = metrics('a\\\\.b.', { 1: 2, '+Inf': 2 }) + metrics('zz.', { 1: 0, '+Inf': 0 })
  expect(latencyOf(text, 'a\\.b.')).toEqual({ count: 2, p50: 0.5, p99: 0.99 })
  expect(latencyOf(text, 'zz.')).toBeUndefined()
  expect(latencyOf('', 'zz.')).toBeUndefined()
})
