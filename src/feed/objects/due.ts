import { octetText } from '../../wire/index.ts'
import type { FeedReader, StateEntry } from '../reader.ts'
import { dueKey, Prefix, readDueKey, startsWith } from './keys.ts'

/** How many changes wait for their time. */
export function countDue(reader: FeedReader): number {
  let count = 0
  for (const _ of reader.states(Prefix.due)) count++
  return count
}

/** By how many what is to be written makes them more. */
export function dueDelta(reader: FeedReader, entries: readonly StateEntry[]): number {
  let delta = 0
  for (const { key, value } of entries) {
    if (!startsWith(key, Prefix.due)) continue
    delta += (value === undefined ? 0 : 1) - (reader.state(key) === undefined ? 0 : 1)
  }
  return delta
}

/** What comes due when: the store's list as a batch has made of it. */
export class DueList {
  readonly #reader: FeedReader
  readonly #entries = new Map<string, { readonly key: Uint8Array; readonly at: number; seq: number | undefined }>()

  constructor(reader: FeedReader) {
    this.#reader = reader
  }

  /** @param record key of the record that waits; @param seq of the event that it waits for, undefined when it waits no more */
  set(at: number, record: Uint8Array, seq: number | undefined): void {
    const key = dueKey(at, record)
    this.#entries.set(octetText(key), { key, at, seq })
  }

  /** Keys of records that were to change at or before a time, in the order of their times, without those that the batch saw. */
  *until(now: number): Generator<{ readonly at: number; readonly record: Uint8Array }> {
    for (const { key } of this.#reader.states(Prefix.due)) {
      const due = readDueKey(key)
      if (due.at > now) return
      if (!this.#entries.has(octetText(key))) yield due
    }
  }

  /** Milliseconds since 1970; undefined when nothing waits. */
  next(): number | undefined {
    let next: number | undefined
    for (const { at, seq } of this.#entries.values()) {
      if (seq !== undefined && (next === undefined || at < next)) next = at
    }
    for (const { key } of this.#reader.states(Prefix.due)) {
      if (this.#entries.has(octetText(key))) continue
      const { at } = readDueKey(key)
      return next === undefined ? at : Math.min(next, at)
    }
    return next
  }

  *changes(): Generator<StateEntry> {
    for (const { key, seq } of this.#entries.values()) {
      if (seq !== undefined) yield { key, value: Buffer.from(String(seq)) }
      else if (this.#reader.state(key) !== undefined) yield { key, value: undefined }
    }
  }
}
