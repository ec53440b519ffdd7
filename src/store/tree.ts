/**
 * An ordered map of octet strings inside a zone's environment, as readers see it. Two implementations share one test
 * suite: pages read straight from the memory map, and lmdb's own calls where the map can't be read.
 */

/** Which entry `seek` looks for. */
export const Seek = {
  /** The entry with exactly this key. */
  Exact: 0,
  /** The last entry with a key at or before this one. */
  AtOrBefore: 1,
  /** The last entry with a key before this one. */
  Before: 2,
  /** The first entry with a key after this one. */
  After: 3,
} as const
export type Seek = (typeof Seek)[keyof typeof Seek]

export interface Tree {
  /** Entries in the tree. */
  readonly entries: number
  /**
   * Positions on an entry: `buf`, `offset`, `length` then say where its value stands, until the next call.
   * @returns false when there is none
   */
  seek(key: Uint8Array, keyLength: number, how: Seek): boolean
  /** What `buf` is always one of, when values stay where they were found (`TreeSource`). */
  readonly windows: readonly Uint8Array[] | undefined
  /** The key of the entry positioned on, as an array of its own; until the next call. */
  readonly key: Uint8Array
  /** The value's octets are `buf[offset..offset+length)`. */
  buf: Uint8Array
  offset: number
  length: number
}

/** A consistent snapshot of one environment. */
export interface TreeSource {
  /** The tree of this name; throws StoreError when the environment has none. */
  tree(name: string): Tree
  /** Whether the environment has a tree of this name: one that an older program made lacks those that came later. */
  has(name: string): boolean
  /** How values are read, for the status: the map's pages, or lmdb's calls, with the reason. */
  readonly method: string
  /**
   * What values stand in, when each stays where it was found until the source is closed: `buf` of a tree is always one of
   * these. Undefined when values do not stay.
   */
  readonly windows: readonly Uint8Array[] | undefined
  close(): void
}
