import { randomInt } from 'node:crypto'
import { EntryCompiler } from '../answer/index.ts'
import { RRType } from '../iana/index.ts'
import {
  BlockBuilder,
  BucketBuilder,
  bucketCount,
  bucketMask,
  bucketOf,
  DenialBuilder,
  denialBits,
  denialSlot,
  type EnvironmentWriter,
  ExternalSorter,
  encodeDenial,
  encodeNode,
  FORMAT_VERSION,
  HostIndexBuilder,
  hashOctets,
  INFO_KEY,
  type KeptEntry,
  nameHash,
  OctetWriter,
  OWNER_PREFIX,
  readNumber,
  readU32,
  siblingHosts,
  writeNumber,
  type ZoneInfo,
  ZoneSnapshot,
} from '../store/index.ts'
import { type Name, nameToText } from '../wire/index.ts'
import { MAX_KEY_LENGTH, nameOfKey, type RRset, type ZoneNode } from '../zone/index.ts'
import { type ApexFacts, apexFacts, chainHash } from './chain.ts'
import { ZoneWalk } from './zone-walk.ts'

/** Octets that an entry takes beside its node's: header, tag, offset. */
export const ENTRY_OVERHEAD = 40

export interface BuildOptions {
  /** NSEC3 records that will come, or somewhat more. */
  readonly nsec3Records: number
  readonly source: ZoneInfo['source']
  readonly expiresAt: ZoneInfo['expiresAt']
  /** Beginning of the names of folders for what does not fit into memory. */
  readonly folder: string
  /** What is kept with the zone from the start; of one table in ascending order of the keys. */
  readonly kept: Iterable<KeptEntry> | KeptGiver
  /** When the records were loaded, ISO 8601, where that was before: this version is an update of them then. */
  readonly loadedAt?: string
}

/** Gives what is kept with a zone, in ascending order of the keys, where it does not come of one iteration. */
export type KeptGiver = (info: ZoneInfo, put: (key: Uint8Array, value: Uint8Array) => void) => void

/**
 * Writes a zone into a new environment: first its nodes, as they come in canonical order, then, reading them back, the
 * compiled entries by hash.
 */
