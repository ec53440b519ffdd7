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

/**
 * Finds the numbered values of a table, and remembers where each lies in the map: a value stands in pages of its own that
 * do not move while the snapshot is open, so the walk down the tree is made once. What is found last is `buf[offset…]`.
 */
export class NumberedValues {
  readonly #tree: Tree
  readonly #stable: boolean
  readonly #offsets: Int32Array
  /** Which of `#bufs` a value lies in. */
  readonly #places: Uint16Array
  readonly #bufs: Uint8Array[] = []
  readonly #key = new Uint8Array(4)
  buf: Uint8Array = new Uint8Array(0)
  offset = 0

  /**
   * @param count how many numbers there are
   * @param stable whether values stay where the tree shows them
   */
  constructor(tree: Tree, count: number, stable: boolean) {
    this.#tree = tree
    this.#stable = stable
    this.#offsets = new Int32Array(stable ? count : 0).fill(UNKNOWN)
    this.#places = new Uint16Array(stable ? count : 0)
  }

  /** Goes to the value of a number; false when there is none. */
  open(number: number): boolean {
    if (!this.#stable) return this.#seek(number)
    const offset = this.#offsets[number]!
    if (offset >= 0) {
      this.buf = this.#bufs[this.#places[number]!]!
      this.offset = offset
      return true
    }
    if (offset === ABSENT) return false
    const found = this.#seek(number)
    this.#offsets[number] = found ? this.offset : ABSENT
    if (found) {
      let place = this.#bufs.indexOf(this.buf)
      if (place < 0) place = this.#bufs.push(this.buf) - 1
      this.#places[number] = place
    }
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

  constructor(tree: Tree, buckets: number, seed: number, stable: boolean) {
    this.#values = new NumberedValues(tree, buckets, stable)
    this.#buckets = buckets
    this.#mask = bucketMask(buckets)
    this.#seed = seed
  }

  /** Of the name located last. */
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
    if (!this.locate(name, start, end)) return -1
    return findInBucket(this.#values.buf, this.#values.offset, this.tag, name, start, end)
  }

  /** Goes to the bucket that the entry of a name would be in: `buf`, `offset` and `tag` tell where to look. */
  locate(name: Uint8Array, start: number, end: number): boolean {
    hashOctets(name, start, end, this.#seed)
    this.tag = nameHash.tag
    return this.#values.open(bucketOf(nameHash.low, this.#buckets, this.#mask))
  }
}
