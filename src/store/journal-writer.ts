import { statSync } from 'node:fs'
import { join } from 'node:path'
import type { Database } from 'lmdb'
import { type JournalSettings, type RRsetReplacement, recordDifference } from '../zone/index.ts'
import { writeError } from './error.ts'
import { encodeEntry, JournalCursor, type JournalHeader, readPiece } from './journal-form.ts'
import type { JournalSummary } from './layout.ts'

type Table = Database<Uint8Array, Uint8Array>

/** Pieces taken away at a commit at most, beyond twice those that it writes: old ones go as new ones come, in no wave. */
const PRUNED = 16
const LEAST_SIZE = 256 << 20
const SHARE = 1 / 4

/** What an update tells the journal of itself. */
export interface JournalRecord {
  /** Short: `update`, `feed`. At most 255 octets are kept. */
  readonly cause: string
  readonly seqs?: { readonly first: number; readonly last: number } | undefined
  /** In canonical order of their owners, each RRset once. */
  readonly replacements: readonly RRsetReplacement[]
}

/** Keeps the journal of one environment, within its write transactions. */
export class JournalWriter {
  readonly #path: string
  readonly #table: Table
  readonly #settings: JournalSettings | 'off'

  constructor(path: string, table: Table, settings: JournalSettings | 'off') {
    this.#path = path
    this.#table = table
    this.#settings = settings
  }

  /**
   * Tells of an update, unless it changed no record, and takes away what is too old or too much.
   * @param before what the journal held
   * @returns what it holds now
   */
  write(
    revision: number,
    record: JournalRecord,
    serials: { readonly before: number; readonly after: number },
    committedAt: number,
    before: JournalSummary | undefined,
  ): JournalSummary | undefined {
    const isChanged = record.replacements.length > 0
    if (this.#settings === 'off') {
      // What it held led to the zone as it was before, and can't be undone any more.
      return before && this.#prune(isChanged ? { ...before, first: revision + 1 } : before, committedAt, 0)
    }
    // A history without a step would be one of nothing, and a long one of those fills the journal.
    if (!isChanged) return before && this.#prune(before, committedAt, 0)
    const previous = before !== undefined && before.last >= before.first ? before.last : 0
    const oldest = previous > 0 ? before! : { first: revision, firstAt: committedAt }
    let octets = before?.octets ?? 0
    let pieces = 0
    encodeEntry(revision, headerOf(record, previous, serials, committedAt), record.replacements, (key, value) => {
      // Keys only ascend, so that pages are filled to their end. It says whether it did, whatever its type says.
      const isPut: unknown = this.#table.putSync(key, value, { append: true })
      if (isPut !== true) {
        throw writeError(this.#path, new Error(`the journal has entries after revision ${revision - 1}`))
      }
      octets += key.length + value.length
      pieces++
    })
    const { first, firstAt } = oldest
    return this.#prune({ first, firstAt, last: revision, octets }, committedAt, pieces)
  }

  #prune(summary: JournalSummary, now: number, written: number): JournalSummary | undefined {
    const { last } = summary
    let { first, firstAt, octets } = summary
    const settings = this.#settings
    const size = settings === 'off' ? 0 : (settings.size ?? Math.max(LEAST_SIZE, SHARE * this.#fileSize()))
    const oldest = settings === 'off' ? Number.POSITIVE_INFINITY : now - settings.age * 1000
    const isDue = () => octets > size || firstAt < oldest
    for (let left = PRUNED + 2 * written; left >= 0 && octets > 0; left--) {
      const [entry] = this.#table.getRange({ limit: 1 })
      if (entry === undefined) return undefined
      const key = Buffer.from(entry.key)
      const at = key.readUInt32BE(0)
      const isRest = at < first || key.readUInt32BE(4) > 0
      if (!isRest) {
        first = at
        firstAt = timeOf(key, entry.value) ?? firstAt
      }
      if (left === 0 || (!isRest && !isDue())) break
      this.#table.removeSync(key)
      octets -= key.length + entry.value.length
      // Without its first piece an entry is gone.
      if (!isRest) first = at + 1
    }
    return octets > 0 ? { first, firstAt, last, octets } : undefined
  }

  #fileSize(): number {
    return statSync(join(this.#path, 'data.mdb'), { throwIfNoEntry: false })?.size ?? 0
  }
}

/** The time of an entry, by its first piece; undefined when that is damaged. */
function timeOf(key: Uint8Array, value: Uint8Array): number | undefined {
  try {
    return new JournalCursor(readPiece(key, value, 0, value.length).octets).header().committedAt
  } catch {
    return undefined
  }
}

function headerOf(
  { cause, seqs, replacements }: JournalRecord,
  previous: number,
  serials: { readonly before: number; readonly after: number },
  committedAt: number,
): JournalHeader {
  let removed = 0
  let added = 0
  for (const replacement of replacements) {
    const difference = recordDifference(replacement)
    removed += difference.removed.rdatas.length + difference.removed.signatures.length
    added += difference.added.rdatas.length + difference.added.signatures.length
  }
  return {
    previous,
    serialBefore: serials.before,
    serialAfter: serials.after,
    committedAt,
    cause,
    seqs,
    rrsets: replacements.length,
    removed,
    added,
  }
}
