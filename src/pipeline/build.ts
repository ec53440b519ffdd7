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
  HASH_LENGTH,
  hashOctets,
  hashOfOwner,
  INFO_KEY,
  nameHash,
  OctetWriter,
  OWNER_PREFIX,
  readNumber,
  readU32,
  writeNumber,
  type ZoneInfo,
  ZoneSnapshot,
} from '../store/index.ts'
import { type Name, nameToText } from '../wire/index.ts'
import { MAX_KEY_LENGTH, NSEC3_SHA1, nameOfKey, type RRset, type ZoneNode } from '../zone/index.ts'
import { ZoneWalk } from './zone-walk.ts'

/** Octets that an entry takes beside its node's: header, tag, offset. */
const ENTRY_OVERHEAD = 40

/** What a zone's NSEC3PARAM record says of the chain that answers are made from (RFC 5155 4). */
type Chain = NonNullable<ZoneInfo['nsec3']>

export interface BuildOptions {
  /** NSEC3 records that will come, or somewhat more. */
  readonly nsec3Records: number
  readonly source: ZoneInfo['source']
  readonly expiresAt: ZoneInfo['expiresAt']
}

/**
 * Writes a zone into a new environment: first its nodes, as they come in canonical order, then, reading them back, the
 * compiled entries by hash.
 */
export class ZoneBuilder {
  readonly #origin: Name
  readonly #writer: EnvironmentWriter
  readonly #source: ZoneInfo['source']
  readonly #expiresAt: ZoneInfo['expiresAt']
  readonly #denialBits: number
  readonly #block = new BlockBuilder()
  readonly #node = new OctetWriter(1 << 16)
  readonly #denial = new DenialBuilder()
  readonly #number = new Uint8Array(4)
  readonly #ownerKey = new Uint8Array(MAX_KEY_LENGTH + 1)
  #slot = 0
  #chain: Chain | undefined
  #apexTypes = new Set<number>()
  #serial = 0
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

  constructor(origin: Name, writer: EnvironmentWriter, { nsec3Records, source, expiresAt }: BuildOptions) {
    this.#origin = origin
    this.#writer = writer
    this.#source = source
    this.#expiresAt = expiresAt
    this.#denialBits = denialBits(nsec3Records)
    this.#ownerKey[0] = OWNER_PREFIX
  }

  /** Takes the next node in canonical order, the apex first. */
  add(node: ZoneNode, key: Uint8Array): void {
    if (key.length === 0) this.#apex(node)
    for (const { rdatas, signatures } of node.rrsets) this.records += rdatas.length + signatures.length
    const rrsets = this.#withoutDenial(node)
    if (rrsets.length === 0) return
    this.#owners++
    this.#node.length = 0
    encodeNode(this.#node, key, key.length, rrsets)
    this.#entryOctets += this.#node.length + ENTRY_OVERHEAD
    if (this.#block.isFull(this.#node.length)) this.#putBlock()
    this.#block.add(this.#node.buf, this.#node.length)
    this.#count.node(node, key)
  }

  /** Ends the nodes, and compiles the entries. Returns what is known of the zone, which is stored with it. */
  finish(folder: string, onCompiled: (names: number, total: number) => void): ZoneInfo {
    if (!this.#block.isEmpty) this.#putBlock()
    this.#putDenials()
    const buckets = bucketCount(this.#entries, this.#entryOctets)
    const info: ZoneInfo = {
      formatVersion: FORMAT_VERSION,
      origin: nameToText(this.#origin),
      serial: this.#serial,
      records: this.records,
      delegations: this.#delegations,
      owners: this.#owners,
      signed: this.#apexTypes.has(RRType.DNSKEY),
      denial: this.#chain ? 'nsec3' : this.#apexTypes.has(RRType.NSEC) ? 'nsec' : 'none',
      nsec3: this.#chain,
      denialBits: this.#denialBits,
      buckets,
      hashSeed: randomInt(2 ** 32),
      loadedAt: new Date().toISOString(),
      source: this.#source,
      expiresAt: this.#expiresAt,
    }
    const writer = this.#writer
    writer.put('Meta', Buffer.from(INFO_KEY), Buffer.from(JSON.stringify(info)))
    for (const table of ['Owners', 'Denial', 'Meta'] as const) writer.flush(table)
    const snapshot = ZoneSnapshot.ofBuild(writer, info)
    try {
      this.#compile(snapshot, folder, onCompiled)
    } finally {
      snapshot.close()
    }
    return info
  }

  #apex(node: ZoneNode): void {
    for (const { type, rdatas } of node.rrsets) {
      this.#apexTypes.add(type)
      // RFC 1035 3.3.13: the serial comes after the two names, sixteen octets before what follows it.
      if (type === RRType.SOA) this.#serial = Buffer.from(rdatas[0]!).readUInt32BE(rdatas[0]!.length - 20)
      if (type !== RRType.NSEC3PARAM) continue
      for (const rdata of rdatas) {
        // RFC 5155 4.1.2: a record with flags set is not in force.
        if (rdata[0] !== NSEC3_SHA1 || rdata[1] !== 0 || this.#chain) continue
        const salt = Buffer.from(rdata.subarray(5, 5 + rdata[4]!)).toString('hex')
        this.#chain = { algorithm: NSEC3_SHA1, iterations: (rdata[2]! << 8) | rdata[3]!, salt }
      }
    }
  }

  /** Puts a node's NSEC3 RRset, if it belongs to the chain, into the table of denial; returns the other RRsets. */
  #withoutDenial(node: ZoneNode): readonly RRset[] {
    const chain = this.#chain
    const nsec3 = chain && node.rrsets.find(({ type }) => type === RRType.NSEC3)
    const rdata = nsec3?.rdatas[0]
    if (!chain || !rdata || nsec3.rdatas.length !== 1 || !isOfChain(rdata, chain)) return node.rrsets
    const hash = hashOfOwner(node.owner)
    if (!hash) return node.rrsets
    const slot = denialSlot(hash, this.#denialBits)
    if (slot !== this.#slot) this.#putDenials()
    this.#slot = slot
    this.#node.length = 0
    encodeDenial(this.#node, hash, nsec3)
    this.#denial.add(hash, 0, this.#node.buf, 0, this.#node.length)
    return node.rrsets.filter((rrset) => rrset !== nsec3)
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
  #compile(snapshot: ZoneSnapshot, folder: string, onCompiled: (names: number, total: number) => void): void {
    const { buckets, hashSeed } = snapshot.info
    const mask = bucketMask(buckets)
    const compiler = new EntryCompiler(snapshot)
    const sorter = new ExternalSorter({ folder })
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

/** Whether an NSEC3 record has the parameters of the chain (RFC 5155 3.2: algorithm, flags, iterations, salt). */
function isOfChain(rdata: Uint8Array, chain: Chain): boolean {
  const iterations = (rdata[2]! << 8) | rdata[3]!
  const salt = Buffer.from(rdata.subarray(5, 5 + rdata[4]!)).toString('hex')
  const next = rdata[5 + rdata[4]!]
  return rdata[0] === chain.algorithm && iterations === chain.iterations && salt === chain.salt && next === HASH_LENGTH
}
