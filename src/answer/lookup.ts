import {
  bucketMask,
  bucketOf,
  findInBucket,
  hashOctets,
  nameHash,
  Seek,
  type Tree,
  writeNumber,
} from '../store/index.ts'

const UNKNOWN = -1
const ABSENT = -2
const SPARE = 64

/**
 * Finds the numbered values of a table, and remembers where each lies in the map: a value stands in pages of its own that
 * do not move while the snapshot is open, so the walk down the tree is made once. What is found last is `buf[offset…]`.
 */
export class NumberedValues {
  readonly #tree: Tree
  readonly #windows: readonly Uint8Array[] | undefined
  /** By number: where the value stands in its window. */
  #offsets: Int32Array
  /** By number: which window that is. */
  #places: Uint16Array
  readonly #key = new Uint8Array(4)
  buf: Uint8Array = new Uint8Array(0)
  offset = 0

  /** @param count how many numbers there are */
  constructor(tree: Tree, count: number) {
    this.#tree = tree
    this.#windows = tree.windows
    const kept = this.#windows === undefined ? 0 : count
    this.#offsets = new Int32Array(kept).fill(UNKNOWN)
    this.#places = new Uint16Array(kept)
  }

  /**
   * The values of the same table in a later snapshot. What is remembered goes over to them, but for the values that were
   * written anew; this object is then no longer to be used.
   * @param count at least as many as before
   */
  renewed(tree: Tree, count: number, changed: readonly number[]): NumberedValues {
    if (this.#windows === undefined || tree.windows === undefined) return new NumberedValues(tree, count)
    const later = new NumberedValues(tree, 0)
    later.#offsets = this.#offsets
    later.#places = this.#places
    later.#reach(count)
    for (const number of changed) if (number < count) later.#offsets[number] = UNKNOWN
    return later
  }

  /** Makes room for more numbers, somewhat more than asked for: a growing zone asks again and again. */
  #reach(count: number): void {
    const before = this.#offsets
    if (count <= before.length) return
    const capacity = count + (count >>> 4) + SPARE
    this.#offsets = new Int32Array(capacity).fill(UNKNOWN, before.length)
    this.#offsets.set(before)
    const places = new Uint16Array(capacity)
    places.set(this.#places)
    this.#places = places
  }

  /** Goes to the value of a number; false when there is none. */
  open(number: number): boolean {
    const windows = this.#windows
    if (windows === undefined) return this.#seek(number)
    const offset = this.#offsets[number]!
    if (offset >= 0) {
      this.buf = windows[this.#places[number]!]!
      this.offset = offset
      return true
    }
    if (offset === ABSENT) return false
    const found = this.#seek(number)
    this.#offsets[number] = found ? this.offset : ABSENT
    if (found) this.#places[number] = windows.indexOf(this.buf)
    return found
  }

  #seek(number: number): boolean {
    writeNumber(this.#key, number)
    if (!this.#tree.seek(this.#key, 4, Seek.Exact)) return false
    this.buf = this.#tree.buf
    this.offset = this.#tree.offset
    return true
  }
}

/** Finds the compiled entry of a name. */
export class EntryLookup {
  readonly #values: NumberedValues
  readonly #buckets: number
  readonly #mask: number
  readonly #seed: number

  constructor(tree: Tree, buckets: number, seed: number, values = new NumberedValues(tree, buckets)) {
    this.#values = values
    this.#buckets = buckets
    this.#mask = bucketMask(buckets)
    this.#seed = seed
  }

  /** The entries of a later snapshot, as {@link NumberedValues.renewed}. */
  renewed(tree: Tree, buckets: number, changed: readonly number[]): EntryLookup {
    return new EntryLookup(tree, buckets, this.#seed, this.#values.renewed(tree, buckets, changed))
  }

  /** Of the name whose bucket was asked for last. */
  tag = 0

  /** Holds the bucket gone to last. */
  get buf(): Uint8Array {
    return this.#values.buf
  }

  /** Where in `buf` that bucket begins. */
  get offset(): number {
    return this.#values.offset
  }

  /**
   * Where the entry of the name at `start..end` of `name` (lower case, relative to the origin) goes on after its name,
   * as an offset in `buf`; -1 when there is no such name.
   */
  find(name: Uint8Array, start: number, end: number): number {
    if (!this.open(this.number(name, start, end))) return -1
    return findInBucket(this.#values.buf, this.#values.offset, this.tag, name, start, end)
  }

  /** The number of the bucket that the entry of a name would be in; `tag` tells what to look for there. */
  number(name: Uint8Array, start: number, end: number): number {
    hashOctets(name, start, end, this.#seed)
    this.tag = nameHash.tag
    return bucketOf(nameHash.low, this.#buckets, this.#mask)
  }

  /** Goes to a bucket: `buf` and `offset` tell where it is; false when there is none of that number. */
  open(number: number): boolean {
    return this.#values.open(number)
  }
}
