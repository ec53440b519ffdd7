import { join } from 'node:path'
import { RRType } from '../iana/index.ts'
import { type Name, nameFromText, octetText, ownOctets } from '../wire/index.ts'
import {
  compareOctets,
  type Denial,
  MAX_KEY_LENGTH,
  type Nsec3Parameters,
  writeSortKey,
  type ZoneNode,
  type ZoneView,
} from '../zone/index.ts'
import { BlockReader } from './block.ts'
import { changesBetween, type StoredChanges } from './change-log.ts'
import { decodeDenial, denialAtOrBefore, denialEntry, denialMatches, denialSlot } from './denial.ts'
import { type EnvironmentWriter, parseInfo, type Tables } from './environment.ts'
import { Journal } from './journal.ts'
import { INFO_KEY, KEPT_TABLES, type KeptEntry, OWNER_PREFIX, Table, type ZoneInfo } from './layout.ts'
import { LmdbSource } from './lmdb-tree.ts'
import { writeNumber } from './number-key.ts'
import { readU32 } from './octets.ts'
import { PageSource } from './page-tree.ts'
import { type HeldSource, ReadEnvironment, type SnapshotOptions } from './read-environment.ts'
import { Seek, type Tree, type TreeSource } from './tree.ts'

/** Blocks of owners remembered where they are read by calls into the library. */
const RECENT_BLOCKS = 4
/** Nodes remembered by a snapshot that is told to. */
const MOST_NODES = 8192

/** A version of a zone as it lies in the store: what a reader sees until it opens the next. */
export class ZoneSnapshot implements ZoneView {
  readonly info: ZoneInfo
  readonly origin: Name
  readonly serial: number
  readonly denial: Denial
  readonly nsec3: Nsec3Parameters | undefined
  /** Folder of the environment. */
  readonly path: string
  /** How values are read, for the status. */
  readonly method: string
  /**
   * What the values of `buckets` and `denials` stand in, when each stays where it was found while the snapshot is open; in a
   * later snapshot of the environment the unchanged ones stand at the same offset in the window of the same number.
   */
  readonly windows: readonly Uint8Array[] | undefined
  /** Values stay while the snapshot is open. */
  get stable(): boolean {
    return this.windows !== undefined
  }

  /** Table of compiled answers, by bucket number. */
  readonly buckets: Tree
  readonly denials: Tree
  /** Table of blocks of nodes, each under the sort key of its first. */
  readonly owners: Tree
  readonly #held: HeldSource
  readonly #source: TreeSource
  readonly #environment: ReadEnvironment | undefined
  #block = new BlockReader()
  readonly #recent = Array.from({ length: RECENT_BLOCKS }, () => new BlockReader())
  #searches = 0
  readonly #key = new Uint8Array(MAX_KEY_LENGTH + 1)
  readonly #number = new Uint8Array(4)
  #state: Tree | undefined
  /** By owner as it was asked for; undefined: every node is read when it is asked for. */
  #nodes: Map<string, ZoneNode | undefined> | undefined

  private constructor(path: string, held: HeldSource, environment: ReadEnvironment | undefined, info?: ZoneInfo) {
    const { source } = held
    this.path = path
    this.#held = held
    this.#source = source
    this.#environment = environment
    this.info = info ?? infoIn(path, source)
    this.origin = nameFromText(this.info.origin)
    this.serial = this.info.serial
    this.denial = this.info.denial
    this.nsec3 = this.info.nsec3 && { ...this.info.nsec3, salt: Buffer.from(this.info.nsec3.salt, 'hex') }
    this.method = source.method
    this.windows = source.windows
    this.owners = source.tree(Table.Owners)
    this.buckets = source.tree(Table.Buckets)
    this.denials = source.tree(Table.Denial)
    this.#key[0] = OWNER_PREFIX
  }

