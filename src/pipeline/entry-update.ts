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
  putOctets,
  Seek,
  type Tables,
  type Tree,
  type ZoneInfo,
  ZoneSnapshot,
} from '../store/index.ts'
import { type Name, octetText } from '../wire/index.ts'
import { compareOctets, nameOfKey, type RRset, sameRRset, type ZoneNode } from '../zone/index.ts'

/** Buckets that an update adds at the most, beyond one for each name that it adds. */
const MOST_SPLITS = 8
/** Buckets whose entries are held from the first look at them to their writing. */
const MOST_HELD = 2048

/** What became of the compiled entries. */
export interface EntryOutcome {
  /** Numbers of the buckets that were written anew. */
  readonly written: number[]
  /** How many there are now: buckets, entries in them, delegations among these. */
  readonly buckets: number
  readonly entries: number
  readonly delegations: number
}

/** A name's entry as it was compiled. */
interface Compiled {
  /** Of the hash of its name: the half that chooses its bucket, and the tag. */
  readonly low: number
  readonly tag: number
  /** Where it begins, where its name ends, and where it ends: with the name when there is none. */
  readonly start: number
  readonly nameEnd: number
  readonly end: number
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
  /** The table of buckets as it was. */
  readonly #buckets: Tree
  readonly #info: ZoneInfo
  readonly #view: ZoneSnapshot
  readonly #compiler: EntryCompiler
  readonly #origin: Name
  /** Sort keys of the names whose entries may change. */
  readonly #affected = new Map<string, Uint8Array>()
  /** What was compiled, and the octets that it came to, one after the other. */
  readonly #compiled: Compiled[] = []
  readonly #octets = new OctetWriter(4096)
  readonly #written = new Set<number>()
  /** Entries of buckets as they stand in the table. */
  readonly #held = new Map<number, BucketEntry[]>()
  #count: number
  #entries: number
  #delegations: number

  /**
   * @param buckets the table as it was before the transaction
   * @param info of the zone as the records are now
   */
  constructor(path: string, tables: Tables, buckets: Tree, info: ZoneInfo) {
    this.#tables = tables
    this.#buckets = buckets
    this.#info = info
    this.#view = ZoneSnapshot.ofTransaction(path, tables, info).remembering()
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
      const owner = nameOfKey(key, 0, key.length, this.#origin)
      this.#view.remember(owner, after.length === 0 ? undefined : { owner, rrsets: after })
      this.#reach(key)
      if (has(before, RRType.NS) !== has(after, RRType.NS) && key.length > 0) this.#reachBelow(key)
      if (ADDRESS_TYPES.some((type) => !isSame(before, after, type))) {
        for (const delegation of hosts.delegationsOf(owner)) this.#reach(delegation)
      }
    }
  }

