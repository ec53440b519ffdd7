import { setTimeout as sleep } from 'node:timers/promises'
import { type Giving, messageOf } from '../giving.ts'
import { type Line, LineSplitter } from '../lines.ts'
import { Signal } from '../signal.ts'
import { type Entry, isAbsent, sameFile } from './entry.ts'
import type { Family } from './family.ts'
import { FileMoved, FileRewritten, type OpenFile, openAt } from './open-file.ts'
import { type FilePosition, printPosition } from './position.ts'
import { FamilyWatch } from './watch.ts'

/**
 * From one look to the next at least, milliseconds: a change after a while is seen at once, and those of a stream are read
 * together. A look costs half a millisecond of processor time.
 */
const LOOK_EVERY_MS = 20
/** The longest wait after a failure, milliseconds; the first is of 1 s. */
const MAX_RETRY_MS = 10_000

/** Reads a family of files from a position on, and goes on as they grow and change their names. */
export class Follower {
  readonly #family: Family
  readonly #giving: Giving
  readonly #signal = new Signal()
  /** After the last line that was given. */
  #last: FilePosition | undefined
  #file: OpenFile | undefined
  #splitter = new LineSplitter()
  /** Files that were seen not to hold the line of #last, as they were then. */
  readonly #others = new Set<string>()
  #failures = 0
  #retryAt = 0
  #size: number | undefined
  /** Octets of the files that come after the one that is read; undefined when some are compressed. */
  #later: number | undefined = 0

  constructor(family: Family, from: FilePosition | undefined, giving: Giving) {
    this.#family = family
    this.#last = from
    this.#giving = giving
  }

  /** Whether there is a file to read. */
  get following(): boolean {
    return this.#file !== undefined
  }

  get position(): FilePosition | undefined {
    return this.#last
  }

