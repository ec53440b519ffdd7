import { EntryCompiler, EntryKind, entryEnd } from '../answer/index.ts'
import { RRType } from '../iana/index.ts'
import {
  type BucketEntry,
  bucketCount,
  bucketEntries,
  bucketMask,
  bucketOf,
  bucketOfEntries,
  HostIndex,
  hashOctets,
  type NodeChange,
  nameHash,
  numberKey,
  OctetWriter,
  type Tables,
  type ZoneInfo,
  ZoneSnapshot,
} from '../store/index.ts'
import type { Name } from '../wire/index.ts'
import { compareOctets, nameOfKey, type RRset, sameRRset, type ZoneNode } from '../zone/index.ts'

/** Buckets that an update adds at the most, beyond one for each name that it adds. */
const MOST_SPLITS = 8

/** What became of the compiled entries. */
export interface EntryOutcome {
  /** Numbers of the buckets that were written anew. */
  readonly written: number[]
  /** How many there are now: buckets, entries in them, delegations among these. */
  readonly buckets: number
  readonly entries: number
  readonly delegations: number
}

/**
 * Brings the compiled entries up to date with the records, within the write transaction that changed those. Which entries
 * a change reaches:
 *
 * * the owner's own, and those of all its ancestors: empty non-terminals, wildcards, the delegation above glue
 * * when it became a zone cut or ceased to be one, those of all names below
 * * when its addresses changed, those of the delegations that hold them as sibling glue (the index of hosts)
 *
 * Of these, each is compiled anew and compared; a bucket is written only when an entry in it differs.
 */
export class EntryUpdate {
  readonly #tables: Tables
  readonly #info: ZoneInfo
  readonly #view: ZoneSnapshot
  readonly #compiler: EntryCompiler
  readonly #origin: Name
  /** Sort keys of the names whose entries may change. */
  readonly #affected = new Map<string, Uint8Array>()
  readonly #buckets = new Map<number, BucketEntry[]>()
  readonly #written = new Set<number>()
  readonly #entry = new OctetWriter(4096)
  #count: number
  #entries: number
  #delegations: number

  /** @param info of the zone as the records are now */
  constructor(path: string, tables: Tables, info: ZoneInfo) {
    this.#tables = tables
    this.#info = info
    this.#view = ZoneSnapshot.ofTransaction(path, tables, info)
    this.#compiler = new EntryCompiler(this.#view)
    this.#origin = this.#view.origin
    this.#count = info.buckets
    this.#entries = info.entries
    this.#delegations = info.delegations
  }

