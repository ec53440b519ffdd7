import { statSync } from 'node:fs'
import { join } from 'node:path'
import type { Database } from 'lmdb'
import type { JournalSettings, RRsetReplacement } from '../zone/index.ts'
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
   * Tells of an update, and takes away what is too old or too much.
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
    const summary = { first: revision, firstAt: committedAt, octets: 0, ...before }
    if (this.#settings === 'off') return this.#prune({ ...summary, first: revision + 1 }, revision, committedAt, 0)
    // Updates were made meanwhile that nothing was told of.
    if (summary.first > revision - 1) Object.assign(summary, { first: revision, firstAt: committedAt })
    let pieces = 0
    encodeEntry(revision, headerOf(record, serials, committedAt), record.replacements, (key, value) => {
      // Keys only ascend, so that pages are filled to their end. It says whether it did, whatever its type says.
      const isPut: unknown = this.#table.putSync(key, Buffer.from(value), { append: true })
      if (isPut !== true) {
        throw writeError(this.#path, new Error(`the journal has entries after revision ${revision - 1}`))
      }
      summary.octets += key.length + value.length
      pieces++
    })
    return this.#prune(summary, revision, committedAt, pieces)
  }

  #prune(summary: JournalSummary, revision: number, now: number, written: number): JournalSummary | undefined {
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
    return octets > 0 ? { first: Math.min(first, revision + 1), firstAt, octets } : undefined
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
  serials: { readonly before: number; readonly after: number },
  committedAt: number,
): JournalHeader {
  let removed = 0
  let added = 0
  for (const { before, after } of replacements) {
    const isSameTtl = before?.ttl === after?.ttl
    for (const list of ['rdatas', 'signatures'] as const) {
      const was = before?.[list] ?? []
      const is = after?.[list] ?? []
      // RFC 1995 4: a record with another TTL is another record.
      const kept = isSameTtl ? countCommon(was, is) : 0
      removed += was.length - kept
      added += is.length - kept
    }
  }
  return {
    serialBefore: serials.before,
    serialAfter: serials.after,
    committedAt,
    cause,
    seqs,
    whole: false,
    rrsets: replacements.length,
    removed,
    added,
  }
}

/** How many octet strings two lists, each without duplicates, have in common. */
function countCommon(a: readonly Uint8Array[], b: readonly Uint8Array[]): number {
  if (a === b) return a.length
  if (a.length * b.length <= 16) {
    return a.filter((octets) => b.some((other) => Buffer.compare(octets, other) === 0)).length
  }
  const known = new Set(a.map((octets) => Buffer.from(octets).toString('latin1')))
  return b.filter((octets) => known.has(Buffer.from(octets).toString('latin1'))).length
}