export class ZoneBuilder {
  readonly #origin: Name
  readonly #writer: EnvironmentWriter
  readonly #options: BuildOptions
  readonly #hashSeed = randomInt(2 ** 32)
  readonly #hosts: HostIndexBuilder
  readonly #denialBits: number
  readonly #block = new BlockBuilder()
  readonly #node = new OctetWriter(1 << 16)
  readonly #denial = new DenialBuilder()
  readonly #number = new Uint8Array(4)
  readonly #ownerKey = new Uint8Array(MAX_KEY_LENGTH + 1)
  #slot = 0
  #apex: ApexFacts | undefined
  #denials = 0
  /** Records taken so far. */
  records = 0
  #owners = 0
  #delegations = 0
  #entries = 0
  #entryOctets = 0
  readonly #count = new ZoneWalk({
    delegation: () => {
      this.#delegations++
      this.#entries++
    },
    name: () => {
      this.#entries++
    },
  })

  constructor(origin: Name, writer: EnvironmentWriter, options: BuildOptions) {
    this.#origin = origin
    this.#writer = writer
    this.#options = options
    this.#denialBits = denialBits(options.nsec3Records)
    this.#hosts = new HostIndexBuilder(origin, this.#hashSeed, `${options.folder}-hosts`)
    this.#ownerKey[0] = OWNER_PREFIX
  }

  /** Takes the next node in canonical order, the apex first. */
  add(node: ZoneNode, key: Uint8Array): void {
    if (key.length === 0) this.#apex = apexFacts(node.rrsets)
    for (const { rdatas, signatures } of node.rrsets) this.records += rdatas.length + signatures.length
    const rrsets = this.#withoutDenial(node)
    if (rrsets.length === 0) return
    this.#owners++
    this.#node.length = 0
    encodeNode(this.#node, key, key.length, rrsets)
    this.#entryOctets += this.#node.length + ENTRY_OVERHEAD
    if (this.#block.isFull(this.#node.length)) this.#putBlock()
    this.#block.add(this.#node.buf, 0, this.#node.length)
    this.#count.node(node, key)
    const nameservers = key.length > 0 && rrsets.find(({ type }) => type === RRType.NS)
    if (!nameservers) return
    for (const host of siblingHosts(node.owner, nameservers.rdatas, this.#origin)) this.#hosts.add(host, key)
  }

  /** Ends the nodes, and compiles the entries. Returns what is known of the zone, which is stored with it. */
  finish(onCompiled: (names: number, total: number) => void): ZoneInfo {
    if (!this.#block.isEmpty) this.#putBlock()
    this.#putDenials()
    const buckets = bucketCount(this.#entries, this.#entryOctets)
    const apex = this.#apex ?? apexFacts([])
    const now = new Date().toISOString()
    const info: ZoneInfo = {
      formatVersion: FORMAT_VERSION,
      origin: nameToText(this.#origin),
      serial: apex.serial,
      revision: 0,
      records: this.records,
      delegations: this.#delegations,
      owners: this.#owners,
      signed: apex.signed,
      denial: apex.denial,
      nsec3: apex.chain,
      denials: this.#denials,
      denialBits: this.#denialBits,
      buckets,
      entries: this.#entries,
      entryOctets: this.#entryOctets,
      hashSeed: this.#hashSeed,
      loadedAt: this.#options.loadedAt ?? now,
      updatedAt: this.#options.loadedAt === undefined ? undefined : now,
      source: this.#options.source,
      expiresAt: this.#options.expiresAt,
    }
    const writer = this.#writer
    writer.put('Meta', Buffer.from(INFO_KEY), Buffer.from(JSON.stringify(info)))
    this.#hosts.finish((key, value) => writer.put('Hosts', key, value))
    const { kept } = this.#options
    if (typeof kept === 'function') kept(info, (key, value) => writer.put('State', key, value))
    else for (const { table, key, value } of kept) writer.put(table, key, value)
    for (const table of ['Owners', 'Denial', 'Meta', 'Hosts'] as const) writer.flush(table)
    const snapshot = ZoneSnapshot.ofBuild(writer, info)
    try {
      this.#compile(snapshot, onCompiled)
    } finally {
      snapshot.close()
    }
    return info
  }

  /** Puts a node's NSEC3 RRset, if it belongs to the chain, into the table of denial; returns the other RRsets. */
  #withoutDenial(node: ZoneNode): readonly RRset[] {
    const chain = this.#apex?.chain
    const nsec3 = chain && node.rrsets.find(({ type }) => type === RRType.NSEC3)
    const hash = chainHash(node.owner, this.#origin, nsec3, chain)
    if (nsec3 === undefined || hash === undefined) return node.rrsets
    this.#denials++
    const slot = denialSlot(hash, this.#denialBits)
    if (slot !== this.#slot) this.#putDenials()
    this.#slot = slot
    this.#node.length = 0
    encodeDenial(this.#node, hash, nsec3)
    this.#denial.add(hash, 0, this.#node.buf, 0, this.#node.length)
    return node.rrsets.filter((rrset) => rrset !== nsec3)
  }

  /** Frees what the build holds; of no effect once it has finished. */
  dispose(): void {
    this.#hosts.dispose()
  }

  #putBlock(): void {
    const { key, value } = this.#block.take()
    this.#ownerKey.set(key, 1)
    this.#writer.put('Owners', this.#ownerKey.subarray(0, key.length + 1), value)
  }

  #putDenials(): void {
    if (this.#denial.count === 0) return
    writeNumber(this.#number, this.#slot)
    this.#writer.put('Denial', this.#number, this.#denial.take())
  }

  /** Compiles every name's entry and writes them bucket by bucket. */
  #compile(snapshot: ZoneSnapshot, onCompiled: (names: number, total: number) => void): void {
    const { buckets, hashSeed } = snapshot.info
    const mask = bucketMask(buckets)
    const compiler = new EntryCompiler(snapshot)
    const sorter = new ExternalSorter({ folder: `${this.#options.folder}-entries` })
    const entry = new OctetWriter(4096)
    const name = new OctetWriter(512)
    let names = 0
    const begin = (key: Uint8Array) => {
      const owner = nameOfKey(key, 0, key.length, this.#origin)
      const relative = owner.length - this.#origin.length
      hashOctets(owner, 0, relative, hashSeed)
      entry.length = 0
      // Sorts by bucket, and within it by tag: bucket (4, big-endian), tag (4), name, rest.
      writeNumber(entry.buf, bucketOf(nameHash.low, buckets, mask))
      entry.length = 4
      entry.u32(nameHash.tag)
      entry.u8(relative)
      entry.octets(owner, 0, relative)
      name.length = 0
      return owner
    }
    const end = () => {
      sorter.add(entry.buf, 0, entry.length)
      if ((++names & 0x3fff) === 0) onCompiled(names, this.#entries)
    }
    const walk = new ZoneWalk({
      delegation: (node, key) => {
        begin(key)
        compiler.delegation(node, entry)
        end()
      },
      name: (node, key) => {
        compiler.name(begin(key), node, entry)
        end()
      },
    })
    try {
      for (const { node, key } of snapshot.nodes()) walk.node(node, key)
      this.#putBuckets(sorter, buckets)
    } finally {
      sorter.dispose()
    }
    onCompiled(names, this.#entries)
  }

  #putBuckets(sorter: ExternalSorter, buckets: number): void {
    const builder = new BucketBuilder()
    let bucket = 0
    const putUpTo = (end: number) => {
      for (; bucket < end; bucket++) {
        writeNumber(this.#number, bucket)
        this.#writer.put('Buckets', this.#number, builder.take())
      }
    }
    sorter.drain((buf, start, end) => {
      putUpTo(readNumber(buf, start))
      builder.add(readU32(buf, start + 4), buf, start + 8, end)
    })
    putUpTo(buckets)
  }
}
