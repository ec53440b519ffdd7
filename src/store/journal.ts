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
 * What each update of a zone changed, as far back as it is kept, as one snapshot of the zone sees it. Every revision from
 * `first` to the zone's own has its entry.
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

  /** Revision of the oldest entry; after the zone's own when there is none. */
  get first(): number {
    return this.#info.journal?.first ?? this.#info.revision + 1
  }

  /**
   * What is known of an update.
   * @returns undefined when it is not kept
   * @throws JournalError
   */
  entry(revision: number): JournalEntry | undefined {
    if (revision < this.first || revision > this.#info.revision) return undefined
    return this.#read(revision, () => {
      const { octets } = this.#piece(this.#open(), revision, 0)
      return { revision, ...new JournalCursor(octets).header() }
    })
  }

  /**
   * The updates from the newest back to the oldest that is kept.
   * @throws JournalError also when an entry does not lead to the one after it
   */
  *back(): Generator<JournalEntry> {
    let serial = this.#info.serial
    for (let revision = this.#info.revision; revision >= this.first; revision--) {
      const entry = this.entry(revision)!
      if (entry.serialAfter !== serial) {
        throw new JournalError(this.#path, revision, `it leads to serial ${entry.serialAfter}, not to ${serial}`)
      }
      yield entry
      serial = entry.serialBefore
    }
  }

  /**
   * What an update changed, in canonical order of the owners; nothing for one that is told of as a whole. No more than one
   * RRset and a piece is held at a time.
   * @throws JournalError
   */
  *replacements(revision: number): Generator<RRsetReplacement> {
    const tree = this.#open()
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

  #open(): Tree {
    const tree = this.#tree()
    if (tree === undefined) throw new JournalError(this.#path, this.first, 'the store has no table for it')
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
