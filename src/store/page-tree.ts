import { statSync } from 'node:fs'
import { compareOctets } from '../zone/index.ts'
import { StoreError } from './error.ts'
import { FileMap, FileMapError, LARGEST_VALUE, WINDOW_STRIDE } from './file-map.ts'
import { readU16, readU32, readU48 } from './octets.ts'
import {
  DatabaseRecord,
  type NewestMeta,
  NO_PAGE,
  Node,
  NodeFlag,
  Page,
  PageFlag,
  pageNumber,
  readLiveMeta,
} from './page-layout.ts'
import { Seek, type Tree, type TreeSource } from './tree.ts'

/** A tree deeper than this is damaged: 4 levels hold 10^9 entries. */
const MAX_DEPTH = 24

/** Address space kept for the file to grow in before it is mapped anew: octets, and as a share of the file. */
const LEAST_ROOM = 64 << 20
const ROOM_SHARE = 0.25

/** A map that several sources read from; the last one to close unmaps it. */
interface SharedMap {
  readonly map: FileMap
  users: number
}

/** Reads LMDB's B-trees straight from a memory map of its data file, without a call into the library. */
export class PageSource implements TreeSource {
  readonly method = 'memory map'
  readonly windows: readonly Uint8Array[]
  readonly pageSize: number
  /** Number of the transaction whose commit is read. */
  readonly transaction: number
  /** Octets of the file that belong to it. */
  readonly length: number
  readonly #path: string
  readonly #shared: SharedMap
  readonly #mainRoot: number
  #open = true

  private constructor(path: string, shared: SharedMap, meta: NewestMeta) {
    this.#path = path
    this.#shared = shared
    shared.users++
    this.windows = shared.map.windows
    this.length = shared.map.length
    this.pageSize = meta.pageSize
    this.transaction = meta.transaction
    this.#mainRoot = meta.mainRoot
  }

  /**
   * Opens the newest committed snapshot of an LMDB data file. The caller holds a read transaction open meanwhile, begun
   * before, so that the snapshot's pages are not reused.
   * @throws FileMapError when the file can't be mapped, PageLayoutError when it is not of the format known here
   */
  static open(path: string): PageSource {
    const size = statSync(path).size
    const map = FileMap.open(path, Math.max(LEAST_ROOM, Math.round(size * ROOM_SHARE)))
    try {
      const meta = readLiveMeta(map.windows[0] ?? new Uint8Array(0), () => statSync(path).size)
      if (map.grow(octetsOf(meta))) return new PageSource(path, { map, users: 0 }, meta)
    } catch (error) {
      map.close()
      throw error
    }
    map.close()
    return PageSource.open(path)
  }

