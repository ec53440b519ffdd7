import { basename, dirname } from 'node:path'
import { type Entry, findEntry, listEntries, sameFile, withoutCopies } from './entry.ts'
import { Names } from './names.ts'

/** The files that together are one stream of lines, and their order. Methods throw the system's errors. */
export interface Family {
  /** The folder in which all of them lie. */
  readonly folder: string
  /** As `/var/lib/registry/events.jsonl`. */
  readonly path: string
  /** Whether the name of a file that changed is one of theirs. */
  has(name: string): boolean
  /** All, in the order of the stream. */
  list(): Promise<Entry[]>
  /** Whether nothing can follow a file, as far as one look shows. */
  isLast(current: Entry): Promise<boolean>
  /** Those of a list that come after a file which is itself no longer in it. */
  after(list: readonly Entry[], gone: Entry): readonly Entry[]
  /** Whether the text of a file that was emptied is in another one now (logrotate's copytruncate). */
  readonly copies: boolean
}

/** What stands between or after the parts of a live file's name when it was rotated: numbers and times. */
const ROTATED = /^[.-]\d[\dTZ_.:-]*$/

/** One file that is appended to, and what became of it by rotation: `events.1`, `events-20261124.gz`. */
export class RotatedFile implements Family {
  readonly path: string
  readonly folder: string
  readonly copies = true
  readonly #live: string
  readonly #stem: string
  readonly #extension: string
  readonly #names: Names

  constructor(path: string) {
    this.path = path
    this.folder = dirname(path)
    this.#live = basename(path)
    const dot = this.#live.lastIndexOf('.')
    this.#stem = dot > 0 ? this.#live.slice(0, dot) : this.#live
    this.#extension = dot > 0 ? this.#live.slice(dot) : ''
    this.#names = new Names(this.folder)
  }

  has(name: string): boolean {
    return name === this.#live || this.#mark(name) !== undefined
  }

  async list(): Promise<Entry[]> {
    const entries = await listEntries(this.folder, async () =>
      withoutCopies((await this.#names.read()).filter((name) => this.has(name))),
    )
    return entries.sort((a, b) => this.#compare(a, b))
  }

  async isLast(current: Entry): Promise<boolean> {
    const live = await findEntry(this.folder, this.#live)
    return live !== undefined && sameFile(live, current)
  }

  after(list: readonly Entry[], gone: Entry): readonly Entry[] {
    return list.filter((entry) => entry.name === this.#live || entry.modified >= gone.modified)
  }

  /** What rotation added to the name; undefined when the name is not one that it makes. */
  #mark(name: string): string | undefined {
    const plain = name.endsWith('.gz') ? name.slice(0, -3) : name
    if (plain.startsWith(this.#live)) {
      const mark = plain.slice(this.#live.length)
      if (ROTATED.test(mark)) return mark
    }
    // logrotate's `extension`: events-20261124.jsonl
    if (plain.startsWith(this.#stem) && plain.endsWith(this.#extension)) {
      const mark = plain.slice(this.#stem.length, plain.length - this.#extension.length)
      if (ROTATED.test(mark)) return mark
    }
    return undefined
  }

  /** The file that was written to last is the later one; a rotated file's time is kept by gzip and by rename. */
  #compare(a: Entry, b: Entry): number {
    if (a.name === this.#live || b.name === this.#live) return a.name === this.#live ? 1 : -1
    if (a.modified !== b.modified) return a.modified < b.modified ? -1 : 1
    const [x, y] = [this.#mark(a.name)!, this.#mark(b.name)!]
    // counted: events.2 is older than events.1
    if (/^\.\d{1,5}$/.test(x) && /^\.\d{1,5}$/.test(y)) return Number(y.slice(1)) - Number(x.slice(1))
    return x < y ? -1 : 1
  }
}

/** All files of a folder, in the order of their names' code units; hidden ones and those still being made are left out. */
export class FolderOfFiles implements Family {
  readonly path: string
  readonly folder: string
  readonly copies = false
  readonly #names: Names

  constructor(path: string) {
    this.path = path
    this.folder = path
    this.#names = new Names(path)
  }

  has(name: string): boolean {
    return !name.startsWith('.') && !/(~|\.tmp|\.part)$/.test(name)
  }

  async list(): Promise<Entry[]> {
    return listEntries(this.folder, () => this.#ordered())
  }

  async isLast(current: Entry): Promise<boolean> {
    if ((await this.#ordered()).at(-1) !== current.name) return false
    const there = await findEntry(this.folder, current.name)
    return there !== undefined && sameFile(there, current)
  }

  after(list: readonly Entry[], gone: Entry): readonly Entry[] {
    return list.filter((entry) => entry.plainName >= gone.plainName)
  }

  async #ordered(): Promise<string[]> {
    const plain = (name: string) => (name.endsWith('.gz') ? name.slice(0, -3) : name)
    const names = withoutCopies((await this.#names.read()).filter((name) => this.has(name)))
    return names.sort((a, b) => (plain(a) < plain(b) ? -1 : 1))
  }
}
