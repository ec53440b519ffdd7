import { isAtOrBelow, type Name } from '../wire/index.ts'
import { compareOctets } from '../zone/index.ts'
import { hashOctets, nameHash } from './bucket.ts'
import type { Tables } from './environment.ts'
import { Table } from './layout.ts'
import { LmdbSource } from './lmdb-tree.ts'
import { writeNumber } from './number-key.ts'
import { OctetWriter, readU16 } from './octets.ts'
import { putOctets } from './put.ts'
import { ExternalSorter } from './sorter.ts'
import { Seek, type Tree } from './tree.ts'

/**
 * The index of hosts: which delegations name a host of the zone that does not lie below them, and so may hold its addresses
 * as sibling glue. When such an address changes, these delegations' compiled entries do too.
 *
 * A key: the hash of the host's name (8), then the sort key of the first delegation. A value: the hash, then each
 * delegation's sort key after its length (2), ascending. Two hosts of the same hash share their lists, which does no harm:
 * an entry compiled anew without need is what it was.
 */

const HASH_LENGTH = 8
/** Octets of a list after which a further one is begun. */
const LONGEST_LIST = 1800

/** The names of a delegation's nameservers that it is in the index by. */
export function siblingHosts(delegation: Name, nameservers: readonly Name[], origin: Name): Name[] {
  return nameservers.filter((host) => isAtOrBelow(host, origin) && !isAtOrBelow(host, delegation))
}

function writeHostHash(host: Name, origin: Name, seed: number, out: Uint8Array): void {
  hashOctets(host, 0, host.length - origin.length, seed)
  writeNumber(out, nameHash.low)
  writeNumber(out.subarray(4), nameHash.tag)
}

/** Gathers the index while a zone is loaded. */
export class HostIndexBuilder {
  readonly #origin: Name
  readonly #seed: number
  readonly #sorter: ExternalSorter
  readonly #item = new OctetWriter(1024)

  /** @param folder for what does not fit into memory */
  constructor(origin: Name, seed: number, folder: string) {
    this.#origin = origin
    this.#seed = seed
    this.#sorter = new ExternalSorter({ folder })
  }

  add(host: Name, delegation: Uint8Array): void {
    const item = this.#item
    item.length = 0
    item.reserve(HASH_LENGTH)
    writeHostHash(host, this.#origin, this.#seed, item.buf)
    item.length = HASH_LENGTH
    item.octets(delegation)
    this.#sorter.add(item.buf, 0, item.length)
  }

  /** Hands over the table's entries in ascending order of their keys; each is valid during the call only. */
  finish(put: (key: Uint8Array, value: Uint8Array) => void): void {
    const key = new OctetWriter(1024)
    const list = new OctetWriter(LONGEST_LIST * 2)
    const last = new OctetWriter(1024)
    const end = () => {
      if (list.length > 0) put(key.buf.subarray(0, key.length), list.buf.subarray(0, list.length))
      list.length = 0
    }
    this.#sorter.drain((buf, start, itemEnd) => {
      if (compareOctets(last.buf, 0, last.length, buf, start, itemEnd) === 0) return
      const isSameHost =
        last.length > 0 && compareOctets(last.buf, 0, HASH_LENGTH, buf, start, start + HASH_LENGTH) === 0
      last.length = 0
      last.octets(buf, start, itemEnd)
      if (!isSameHost || list.length >= LONGEST_LIST) {
        end()
        key.length = 0
        key.octets(buf, start, itemEnd)
        list.octets(buf, start, start + HASH_LENGTH)
      }
      list.u16(itemEnd - start - HASH_LENGTH)
      list.octets(buf, start + HASH_LENGTH, itemEnd)
    })
    end()
  }

  dispose(): void {
    this.#sorter.dispose()
  }
}

/** The index within a write transaction. */
export class HostIndex {
  readonly #tables: Tables
  readonly #tree: Tree
  readonly #origin: Name
  readonly #seed: number

  constructor(tables: Tables, origin: Name, seed: number) {
    this.#tables = tables
    this.#tree = new LmdbSource(tables, '').tree(Table.Hosts)
    this.#origin = origin
    this.#seed = seed
  }

  /** The sort keys of the delegations that name a host. */
  delegationsOf(host: Name): Uint8Array[] {
    const hash = this.#hash(host)
    const found: Uint8Array[] = []
    for (let from = hash; this.#tree.seek(from, from.length, Seek.After) && this.#isOf(hash); ) {
      const list = this.#list()
      found.push(...list)
      from = Buffer.concat([hash, list.at(-1)!])
    }
    return found
  }

  add(host: Name, delegation: Uint8Array): void {
    const hash = this.#hash(host)
    const list = this.#listFor(hash, delegation)
    const at = list.findIndex((key) => compare(key, delegation) >= 0)
    if (at >= 0 && compare(list[at]!, delegation) === 0) return
    this.#put(hash, list, list.toSpliced(at < 0 ? list.length : at, 0, delegation))
  }

  remove(host: Name, delegation: Uint8Array): void {
    const hash = this.#hash(host)
    const list = this.#listFor(hash, delegation)
    const after = list.filter((key) => compare(key, delegation) !== 0)
    if (after.length < list.length) this.#put(hash, list, after)
  }

  #hash(host: Name): Buffer {
    const hash = Buffer.alloc(HASH_LENGTH)
    writeHostHash(host, this.#origin, this.#seed, hash)
    return hash
  }

  /** The list that a delegation stands in, or would. */
  #listFor(hash: Buffer, delegation: Uint8Array): Uint8Array[] {
    const key = Buffer.concat([hash, delegation])
    for (const how of [Seek.AtOrBefore, Seek.After]) {
      if (this.#tree.seek(key, key.length, how) && this.#isOf(hash)) return this.#list()
    }
    return []
  }

  /** Whether the list found last is of this hash. */
  #isOf(hash: Buffer): boolean {
    const { buf, offset } = this.#tree
    return compareOctets(buf, offset, offset + HASH_LENGTH, hash, 0, HASH_LENGTH) === 0
  }

  #list(): Uint8Array[] {
    const { buf, offset, length } = this.#tree
    const list: Uint8Array[] = []
    for (let at = offset + HASH_LENGTH; at < offset + length; ) {
      const end = at + 2 + readU16(buf, at)
      list.push(buf.slice(at + 2, end))
      at = end
    }
    return list
  }

  #put(hash: Buffer, before: readonly Uint8Array[], after: readonly Uint8Array[]): void {
    const table = this.#tables.Hosts
    const [first] = before
    if (first !== undefined && (after[0] === undefined || compare(first, after[0]) !== 0)) {
      table.removeSync(Buffer.concat([hash, first]))
    }
    const octets = after.reduce((sum, key) => sum + 2 + key.length, 0)
    const half = octets > LONGEST_LIST ? Math.ceil(after.length / 2) : after.length
    for (const part of [after.slice(0, half), after.slice(half)]) {
      if (part.length === 0) continue
      const value = new OctetWriter(LONGEST_LIST)
      value.octets(hash)
      for (const key of part) {
        value.u16(key.length)
        value.octets(key)
      }
      putOctets(table, Buffer.concat([hash, part[0]!]), value.buf.subarray(0, value.length))
    }
  }
}

function compare(a: Uint8Array, b: Uint8Array): number {
  return compareOctets(a, 0, a.length, b, 0, b.length)
}
