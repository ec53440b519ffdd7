import { randomInt } from 'node:crypto'
import { join } from 'node:path'
import type { RootDatabase } from 'lmdb'
import { RRType } from '../iana/index.ts'
import { type Name, nameFromText } from '../wire/index.ts'
import {
  type Denial,
  MAX_KEY_LENGTH,
  type Nsec3Parameters,
  writeSortKey,
  type ZoneNode,
  type ZoneView,
} from '../zone/index.ts'
import { BlockReader } from './block.ts'
import { decodeDenial, denialAtOrBefore, denialEntry, denialMatches, denialSlot } from './denial.ts'
import { type EnvironmentWriter, openEnvironment, openTables, type Tables } from './environment.ts'
import { StoreError } from './error.ts'
import { FORMAT_VERSION, INFO_KEY, OWNER_PREFIX, Table, type ZoneInfo } from './layout.ts'
import { LmdbSource } from './lmdb-tree.ts'
import { readU32 } from './octets.ts'
import { PageSource } from './page-tree.ts'
import { Seek, type Tree, type TreeSource } from './tree.ts'

/** How many of each table's entries are compared between the map's pages and lmdb when a store is opened. */
const SAMPLE = 8

export interface SnapshotOptions {
  /** 'pages' and 'lmdb' insist on one way of reading; by default pages are read where they can be. */
  readonly method?: 'pages' | 'lmdb'
}

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
  /** Whether values of `buckets` and `denials` stay where they were found while the snapshot is open. */
  readonly stable: boolean
  /** Table of compiled answers, by bucket number. */
  readonly buckets: Tree
  readonly denials: Tree
  readonly #owners: Tree
  readonly #source: TreeSource
  readonly #release: () => void
  readonly #block = new BlockReader()
  readonly #key = new Uint8Array(MAX_KEY_LENGTH + 1)
  readonly #number = new Uint8Array(4)

  private constructor(path: string, source: TreeSource, info: ZoneInfo, release: () => void) {
    this.path = path
    this.#source = source
    this.#release = release
    this.info = info
    this.origin = nameFromText(info.origin)
    this.serial = info.serial
    this.denial = info.denial
    this.nsec3 = info.nsec3 && { ...info.nsec3, salt: Buffer.from(info.nsec3.salt, 'hex') }
    this.method = source.method
    this.stable = source.stable
    this.#owners = source.tree(Table.Owners)
    this.buckets = source.tree(Table.Buckets)
    this.denials = source.tree(Table.Denial)
    this.#key[0] = OWNER_PREFIX
  }

  /**
   * Opens the environment in a folder.
   * @throws StoreError when there is none, or it is not of this format
   */
  static open(path: string, options: SnapshotOptions = {}): ZoneSnapshot {
    let env: RootDatabase
    let tables: Tables
    try {
      env = openEnvironment(path, { readOnly: true })
      tables = openTables(env)
    } catch (cause) {
      throw new StoreError(path, `cannot open the zone store: ${(cause as Error).message}`, { cause })
    }
    const transaction = env.useReadTransaction()
    let source: TreeSource | undefined
    try {
      const info = readInfo(path, tables)
      source = openSource(path, tables, options.method)
      return new ZoneSnapshot(path, source, info, () => {
        transaction.done()
        void env.close()
      })
    } catch (error) {
      source?.close()
      transaction.done()
      void env.close()
      throw error
    }
  }

  /**
   * What a writer has flushed so far, for the part of a load that reads what an earlier part wrote. The writer closes
   * after the snapshot.
   */
  static ofBuild(writer: EnvironmentWriter, info: ZoneInfo): ZoneSnapshot {
    return new ZoneSnapshot(writer.path, openSource(writer.path, writer.tables, undefined), info, () => {})
  }

  /** Ends the snapshot; nothing it returned earlier depends on it, but `buckets` and `denials` may not be used again. */
  close(): void {
    this.#source.close()
    this.#release()
  }

  node(name: Name): ZoneNode | undefined {
    const length = this.#writeKey(name)
    const index = this.#find(length)
    if (index < 0 || this.#block.compare(index, this.#sortKey, length) !== 0) return undefined
    return this.#block.read(index, this.origin)
  }

  hasBelow(name: Name): boolean {
    const length = this.#writeKey(name)
    const index = this.#find(length) + 1
    if (index < this.#block.count) return this.#block.isBelow(index, this.#sortKey, length)
    if (!this.#owners.seek(this.#key, length + 1, Seek.After)) return false
    this.#block.open(this.#owners.buf, this.#owners.offset)
    return this.#block.isBelow(0, this.#sortKey, length)
  }

  nsecAtOrBefore(name: Name): ZoneNode | undefined {
    let length = this.#writeKey(name)
    for (let index = this.#find(length); ; index = this.#block.count - 1) {
      for (; index >= 0; index--) if (this.#block.has(index, RRType.NSEC)) return this.#block.read(index, this.origin)
      if (this.#block.count === 0) return undefined
      const first = this.#block.key(0)
      this.#key.set(first, 1)
      length = first.length
      if (!this.#owners.seek(this.#key, length + 1, Seek.Before)) return undefined
      this.#block.open(this.#owners.buf, this.#owners.offset)
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

  /** Every node in canonical order with its sort key, NSEC3 nodes apart. The snapshot may be asked for others meanwhile. */
  *nodes(): Generator<{ readonly node: ZoneNode; readonly key: Uint8Array }> {
    const from = new Uint8Array(MAX_KEY_LENGTH + 1)
    from[0] = OWNER_PREFIX
    const block = new BlockReader()
    // The empty key stands before that of the first block.
    let length = 0
    while (this.#owners.seek(from, length, Seek.After)) {
      block.open(this.#owners.buf, this.#owners.offset)
      for (let i = 0; i < block.count; i++) {
        const key = block.key(i)
        yield { node: block.read(i, this.origin), key }
        from.set(key, 1)
        length = key.length + 1
      }
    }
  }

  /** Every NSEC3 node of the chain in the order of their hashes. */
  *denialNodes(): Generator<ZoneNode> {
    const slots = 2 ** this.info.denialBits
    for (let slot = 0; slot < slots; slot++) {
      const tree = this.#denialSlot(slot)
      if (!tree) continue
      const { buf, offset } = tree
      const count = readU32(buf, offset)
      for (let i = 0; i < count; i++) yield decodeDenial(buf, denialEntry(buf, offset, i), this.origin)
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
    if (!this.#owners.seek(this.#key, length + 1, Seek.AtOrBefore)) return -1
    this.#block.open(this.#owners.buf, this.#owners.offset)
    return this.#block.atOrBefore(this.#sortKey, length)
  }

  #denialSlot(slot: number): Tree | undefined {
    writeNumber(this.#number, slot)
    return this.denials.seek(this.#number, 4, Seek.Exact) ? this.denials : undefined
  }
}

/** Writes a bucket's or slot's number as a key: big-endian, so that numbers ascend as keys do. */
export function writeNumber(key: Uint8Array, number: number): void {
  key[0] = number >>> 24
  key[1] = number >>> 16
  key[2] = number >>> 8
  key[3] = number
}

/** Reads such a number. */
export function readNumber(key: Uint8Array, at: number): number {
  return ((key[at]! << 24) | (key[at + 1]! << 16) | (key[at + 2]! << 8) | key[at + 3]!) >>> 0
}

function readInfo(path: string, tables: Tables): ZoneInfo {
  const text = tables.Meta.getBinary(Buffer.from(INFO_KEY))
  if (!text) throw new StoreError(path, 'the store has no description: load the zone again')
  const info = JSON.parse(Buffer.from(text).toString()) as ZoneInfo
  if (info.formatVersion !== FORMAT_VERSION) {
    throw new StoreError(
      path,
      `the store has format ${info.formatVersion}, this program reads ${FORMAT_VERSION}: load the zone again`,
    )
  }
  return info
}

function openSource(path: string, tables: Tables, method: SnapshotOptions['method']): TreeSource {
  if (method === 'lmdb') return new LmdbSource(tables, 'asked for')
  try {
    const source = PageSource.open(join(path, 'data.mdb'))
    try {
      compareSample(source, tables)
    } catch (error) {
      source.close()
      throw error
    }
    return source
  } catch (error) {
    if (method === 'pages') throw error
    return new LmdbSource(tables, (error as Error).message)
  }
}

/** Checks what the map's pages say against lmdb's own word. */
function compareSample(source: PageSource, tables: Tables): void {
  const buckets = source.tree(Table.Buckets)
  const key = new Uint8Array(4)
  for (let i = 0; i < SAMPLE && buckets.entries > 0; i++) {
    writeNumber(key, randomInt(buckets.entries))
    const expected = tables.Buckets.getBinary(Buffer.from(key))
    const found = buckets.seek(key, 4, Seek.Exact)
    const same =
      expected !== undefined &&
      found &&
      Buffer.compare(expected, buckets.buf.subarray(buckets.offset, buckets.offset + buckets.length)) === 0
    if (!same) throw new Error('the pages read differ from what lmdb says')
  }
}
