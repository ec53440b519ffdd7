import { expect, test } from 'vitest'
import { LATENCY_BUCKETS } from '../../feed/index.ts'
import type { StatePut } from '../../store/index.ts'
import { LatencyLog, latencies } from './latency.ts'

const NOON = Date.parse('2026-05-01T12:00:00Z')
const DAY = 86_400_000

class State {
  readonly entries = new Map<string, Uint8Array>()

  put(puts: readonly StatePut[]): void {
    for (const { key, value } of puts) {
      if (value === undefined) this.entries.delete(Buffer.from(key).toString())
      else this.entries.set(Buffer.from(key).toString(), value)
    }
  }

  state(key: Uint8Array): Uint8Array | undefined {
    return this.entries.get(Buffer.from(key).toString())
  }

  *states(prefix: Uint8Array) {
    for (const key of [...this.entries.keys()].sort()) {
      if (key.startsWith(Buffer.from(prefix).toString())) yield { value: this.entries.get(key)! }
    }
  }
}

test('measurements of one day add up over commits and restarts, those of another stand by themselves', () => {
  const state = new State()
  for (const [seconds, at] of [
    [0.01, NOON],
    [0.011, NOON + 1000],
    [4000, NOON + 2000],
    [0.3, NOON + DAY],
  ] as const) {
    const log = new LatencyLog()
    log.note([seconds], [0.001])
    state.put(log.puts(state, at))
  }
  const [first, second] = [...latencies(state)]
  const filled = (counts: readonly number[]) =>
    counts.flatMap((n, i) => (n === 0 ? [] : [[LATENCY_BUCKETS[i] ?? 'more', n]]))
  expect(first!.day).toBe('2026-05-01')
  expect(filled(first!.sinceCommitted)).toEqual([
    [0.01, 1],
    [0.025, 1],
    ['more', 1],
  ])
  expect(filled(first!.sinceArrived)).toEqual([[0.01, 3]])
  expect(filled(second!.sinceCommitted)).toEqual([[0.5, 1]])
})

test('what a commit did not keep is kept by the next, and nothing twice', () => {
  const state = new State()
  const log = new LatencyLog()
  expect(log.puts(state, NOON)).toEqual([])
  log.note([0.2], [])
  // This commit fails.
  log.puts(state, NOON)
  state.put(log.puts(state, NOON))
  log.note([0.3], [])
  log.kept()
  state.put(log.puts(state, NOON))
  log.kept()
  expect(log.puts(state, NOON)).toEqual([])
  expect([...latencies(state)][0]!.sinceCommitted.reduce((a, b) => a + b)).toBe(2)
})

test('days beyond a year are dropped', () => {
  const state = new State()
  for (let day = 0; day <= 420; day++) {
    const log = new LatencyLog()
    log.note([1], [1])
    state.put(log.puts(state, NOON + day * DAY))
  }
  expect([...latencies(state)]).toHaveLength(400)
})
