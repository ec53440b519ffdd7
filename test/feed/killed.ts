import { expect } from 'vitest'
import { type FeedCursor, readCursor } from '../../src/pipeline/index.ts'
import { openZone } from '../../src/store/index.ts'
import { ORIGIN, START } from './fed-zones.ts'
import { isOfWaiting, type LiveStream, ModelFollower } from './registry-stream.ts'
import { type Stored, storedIn } from './stored.ts'

/** Compares what a killed writer left in the store with the model, taken as far along the stream as the store says. */
export class LeftBehind {
  readonly #dataDir: string
  readonly #stream: LiveStream
  readonly #model = new ModelFollower(START)

  constructor(dataDir: string, stream: LiveStream) {
    this.#dataDir = dataDir
    this.#stream = stream
  }

  /** The last event that the store is done with, once all has been compared. */
  check(): number {
    const { cursor, ...stored } = this.#read()
    if (cursor === undefined) return 0
    const seq = this.#reached(cursor)
    expect(seq).toBeGreaterThanOrEqual(this.#model.seq)
    this.#model.goOn(this.#stream.events, seq, 0)
    const { registry, counts, dead } = this.#model
    const others = (lines: readonly string[]) => lines.filter((line) => !isOfWaiting(line))
    expect(others(stored.zone)).toEqual(others(registry.zone))
    expect(others(stored.objects)).toEqual(others(registry.objects))
    expect(stored.dead).toEqual(dead)
    // Whether one still had to wait when it came depends on the clock.
    const { applied, pending, refused } = cursor.counts
    const done = counts.applied + counts.pending
    expect({ seq, done: applied + pending, refused }).toEqual({ seq: done + refused, done, refused: counts.refused })
    // No registry transaction is half done.
    expect(this.#stream.events[seq - 1]?.txEnd ?? 0).toBe(seq)
    return seq
  }

  /** The same when all events have been taken, and nothing waits any more. */
  checkEnd(): void {
    expect(this.check()).toBe(this.#stream.events.length)
    this.#model.goOn(this.#stream.events, this.#model.seq, Number.POSITIVE_INFINITY)
    const { zone, objects } = this.#read()
    expect(zone).toEqual(this.#model.registry.zone)
    expect(objects).toEqual(this.#model.registry.objects)
    this.#checkJournal()
  }

  /** The last event that the store is done with. */
  get seq(): number {
    const snapshot = openZone(this.#dataDir, ORIGIN)
    try {
      const cursor = readCursor(snapshot)
      return cursor === undefined ? 0 : this.#reached(cursor)
    } finally {
      snapshot.close()
    }
  }

  /** How far the store is, and whether something waits in it. */
  get progress(): { readonly seq: number; readonly serial: number; readonly isWaiting: boolean } {
    const { cursor, serial, objects } = this.#read()
    return {
      seq: cursor === undefined ? 0 : this.#reached(cursor),
      serial,
      isWaiting: objects.some((line) => line.includes('; at ')),
    }
  }

  /** The records that the model has, as lines. */
  get zone(): readonly string[] {
    return this.#model.registry.zone
  }

  /** Lines that can't be read, and are done with, stand for the numbers after the last one that is known. */
  #reached({ seq, unreadable }: FeedCursor): number {
    let reached = seq
    for (let left = Object.values(unreadable).reduce((sum, n) => sum + n, 0); left > 0; left--) {
      if (this.#stream.events[reached]?.model.fault === 'malformed') reached++
    }
    return reached
  }

  #read(): Stored {
    const snapshot = openZone(this.#dataDir, ORIGIN)
    try {
      return storedIn(snapshot)
    } finally {
      snapshot.close()
    }
  }

  /** No event is in two updates. */
  #checkJournal(): void {
    const snapshot = openZone(this.#dataDir, ORIGIN)
    let after = Number.POSITIVE_INFINITY
    for (const { seqs } of snapshot.journal.back()) {
      if (seqs === undefined) continue
      expect(seqs.last).toBeLessThan(after)
      after = seqs.first
    }
    snapshot.close()
  }
}
