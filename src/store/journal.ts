import type { RRsetReplacement } from '../zone/index.ts'
import { JournalCursor, JournalFormError, type JournalHeader, journalKey, readPiece } from './journal-form.ts'
import type { ZoneInfo } from './layout.ts'
import { readU32 } from './octets.ts'
import { Seek, type Tree } from './tree.ts'

/** One update, as the journal tells of it. */
export interface JournalEntry extends JournalHeader {
  /** The zone's revision that it led to. */
  readonly revision: number
}

/** An entry of the journal that is missing or damaged: what came before it can't be told. The zone itself is not concerned. */
export class JournalError extends Error {
  override readonly name = 'JournalError'
  /** Folder of the environment. */
  readonly path: string
  readonly revision: number

  constructor(path: string, revision: number, what: string, options?: ErrorOptions) {
    super(
      `${path}: the journal can't be read at revision ${revision}: ${what}. The zone itself is not concerned; ` +
        'its history begins anew when it is loaded as a whole',
      options,
    )
    this.path = path
    this.revision = revision
  }
}

/**
 * What each update of a zone changed, as far back as it is kept, as one snapshot of the zone sees it. Each entry names the
 * one before; the updates in between changed no record.
 */
export class Journal {
  readonly #path: string
  readonly #info: ZoneInfo
  readonly #tree: () => Tree | undefined

  /** @param tree gives the table, positioned nowhere; undefined where the store has none */
  constructor(path: string, info: ZoneInfo, tree: () => Tree | undefined) {
    this.#path = path
    this.#info = info
    this.#tree = tree
  }

  /** Revisions of the oldest entry and of the newest; undefined when there is none. */
  get range(): { readonly first: number; readonly last: number } | undefined {
    const { journal } = this.#info
    if (journal === undefined || journal.last < journal.first) return undefined
    return { first: journal.first, last: journal.last }
  }

  /**
   * The updates that changed records, from the newest back to the oldest that is kept.
   * @param after revision of the first that is not asked for
   * @throws JournalError also when an entry does not lead to the one after it
   */
  *back(after = 0): Generator<JournalEntry> {
    if (this.range === undefined) return
    const { first, last } = this.range
    const tree = this.#open(last)
    let serial = this.#info.serial
    for (let revision = last; revision >= first && revision > after; ) {
      const entry = this.#read(revision, () => {
        const { octets } = this.#piece(tree, revision, 0)
        return { revision, ...new JournalCursor(octets).header() }
      })
      if (entry.serialAfter !== serial || entry.previous >= revision) {
        throw new JournalError(
          this.#path,
          revision,
          `it leads from revision ${entry.previous} to serial ${entry.serialAfter}, and the zone then had ${serial}`,
        )
      }
      yield entry
      serial = entry.serialBefore
      revision = entry.previous
    }
  }

  /**
   * What an update that {@link back} told of changed, in canonical order of the owners. No more than one RRset and a piece is
   * held at a time.
   * @throws JournalError
   */
  *replacements(revision: number): Generator<RRsetReplacement> {
    const tree = this.#open(revision)
    let number = 0
    let { octets, isLast } = this.#read(revision, () => this.#piece(tree, revision, number))
    const cursor = new JournalCursor(octets)
    const { rrsets } = this.#read(revision, () => cursor.header())
    let { at } = cursor
    /** Has at least so many octets from `at` on. */
    const fill = (wanted: number) => {
      while (octets.length - at < wanted) {
        if (isLast) throw new JournalFormError('it ends in the middle of an RRset')
        const next = this.#piece(tree, revision, ++number)
        octets = Buffer.concat([octets.subarray(at), next.octets])
        at = 0
        isLast = next.isLast
      }
    }
    for (let i = 0; i < rrsets; i++) {
      yield this.#read(revision, () => {
        fill(4)
        const length = readU32(octets, at)
        fill(4 + length)
        const start = at + 4
        at = start + length
        return new JournalCursor(octets, start, at).replacement()
      })
    }
  }

  #open(revision: number): Tree {
    const tree = this.#tree()
    if (tree === undefined) throw new JournalError(this.#path, revision, 'the store has no table for it')
    return tree
  }

  #piece(tree: Tree, revision: number, number: number): ReturnType<typeof readPiece> {
    const key = journalKey(revision, number)
    if (!tree.seek(key, key.length, Seek.Exact)) throw new JournalFormError('a piece of its entry is missing')
    return readPiece(key, tree.buf, tree.offset, tree.length)
  }

  #read<T>(revision: number, read: () => T): T {
    try {
      return read()
    } catch (cause) {
      if (!(cause instanceof JournalFormError)) throw cause
      throw new JournalError(this.#path, revision, cause.message, { cause })
    }
  }
}
