import { LATENCY_BUCKETS } from '../../feed/index.ts'
import type { StatePut } from '../../store/index.ts'

/** Days that are kept: reports go back a year. */
const KEPT_DAYS = 400
const DAY = 86_400_000

export const LATENCY_PREFIX = Buffer.from('feed/l/')

/** How long the changes of one day (UTC) took to be answered: how many fell into each bucket. */
export interface DayLatency {
  /** YYYY-MM-DD. */
  readonly day: string
  /** From the registry's commit, as events tell it, to the first answer that showed the change. */
  readonly sinceCommitted: readonly number[]
  /** From the event's arrival. */
  readonly sinceArrived: readonly number[]
}

interface StateReader {
  state(key: Uint8Array): Uint8Array | undefined
  states(prefix: Uint8Array): Iterable<{ readonly value: Uint8Array }>
}

/** The days that are kept, oldest first. */
export function* latencies(reader: StateReader): Generator<DayLatency> {
  for (const { value } of reader.states(LATENCY_PREFIX)) yield JSON.parse(Buffer.from(value).toString()) as DayLatency
}

/** Counts what was measured, until the next commit keeps it. */
export class LatencyLog {
  #sinceCommitted = emptyCounts()
  #sinceArrived = emptyCounts()
  /** What the commit under way keeps. */
  #given: Pick<DayLatency, 'sinceCommitted' | 'sinceArrived'> = {
    sinceCommitted: emptyCounts(),
    sinceArrived: emptyCounts(),
  }

  /** @param sinceCommitted seconds, as the others */
  note(sinceCommitted: readonly number[], sinceArrived: readonly number[]): void {
    for (const seconds of sinceCommitted) count(this.#sinceCommitted, seconds)
    for (const seconds of sinceArrived) count(this.#sinceArrived, seconds)
  }

  /** What keeps it; to be told by `kept` that it is on the disk. @param now milliseconds since 1970 */
  puts(reader: StateReader, now: number): StatePut[] {
    this.#given = { sinceCommitted: [...this.#sinceCommitted], sinceArrived: [...this.#sinceArrived] }
    if (this.#given.sinceCommitted.every((n) => n === 0)) return []
    const day = dayOf(now)
    const stored = reader.state(keyOf(day))
    const before = stored === undefined ? undefined : (JSON.parse(Buffer.from(stored).toString()) as DayLatency)
    const latency: DayLatency = {
      day,
      sinceCommitted: sum(this.#sinceCommitted, before?.sinceCommitted),
      sinceArrived: sum(this.#sinceArrived, before?.sinceArrived),
    }
    const old = keyOf(dayOf(now - KEPT_DAYS * DAY))
    return [
      { key: keyOf(day), value: Buffer.from(JSON.stringify(latency)) },
      ...(before === undefined && reader.state(old) !== undefined ? [{ key: old, value: undefined }] : []),
    ]
  }

  /** What `puts` gave last is on the disk. */
  kept(): void {
    const { sinceCommitted, sinceArrived } = this.#given
    this.#sinceCommitted = this.#sinceCommitted.map((n, i) => n - sinceCommitted[i]!)
    this.#sinceArrived = this.#sinceArrived.map((n, i) => n - sinceArrived[i]!)
  }
}

function emptyCounts(): number[] {
  return new Array<number>(LATENCY_BUCKETS.length + 1).fill(0)
}

function count(counts: number[], seconds: number): void {
  const index = LATENCY_BUCKETS.findIndex((bound) => seconds <= bound)
  counts[index < 0 ? LATENCY_BUCKETS.length : index]!++
}

function sum(counts: readonly number[], before: readonly number[] | undefined): number[] {
  return counts.map((value, i) => value + (before?.[i] ?? 0))
}

function dayOf(now: number): string {
  return new Date(now).toISOString().slice(0, 10)
}

function keyOf(day: string): Uint8Array {
  return Buffer.concat([LATENCY_PREFIX, Buffer.from(day)])
}