  /** Octets still to be read; null when that is not known. */
  get behind(): number | null {
    if (this.#file === undefined || this.#size === undefined || this.#later === undefined) return null
    return Math.max(0, this.#size - this.#file.offset) + this.#later
  }

  /** Resolves when the giving has ended and all is closed. Never rejects. */
  async run(): Promise<void> {
    const watch = new FamilyWatch(this.#family, this.#signal)
    void this.#giving.ended.then(() => this.#signal.raise())
    while (!this.#giving.over) {
      if (performance.now() >= this.#retryAt) {
        try {
          await watch.renew()
          await this.#step()
          this.#failures = 0
        } catch (error) {
          this.#failed(error)
        }
      }
      const next = performance.now() + LOOK_EVERY_MS
      await this.#signal.wait()
      const rest = next - performance.now()
      if (rest > 0) await sleep(rest)
    }
    watch.close()
    await this.#close()
  }

  #failed(error: unknown): void {
    if (error instanceof FileMoved) {
      // files are being renamed: they are listed again when that is over
      setTimeout(() => this.#signal.raise(), 5)
      return
    }
    if (isAbsent(error)) {
      this.#giving.problem(`${this.#family.folder} is not there`)
      return
    }
    // what can't be read may cost much to try, as a long compressed file
    const rest = Math.min(MAX_RETRY_MS, 1000 * 2 ** this.#failures++)
    this.#retryAt = performance.now() + rest
    setTimeout(() => this.#signal.raise(), rest + 1).unref()
    this.#giving.problem(`${this.#family.path}: ${messageOf(error)}`)
  }

  /** Reads all there is by now. */
  async #step(): Promise<void> {
    if (this.#file === undefined) await this.#begin()
    while (this.#file !== undefined && !this.#giving.over) {
      this.#giving.problem(undefined)
      if ((await this.#drain(this.#file)) === 'rewritten') {
        await this.#findAgain(this.#file)
        continue
      }
      const next = await this.#next(this.#file)
      if (next === undefined) return
      if (next === 'reopened') continue
      await this.#goOn(this.#file, next)
    }
    if (this.#file === undefined) this.#giving.problem(`${this.#family.path} is not there, or empty`)
  }

  /** Leaves a file for the next one. */
  async #goOn(file: OpenFile, listed: Entry): Promise<void> {
    const opened = await openAt(listed, 0, undefined)
    if (opened === undefined) return
    try {
      // what was written, or copied, before the next file's first octets is there to be read once they are
      const first = await readOf(opened)
      const next = await this.#next(file)
      if (next === undefined || next === 'reopened' || !sameFile(next, opened.entry)) return
      if ((await this.#drain(file)) === 'rewritten') {
        await this.#findAgain(file)
        return
      }
      const last = this.#splitter.finish()
      if (last !== undefined) await this.#give(file, [last])
      if (this.#giving.over) return
      await this.#startOn(opened, first)
    } catch (error) {
      if (!(error instanceof FileRewritten)) throw error
    } finally {
      if (this.#file !== opened) await opened.close()
    }
  }

  /** Opens the file that holds the position. */
  async #begin(): Promise<void> {
    const list = await this.#family.list()
    if (this.#last !== undefined && (await this.#find(list, this.#last))) return
    // without the position's file all that is left is read: events seen before are ignored by their number
    const first = firstOf(list)
    if (first !== undefined) await this.#beginAt(first)
  }

  /** Reads the oldest file from its beginning, if it is the oldest. */
  async #beginAt(listed: Entry): Promise<void> {
    const opened = await openAt(listed, 0, undefined)
    if (opened === undefined) return
    try {
      const octets = await readOf(opened)
      // one that was copied and emptied since it was listed has its copy before it by now
      const first = firstOf(await this.#family.list())
      if (first === undefined || !sameFile(first, listed)) throw new FileMoved(listed.path)
      await this.#startOn(opened, octets)
    } catch (error) {
      throw error instanceof FileRewritten ? new FileMoved(listed.path) : error
    } finally {
      if (this.#file !== opened) await opened.close()
    }
  }

  /** Opens what holds the text that a file no longer has; where nothing does, the file from its beginning. */
  async #findAgain(file: OpenFile): Promise<void> {
    await this.#close()
    const list = await this.#family.list()
    if (this.#family.copies) {
      if (this.#last === undefined) return this.#begin()
      if (await this.#find(list, this.#last)) return
    }
    const same = list.find((entry) => sameFile(entry, file.entry)) ?? list.find(({ name }) => name === file.entry.name)
    if (same !== undefined) await this.#open(same, 0, undefined)
  }

  /** @returns the file that comes after one that was read to its end, if it holds anything yet */
  async #next(file: OpenFile): Promise<Entry | 'reopened' | undefined> {
    this.#later = 0
    if (await this.#family.isLast(file.entry)) return undefined
    const list = await this.#family.list()
    const index = list.findIndex((entry) => sameFile(entry, file.entry))
    let later: readonly Entry[]
    if (index >= 0) later = list.slice(index + 1)
    else {
      // compressed meanwhile, or copied to where it is now: there it has a place in the order
      if (this.#last !== undefined && (await this.#find(list, this.#last))) return 'reopened'
      const { modified } = await file.look()
      later = this.#family.after(list, { ...file.entry, modified })
    }
    this.#later = later.some((entry) => entry.compressed) ? undefined : later.reduce((sum, { size }) => sum + size, 0)
    return firstOf(later)
  }

  /** Opens the file that holds a position, whatever it is called by now. @returns whether there is one */
  async #find(list: readonly Entry[], position: FilePosition): Promise<boolean> {
    const rank = (entry: Entry) => {
      if (sameFile(entry, position)) return 0
      return entry.name === position.name || entry.plainName === position.name ? 1 : 2
    }
    // a number of a file that is gone may have been given to another: the line decides, not the number
    const candidates = [...list].reverse().sort((a, b) => rank(a) - rank(b))
    for (const entry of candidates) {
      if (!entry.compressed && entry.size < position.offset) continue
      const key = `${position.offset}:${position.check}:${entry.dev}:${entry.ino}:${entry.size}:${entry.modified}`
      if (this.#others.has(key)) continue
      if (await this.#open(entry, position.offset, position.check)) return true
      this.#others.add(key)
    }
    return false
  }

  async #open(entry: Entry, offset: number, check: number | undefined): Promise<boolean> {
    const file = await openAt(entry, offset, check)
    if (file === undefined) return false
    await this.#take(file, offset)
    return true
  }

  /** @param first its first octets, which have been read; undefined where a compressed file holds nothing */
  async #startOn(file: OpenFile, first: Buffer | undefined): Promise<void> {
    await this.#take(file, 0)
    this.#size = (await file.look()).size
    if (first !== undefined) await this.#give(file, this.#splitter.push(first))
  }

  async #take(file: OpenFile, offset: number): Promise<void> {
    await this.#close()
    this.#file = file
    this.#splitter = new LineSplitter(offset)
    this.#others.clear()
  }

  async #close(): Promise<void> {
    const file = this.#file
    this.#file = undefined
    this.#size = undefined
    await file?.close()
  }

  /** Gives what a file has by now. */
  async #drain(file: OpenFile): Promise<'end' | 'rewritten'> {
    try {
      while (!this.#giving.over) {
        const chunk = await readOf(file)
        this.#size = (await file.look()).size
        if (chunk !== undefined) await this.#give(file, this.#splitter.push(chunk))
        if (chunk === undefined || file.atEnd) return 'end'
      }
      return 'end'
    } catch (error) {
      if (error instanceof FileRewritten) return 'rewritten'
      await this.#close()
      throw error
    }
  }

  async #give(file: OpenFile, lines: readonly Line[]): Promise<void> {
    const { name, dev, ino } = file.entry
    const arrivedAt = Date.now()
    const items = lines.map(({ text, fault, end, check }) => {
      this.#last = { name, dev, ino, offset: end, check }
      return { text, fault, position: printPosition(this.#last), arrivedAt, endsGroup: false }
    })
    await this.#giving.give(items)
  }
}

/** The first that may hold anything. */
function firstOf(entries: readonly Entry[]): Entry | undefined {
  return entries.find(({ size }) => size > 0)
}

async function readOf(file: OpenFile): Promise<Buffer | undefined> {
  try {
    return await file.read()
  } catch (error) {
    if (error instanceof FileRewritten) throw error
    throw new Error(`${file.entry.name} can't be read: ${messageOf(error)}`, { cause: error })
  }
}