  /** Takes in what became of some nodes. */
  affectedBy(changes: readonly NodeChange[]): void {
    const hosts = new HostIndex(this.#tables, this.#origin, this.#info.hashSeed)
    for (const { key, before, after } of changes) {
      this.#reach(key)
      if (has(before, RRType.NS) !== has(after, RRType.NS) && key.length > 0) this.#reachBelow(key)
      if (ADDRESS_TYPES.some((type) => !isSame(before, after, type))) {
        const host = nameOfKey(key, 0, key.length, this.#origin)
        for (const delegation of hosts.delegationsOf(host)) this.#reach(delegation)
      }
    }
  }

  /** Compiles what was affected, and writes the buckets that changed. */
  write(): EntryOutcome {
    for (const key of this.#affected.values()) this.#update(key)
    this.#grow()
    for (const number of this.#written) {
      this.#tables.Buckets.putSync(numberKey(number), Buffer.from(bucketOfEntries(this.#bucket(number))))
    }
    return {
      written: [...this.#written],
      buckets: this.#count,
      entries: this.#entries,
      delegations: this.#delegations,
    }
  }

  /** The name of a key and all its ancestors; the apex has no entry. */
  #reach(key: Uint8Array): void {
    for (let end = key.length; end > 0; end = parentEnd(key, end)) {
      const id = Buffer.from(key.buffer, key.byteOffset, end).toString('latin1')
      if (this.#affected.has(id)) return
      this.#affected.set(id, key.slice(0, end))
    }
  }

  #reachBelow(key: Uint8Array): void {
    for (const below of this.#view.nodes(key)) {
      if (!startsWith(below.key, key)) return
      this.#reach(below.key)
    }
  }

  /** Compiles a name's entry, and puts it in place of the one that is there. */
  #update(key: Uint8Array): void {
    const name = nameOfKey(key, 0, key.length, this.#origin)
    const relative = name.length - this.#origin.length
    const compiled = this.#compile(name, key)
    hashOctets(name, 0, relative, this.#info.hashSeed)
    const { tag } = nameHash
    const number = bucketOf(nameHash.low, this.#count, bucketMask(this.#count))
    const bucket = this.#bucket(number)
    const at = bucket.findIndex(({ octets }) => isNamed(octets, name, relative))
    const before = bucket[at]
    if (compiled === undefined ? before === undefined : before && compareAll(before.octets, compiled) === 0) return
    this.#tally(before?.octets, -1)
    this.#tally(compiled, 1)
    if (compiled === undefined) bucket.splice(at, 1)
    else if (before === undefined) bucket.push({ tag, octets: compiled })
    else bucket[at] = { tag, octets: compiled }
    this.#written.add(number)
  }

  /** The entry of a name, or undefined when it has none: it does not exist, or lies below a zone cut. */
  #compile(name: Name, key: Uint8Array): Uint8Array | undefined {
    const view = this.#view
    for (let end = parentEnd(key, key.length); end > 0; end = parentEnd(key, end)) {
      const ancestor = view.node(nameOfKey(key, 0, end, this.#origin))
      if (ancestor !== undefined && has(ancestor.rrsets, RRType.NS)) return undefined
    }
    const node: ZoneNode | undefined = view.node(name)
    if (node === undefined && !view.hasBelow(name)) return undefined
    const entry = this.#entry
    const relative = name.length - this.#origin.length
    entry.length = 0
    entry.u8(relative)
    entry.octets(name, 0, relative)
    if (node !== undefined && has(node.rrsets, RRType.NS)) this.#compiler.delegation(node, entry)
    else this.#compiler.name(name, node, entry)
    return entry.copy()
  }

  /** Counts an entry that came or went. */
  #tally(octets: Uint8Array | undefined, by: 1 | -1): void {
    if (octets === undefined) return
    this.#entries += by
    if (octets[1 + octets[0]!] === EntryKind.Delegation) this.#delegations += by
  }

  #bucket(number: number): BucketEntry[] {
    let entries = this.#buckets.get(number)
    if (entries === undefined) {
      const value = this.#tables.Buckets.getBinary(numberKey(number))
      entries = value === undefined ? [] : bucketEntries(value, 0, entryEnd)
      this.#buckets.set(number, entries)
    }
    return entries
  }

  /** Linear hashing (`bucketOf`): as the zone grows, one bucket after the other is split in two. */
  #grow(): void {
    const wanted = bucketCount(this.#entries, this.#info.entryOctets)
    const most = this.#count + MOST_SPLITS + Math.max(0, this.#entries - this.#info.entries)
    while (this.#count < Math.min(wanted, most)) {
      const added = this.#count++
      const mask = bucketMask(this.#count)
      const source = added & (mask >>> 1)
      const staying: BucketEntry[] = []
      const going: BucketEntry[] = []
      for (const entry of this.#bucket(source)) {
        hashOctets(entry.octets, 1, 1 + entry.octets[0]!, this.#info.hashSeed)
        const list = bucketOf(nameHash.low, this.#count, mask) === added ? going : staying
        list.push(entry)
      }
      this.#buckets.set(source, staying)
      this.#buckets.set(added, going)
      this.#written.add(source).add(added)
    }
  }
}

const ADDRESS_TYPES = [RRType.A, RRType.AAAA]

function has(rrsets: readonly RRset[], type: number): boolean {
  return rrsets.some((rrset) => rrset.type === type)
}

/** Whether the RRset of a type is the same in both, signatures included. */
function isSame(a: readonly RRset[], b: readonly RRset[], type: number): boolean {
  const one = a.find((rrset) => rrset.type === type)
  const other = b.find((rrset) => rrset.type === type)
  return one === undefined || other === undefined ? one === other : sameRRset(one, other)
}

function compareAll(a: Uint8Array, b: Uint8Array): number {
  return compareOctets(a, 0, a.length, b, 0, b.length)
}

/** Where the key of the parent ends within a key's first `end` octets: 0x00 ends a label. */
function parentEnd(key: Uint8Array, end: number): number {
  let at = end - 1
  while (at > 0 && key[at - 1] !== 0) at--
  return at
}

function startsWith(key: Uint8Array, prefix: Uint8Array): boolean {
  return key.length >= prefix.length && compareOctets(key, 0, prefix.length, prefix, 0, prefix.length) === 0
}

/** Whether an entry is that of the name whose first `relative` octets are given. */
function isNamed(entry: Uint8Array, name: Name, relative: number): boolean {
  return entry[0] === relative && compareOctets(entry, 1, 1 + relative, name, 0, relative) === 0
}