  /** Compiles what was affected, and writes the buckets that changed. */
  write(): EntryOutcome {
    // In the order in which they lie in blocks, so that each block is looked up once.
    const keys = [...this.#affected.values()].sort(Buffer.compare)
    for (const key of keys) this.#compile(key)
    this.#affected.clear()
    // Buckets grow in number before they take in what is new: the offsets in one reach a megabyte.
    let added = 0
    this.#byBucket((number, compiled) => {
      const entries = this.#read(number)
      if (this.#held.size < MOST_HELD) this.#held.set(number, entries)
      for (const each of compiled) {
        added += (each.end > each.nameEnd ? 1 : 0) - (this.#indexOf(entries, each) >= 0 ? 1 : 0)
      }
    })
    this.#grow(added)
    this.#byBucket((number, compiled) => this.#updateBucket(number, compiled))
    return {
      written: [...this.#written],
      buckets: this.#count,
      entries: this.#entries,
      delegations: this.#delegations,
    }
  }

  /** Bucket by bucket: of a host that a third of the zone uses, only some buckets' entries are held at a time. */
  #byBucket(visit: (number: number, compiled: readonly Compiled[]) => void): void {
    const count = this.#count
    const mask = bucketMask(count)
    const numbered = this.#compiled.map((compiled) => ({ number: bucketOf(compiled.low, count, mask), compiled }))
    numbered.sort((a, b) => a.number - b.number)
    for (let from = 0; from < numbered.length; ) {
      const { number } = numbered[from]!
      let end = from + 1
      while (end < numbered.length && numbered[end]!.number === number) end++
      const group = numbered.slice(from, end).map(({ compiled }) => compiled)
      visit(number, group)
      from = end
    }
  }

  /** The name of a key and all its ancestors; the apex has no entry. */
  #reach(key: Uint8Array): void {
    for (let end = key.length; end > 0; end = parentEnd(key, end)) {
      const id = octetText(key, 0, end)
      if (this.#affected.has(id)) return
      this.#affected.set(id, key.slice(0, end))
    }
  }

  #reachBelow(key: Uint8Array): void {
    if (!this.#view.hasBelow(nameOfKey(key, 0, key.length, this.#origin))) return
    for (const below of this.#view.nodes(key)) {
      if (!startsWith(below.key, key)) return
      this.#reach(below.key)
    }
  }

  /** Compiles the entry of a name, if it has one: it has none when it does not exist, or lies below a zone cut. */
  #compile(key: Uint8Array): void {
    const name = nameOfKey(key, 0, key.length, this.#origin)
    const relative = name.length - this.#origin.length
    const out = this.#octets
    const start = out.length
    out.u8(relative)
    out.octets(name, 0, relative)
    const nameEnd = out.length
    this.#compileRest(name, key, out)
    hashOctets(name, 0, relative, this.#info.hashSeed)
    this.#compiled.push({ low: nameHash.low, tag: nameHash.tag & 0xffff, start, nameEnd, end: out.length })
  }

  #compileRest(name: Name, key: Uint8Array, out: OctetWriter): void {
    const view = this.#view
    for (let end = parentEnd(key, key.length); end > 0; end = parentEnd(key, end)) {
      const ancestor = view.node(nameOfKey(key, 0, end, this.#origin))
      if (ancestor !== undefined && has(ancestor.rrsets, RRType.NS)) return
    }
    const node: ZoneNode | undefined = view.node(name)
    if (node === undefined && !view.hasBelow(name)) return
    if (node !== undefined && has(node.rrsets, RRType.NS)) this.#compiler.delegation(node, out)
    else this.#compiler.name(name, node, out)
  }

  /** Puts compiled entries in place of those that are in their bucket. */
  #updateBucket(number: number, compiled: readonly Compiled[]): void {
    const entries = this.#read(number)
    const { buf } = this.#octets
    let changed = false
    for (const each of compiled) {
      const { tag, start, nameEnd, end } = each
      const at = this.#indexOf(entries, each)
      const before = entries[at]
      const after = end === nameEnd ? undefined : { tag, buf, start, end }
      if (before === undefined || after === undefined ? before === after : isSameEntry(before, after)) continue
      changed = true
      this.#tally(before, -1)
      this.#tally(after, 1)
      if (after === undefined) entries.splice(at, 1)
      else entries.splice(at < 0 ? entries.length : at, at < 0 ? 0 : 1, after)
    }
    if (changed) this.#write(number, entries)
  }

  /** Index of the entry of the same name, or -1. */
  #indexOf(entries: readonly BucketEntry[], { tag, start, nameEnd }: Compiled): number {
    const { buf } = this.#octets
    const length = nameEnd - start
    return entries.findIndex(
      (entry) =>
        entry.tag === tag &&
        entry.end - entry.start >= length &&
        compareOctets(entry.buf, entry.start, entry.start + length, buf, start, nameEnd) === 0,
    )
  }

  /** Counts an entry that came or went. */
  #tally(entry: BucketEntry | undefined, by: 1 | -1): void {
    if (entry === undefined) return
    const { buf, start } = entry
    this.#entries += by
    if (buf[start + 1 + buf[start]!] === EntryKind.Delegation) this.#delegations += by
  }

  #read(number: number): BucketEntry[] {
    const held = this.#held.get(number)
    if (held !== undefined) return held
    const key = numberKey(number)
    if (this.#written.has(number)) {
      const value = this.#tables.Buckets.getBinary(key)
      return value === undefined ? [] : bucketEntries(value, 0, entryEnd)
    }
    const tree = this.#buckets
    return tree.seek(key, key.length, Seek.Exact) ? bucketEntries(tree.buf, tree.offset, entryEnd) : []
  }

  #write(number: number, entries: readonly BucketEntry[]): void {
    this.#held.delete(number)
    putOctets(this.#tables.Buckets, numberKey(number), bucketOfEntries(entries))
    this.#written.add(number)
  }

  /** Linear hashing (`bucketOf`): as the zone grows by so many entries, one bucket after the other is split in two. */
  #grow(added: number): void {
    const wanted = bucketCount(this.#entries + added, this.#info.entryOctets)
    const most = this.#count + MOST_SPLITS + Math.max(0, added)
    while (this.#count < Math.min(wanted, most)) {
      const added = this.#count++
      const mask = bucketMask(this.#count)
      const source = added & (mask >>> 1)
      const staying: BucketEntry[] = []
      const going: BucketEntry[] = []
      for (const entry of this.#read(source)) {
        const { buf, start } = entry
        hashOctets(buf, start + 1, start + 1 + buf[start]!, this.#info.hashSeed)
        const list = bucketOf(nameHash.low, this.#count, mask) === added ? going : staying
        list.push(entry)
      }
      this.#write(source, staying)
      this.#write(added, going)
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

function isSameEntry(a: BucketEntry, b: BucketEntry): boolean {
  return compareOctets(a.buf, a.start, a.end, b.buf, b.start, b.end) === 0
}

/** Where the key of the parent ends within a key's first `end` octets: 0x00 ends a label. */
function parentEnd(key: Uint8Array, end: number): number {
  let at = end - 1
  while (at > 0 && key[at - 1] !== 0) at--
  return at
}

function startsWith(octets: Uint8Array, other: Uint8Array): boolean {
  return octets.length >= other.length && compareOctets(octets, 0, other.length, other, 0, other.length) === 0
}