  /**
   * Opens the environment in a folder.
   * @throws StoreError when there is none, or it is not of this format
   */
  static open(path: string, options: SnapshotOptions = {}): ZoneSnapshot {
    const { environment, first } = ReadEnvironment.open(path, options)
    return ZoneSnapshot.#of(path, first, environment)
  }

  /**
   * What a writer has flushed so far, for the part of a load that reads what an earlier part wrote. The writer closes
   * after the snapshot.
   */
  static ofBuild(writer: EnvironmentWriter, info: ZoneInfo): ZoneSnapshot {
    const source = PageSource.open(join(writer.path, 'data.mdb'))
    return new ZoneSnapshot(writer.path, { source, release: () => source.close() }, undefined, info)
  }

  /** What a write transaction has made of the zone so far; to be used within it only. */
  static ofTransaction(path: string, tables: Tables, info: ZoneInfo): ZoneSnapshot {
    const source = new LmdbSource(tables, 'within a transaction')
    return new ZoneSnapshot(path, { source, release: () => {} }, undefined, info)
  }

  static #of(path: string, held: HeldSource, environment: ReadEnvironment): ZoneSnapshot {
    try {
      return new ZoneSnapshot(path, held, environment)
    } catch (error) {
      held.release()
      throw error
    }
  }

  /**
   * A snapshot of the same environment as the last update left it. This one stays what it was, and both are to be closed.
   * @throws StoreError, FileMapError or PageLayoutError when the environment was damaged meanwhile
   */
  newest(): ZoneSnapshot {
    if (this.#environment === undefined) throw new Error('this snapshot is not of an open environment')
    return ZoneSnapshot.#of(this.path, this.#environment.newest(), this.#environment)
  }

  /**
   * Has nodes that were read kept at hand: for those who prepare an update, who ask for each of some thousands ten times.
   * @returns this snapshot
   */
  remembering(): this {
    this.#nodes = new Map()
    return this
  }

  /** Keeps a node at hand that was just written as it is known to be, or taken away. */
  remember(owner: Name, node: ZoneNode | undefined): void {
    this.#nodes?.set(octetText(owner), node)
  }

  /** Ends the snapshot; nothing it returned earlier depends on it, but `buckets` and `denials` may not be used again. */
  close(): void {
    this.#held.release()
  }

  /** What the updates since an earlier revision changed; undefined when that is not known any more. */
  changesSince(revision: number): StoredChanges | undefined {
    return changesBetween(this.#source.tree(Table.Changes), revision, this.info.revision)
  }

  /** What each update changed, as far back as it is kept. */
  get journal(): Journal {
    const source = this.#source
    return new Journal(this.path, this.info, () => (source.has(Table.Journal) ? source.tree(Table.Journal) : undefined))
  }

  /** What was kept with the zone under a key, as an array of its own. */
  state(key: Uint8Array): Uint8Array | undefined {
    const tree = this.#stateTree
    return tree.seek(key, key.length, Seek.Exact)
      ? ownOctets(tree.buf, tree.offset, tree.offset + tree.length)
      : undefined
  }

  /** What was kept with the zone under the keys that begin with a prefix, in the order of the keys. */
  *states(prefix: Uint8Array): Generator<{ readonly key: Uint8Array; readonly value: Uint8Array }> {
    yield* entriesOf(this.#stateTree, prefix)
  }

  /** All that is kept with the zone beside its records, table after table, each in the order of its keys. */
  *kept(): Generator<KeptEntry> {
    for (const table of KEPT_TABLES) {
      const tree = this.#source.tree(Table[table])
      for (const { key, value } of entriesOf(tree, new Uint8Array(0))) yield { table, key, value }
    }
  }

  /** Whoever asks it for several things at once asks it anew for each. */
  get #stateTree(): Tree {
    this.#state ??= this.#source.tree(Table.State)
    return this.#state
  }

  node(name: Name): ZoneNode | undefined {
    const nodes = this.#nodes
    if (nodes === undefined) return this.#readNode(name)
    const id = octetText(name)
    let node = nodes.get(id)
    if (node === undefined && !nodes.has(id)) {
      if (nodes.size >= MOST_NODES) nodes.clear()
      node = this.#readNode(name)
      nodes.set(id, node)
    }
    return node
  }

  #readNode(name: Name): ZoneNode | undefined {
    const length = this.#writeKey(name)
    const index = this.#find(length)
    if (index < 0 || this.#block.compare(index, this.#sortKey, length) !== 0) return undefined
    return this.#block.read(index, this.origin)
  }

  hasBelow(name: Name): boolean {
    const length = this.#writeKey(name)
    const index = this.#find(length) + 1
    if (index < this.#block.count) return this.#block.isBelow(index, this.#sortKey, length)
    if (!this.owners.seek(this.#key, length + 1, Seek.After)) return false
    this.#block.open(this.owners.buf, this.owners.offset)
    return this.#block.isBelow(0, this.#sortKey, length)
  }

  nodeAfter(name: Name): ZoneNode | undefined {
    const length = this.#writeKey(name)
    const index = this.#find(length) + 1
    if (index < this.#block.count) return this.#block.read(index, this.origin)
    if (!this.owners.seek(this.#key, length + 1, Seek.After)) return undefined
    this.#block.open(this.owners.buf, this.owners.offset)
    return this.#block.read(0, this.origin)
  }

  nsecAtOrBefore(name: Name): ZoneNode | undefined {
    const length = this.#writeKey(name)
    return this.#nsecFrom(this.#find(length))
  }

  nsecBefore(name: Name): ZoneNode | undefined {
    const length = this.#writeKey(name)
    const index = this.#find(length)
    const isThere = index >= 0 && this.#block.compare(index, this.#sortKey, length) === 0
    return this.#nsecFrom(isThere ? index - 1 : index)
  }

  /** The last node with NSEC, of those up to this index of the block at hand and of the blocks before. */
  #nsecFrom(start: number): ZoneNode | undefined {
    for (let index = start; ; index = this.#block.count - 1) {
      for (; index >= 0; index--) if (this.#block.has(index, RRType.NSEC)) return this.#block.read(index, this.origin)
      if (this.#block.count === 0) return undefined
      const first = this.#block.key(0)
      this.#key.set(first, 1)
      if (!this.owners.seek(this.#key, first.length + 1, Seek.Before)) return undefined
      this.#block.open(this.owners.buf, this.owners.offset)
    }
  }

  nsec3Matching(hash: Uint8Array): ZoneNode | undefined {
    const tree = this.#denialSlot(denialSlot(hash, this.info.denialBits))
    if (!tree) return undefined
    const index = denialAtOrBefore(tree.buf, tree.offset, hash)
    if (index < 0 || !denialMatches(tree.buf, tree.offset, index, hash)) return undefined
    return decodeDenial(tree.buf, denialEntry(tree.buf, tree.offset, index), this.origin)
  }

  nsec3Covering(hash: Uint8Array): ZoneNode | undefined {
    const slots = 2 ** this.info.denialBits
    const own = denialSlot(hash, this.info.denialBits)
    let tree = this.#denialSlot(own)
    let index = tree ? denialAtOrBefore(tree.buf, tree.offset, hash) : -1
    // The one before may stand in an earlier slot, and before the chain's first stands its last: the chain is a ring.
    for (let back = 1; index < 0 && back <= slots; back++) {
      tree = this.#denialSlot((own - back + slots) % slots)
      if (tree) index = readU32(tree.buf, tree.offset) - 1
    }
    return tree && index >= 0
      ? decodeDenial(tree.buf, denialEntry(tree.buf, tree.offset, index), this.origin)
      : undefined
  }

  /**
   * Every node in canonical order with its sort key, NSEC3 nodes apart. The snapshot may be asked for others meanwhile.
   * @param after the sort key to begin after; all nodes when absent
   */
  *nodes(after?: Uint8Array): Generator<{ readonly node: ZoneNode; readonly key: Uint8Array }> {
    const from = new Uint8Array(MAX_KEY_LENGTH + 1)
    from[0] = OWNER_PREFIX
    const block = new BlockReader()
    // The empty key stands before that of the first block.
    let length = 0
    let how: Seek = Seek.After
    if (after !== undefined) {
      from.set(after, 1)
      length = after.length + 1
      how = Seek.AtOrBefore
    }
    for (; this.owners.seek(from, length, how); how = Seek.After) {
      block.open(this.owners.buf, this.owners.offset)
      const first = after !== undefined && how === Seek.AtOrBefore ? block.atOrBefore(after, after.length) + 1 : 0
      for (let i = first; i < block.count; i++) {
        const key = block.key(i)
        yield { node: block.read(i, this.origin), key }
        from.set(key, 1)
        length = key.length + 1
      }
    }
  }

  /**
   * Every NSEC3 node of the chain in the order of their hashes.
   * @param after the hash to begin after; all nodes when absent
   */
  *denialNodes(after?: Uint8Array): Generator<ZoneNode> {
    const slots = 2 ** this.info.denialBits
    const firstSlot = after === undefined ? 0 : denialSlot(after, this.info.denialBits)
    for (let slot = firstSlot; slot < slots; slot++) {
      const tree = this.#denialSlot(slot)
      if (!tree) continue
      const { buf, offset } = tree
      const count = readU32(buf, offset)
      const first = after !== undefined && slot === firstSlot ? denialAtOrBefore(buf, offset, after) + 1 : 0
      for (let i = first; i < count; i++) yield decodeDenial(buf, denialEntry(buf, offset, i), this.origin)
    }
  }

  #writeKey(name: Name): number {
    return writeSortKey(name, 0, this.origin.length, name.length, this.#key, 1) - 1
  }

  get #sortKey(): Uint8Array {
    return this.#key.subarray(1)
  }

  /** Opens the block where the key of this length belongs; the index of the last node at or before it, or -1. */
  #find(length: number): number {
    const key = this.#sortKey
    // Where a search is a call into the library, the blocks found last come first.
    if (this.windows === undefined) {
      const recent = this.#recent.find((block) => block.holds(key, length))
      this.#block = recent ?? this.#recent[this.#searches++ % RECENT_BLOCKS]!
      if (recent !== undefined) return recent.atOrBefore(key, length)
    }
    if (!this.owners.seek(this.#key, length + 1, Seek.AtOrBefore)) return -1
    this.#block.open(this.owners.buf, this.owners.offset)
    return this.#block.atOrBefore(key, length)
  }

  #denialSlot(slot: number): Tree | undefined {
    writeNumber(this.#number, slot)
    return this.denials.seek(this.#number, 4, Seek.Exact) ? this.denials : undefined
  }
}

/** The entries of a tree whose keys begin with a prefix, as arrays of their own. */
function* entriesOf(
  tree: Tree,
  prefix: Uint8Array,
): Generator<{ readonly key: Uint8Array; readonly value: Uint8Array }> {
  let from = prefix
  // A key may be the prefix itself, but none is empty.
  for (let how: Seek = prefix.length === 0 ? Seek.After : Seek.Exact; ; how = Seek.After) {
    if (tree.seek(from, from.length, how)) {
      const { key } = tree
      if (key.length < prefix.length || compareOctets(key, 0, prefix.length, prefix, 0, prefix.length) !== 0) return
      yield { key, value: ownOctets(tree.buf, tree.offset, tree.offset + tree.length) }
      from = key
    } else if (how === Seek.After) return
  }
}

function infoIn(path: string, source: TreeSource): ZoneInfo {
  const tree = source.tree(Table.Meta)
  const found = tree.seek(Buffer.from(INFO_KEY), INFO_KEY.length, Seek.Exact)
  return parseInfo(path, found ? tree.buf.subarray(tree.offset, tree.offset + tree.length) : undefined)
}