  /**
   * The newest committed snapshot of the same file, which must not have been replaced by another. The same rule holds as
   * for {@link open}. Values that it shares with this one stand at the same offset in the window of the same number.
   * @throws FileMapError, PageLayoutError
   */
  newest(): PageSource {
    const { map, users } = this.#shared
    if (users === 0) return PageSource.open(this.#path)
    const meta = readLiveMeta(map.windows[0]!, () => statSync(this.#path).size)
    return map.grow(octetsOf(meta)) ? new PageSource(this.#path, this.#shared, meta) : PageSource.open(this.#path)
  }

  tree(name: string): Tree {
    const tree = this.#find(name)
    if (tree === undefined) throw new StoreError(this.#path, `the store has no table '${name}': load the zone again`)
    return tree
  }

  has(name: string): boolean {
    return this.#find(name) !== undefined
  }

  #find(name: string): Tree | undefined {
    const main = new PageTree(this, this.#mainRoot, 0)
    const key = Buffer.from(`${name}\0`, 'latin1')
    // lmdb-js ends the names of databases with a zero octet; other writers do not.
    for (const length of [key.length, key.length - 1]) {
      if (main.seek(key, length, Seek.Exact) && main.isDatabase && main.length === DatabaseRecord.size) {
        const { buf, offset } = main
        return new PageTree(
          this,
          pageNumber(buf, offset + DatabaseRecord.root),
          readU48(buf, offset + DatabaseRecord.entries),
        )
      }
    }
    return undefined
  }

  close(): void {
    if (!this.#open) return
    this.#open = false
    if (--this.#shared.users === 0) this.#shared.map.close()
  }
}

/** Octets of a file that a snapshot needs. */
function octetsOf({ lastPage, pageSize }: NewestMeta): number {
  return (lastPage + 1) * pageSize
}

class PageTree implements Tree {
  readonly entries: number
  readonly windows: readonly Uint8Array[]
  readonly #pageSize: number
  readonly #mapLength: number
  readonly #root: number
  readonly #pathPage = new Float64Array(MAX_DEPTH)
  readonly #pathIndex = new Int32Array(MAX_DEPTH)
  #depth = 0
  /** The current page: where it starts in `#page`. */
  #page: Uint8Array = new Uint8Array(0)
  #at = 0
  /** The entry taken last, as an index into that page. */
  #entry = 0
  buf: Uint8Array = new Uint8Array(0)
  offset = 0
  length = 0
  isDatabase = false

  constructor(source: PageSource, root: number, entries: number) {
    this.windows = source.windows
    this.#pageSize = source.pageSize
    this.#mapLength = source.length
    this.#root = root
    this.entries = entries
  }

  seek(key: Uint8Array, keyLength: number, how: Seek): boolean {
    if (this.#root === NO_PAGE) return false
    this.#depth = 0
    let page = this.#root
    for (;;) {
      const flags = this.#open(page)
      const index = this.#search(key, keyLength, how, (flags & PageFlag.Branch) !== 0)
      this.#pathPage[this.#depth] = page
      this.#pathIndex[this.#depth] = index
      if (flags & PageFlag.Leaf) break
      if (!(flags & PageFlag.Branch) || this.#depth + 1 === MAX_DEPTH) throw new FileMapError(`page ${page} is damaged`)
      page = this.#child(index)
      this.#depth++
    }
    const index = this.#pathIndex[this.#depth]!
    if (how === Seek.Exact) {
      if (index < 0 || this.#compare(index, key, keyLength) !== 0) return false
    } else if (index < 0) return this.#step(-1)
    else if (index >= this.#count()) return this.#step(1)
    this.#take(index)
    return true
  }

  get key(): Uint8Array {
    const node = this.#node(this.#entry)
    const start = node + Node.header
    return this.#page.slice(start, start + readU16(this.#page, node + Node.keySize))
  }

  /** Loads a page and returns its flags. */
  #open(page: number): number {
    const position = page * this.#pageSize
    if (position + this.#pageSize > this.#mapLength) throw new FileMapError(`page ${page} lies outside the file`)
    const window = Math.floor(position / WINDOW_STRIDE)
    this.#page = this.windows[window]!
    this.#at = position - window * WINDOW_STRIDE
    return readU16(this.#page, this.#at + Page.flags)
  }

  #count(): number {
    return readU16(this.#page, this.#at + Page.lower) >>> 1
  }

  #node(index: number): number {
    return this.#at + Page.header + readU16(this.#page, this.#at + Page.header + 2 * index)
  }

  #child(index: number): number {
    const page = this.#page
    const node = this.#node(index)
    return readU32(page, node) + readU16(page, node + Node.flags) * 0x100000000
  }

  #compare(index: number, key: Uint8Array, keyLength: number): number {
    const node = this.#node(index)
    const start = node + Node.header
    return compareOctets(this.#page, start, start + readU16(this.#page, node + Node.keySize), key, 0, keyLength)
  }

  /**
   * The index looked for in the current page: in a leaf the entry itself or the one before it (-1 or the count when it
   * lies outside), in a branch the child to go down to. A branch's first key is empty and stands before all others.
   */
  #search(key: Uint8Array, keyLength: number, how: Seek, branch: boolean): number {
    let low = branch ? 1 : 0
    let high = this.#count()
    // Before: the first index whose key is not before the key. Else: the first whose key is after it.
    const strict = how === Seek.Before
    while (low < high) {
      const middle = (low + high) >>> 1
      const order = this.#compare(middle, key, keyLength)
      if (strict ? order < 0 : order <= 0) low = middle + 1
      else high = middle
    }
    return branch || how !== Seek.After ? low - 1 : low
  }

  /** Goes to the neighbouring leaf: its last entry (-1) or its first (1). */
  #step(direction: 1 | -1): boolean {
    let depth = this.#depth - 1
    for (; depth >= 0; depth--) {
      this.#open(this.#pathPage[depth]!)
      const index = this.#pathIndex[depth]! + direction
      if (index >= 0 && index < this.#count()) {
        this.#pathIndex[depth] = index
        break
      }
    }
    if (depth < 0) return false
    let page = this.#child(this.#pathIndex[depth]!)
    while (depth < this.#depth) {
      const flags = this.#open(page)
      const index = direction === 1 ? 0 : this.#count() - 1
      depth++
      this.#pathPage[depth] = page
      this.#pathIndex[depth] = index
      if (flags & PageFlag.Branch) page = this.#child(index)
    }
    if (this.#count() === 0) return false
    this.#take(this.#pathIndex[depth]!)
    return true
  }

  #take(index: number): void {
    this.#entry = index
    const page = this.#page
    const node = this.#node(index)
    const flags = readU16(page, node + Node.flags)
    const data = node + Node.header + readU16(page, node + Node.keySize)
    this.length = readU32(page, node)
    this.isDatabase = (flags & NodeFlag.Database) !== 0
    if ((flags & NodeFlag.Overflow) === 0) {
      this.buf = page
      this.offset = data
      return
    }
    const position = pageNumber(page, data) * this.#pageSize + Page.header
    if (this.length > LARGEST_VALUE || position + this.length > this.#mapLength) {
      throw new FileMapError(`a value at ${position} lies outside the file`)
    }
    const window = Math.floor(position / WINDOW_STRIDE)
    this.buf = this.windows[window]!
    this.offset = position - window * WINDOW_STRIDE
  }
}
