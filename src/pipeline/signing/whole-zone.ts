import {
  type ChainFeeder,
  Nsec3Chain,
  Nsec3Feeder,
  Nsec3Names,
  NsecChain,
  NsecFeeder,
  nsec3Owner,
  PLAIN_NSEC3,
} from '../../dnssec/denial/index.ts'
import type { KeyStoreDescriptor } from '../../dnssec/keystore/index.ts'
import {
  apexToSign,
  denialTtlOf,
  isMadeBySigning,
  type PublishedKeys,
  type SigningContext,
  signaturesFor,
  signNode,
  soaSerial,
  zonemdRdatas,
} from '../../dnssec/sign/index.ts'
import { RRType } from '../../iana/index.ts'
import { ExternalSorter } from '../../store/index.ts'
import { isSignedAt, NodeContext, Place } from '../../zone/checks/index.ts'
import { compareOctets, type RRset, sortKey, ZoneDigest, type ZoneNode } from '../../zone/index.ts'
import { SignedForm } from './node-signer.ts'
import { NodeSpool } from './node-spool.ts'
import { NodePacker, PACKED_KEY_AT, packedKeyEnd, unpackNode } from './packed-node.ts'
import { SigningPool } from './pool.ts'
import { SignatureCheck } from './signature-check.ts'

/** Packed nodes below which starting threads takes longer than signing. */
const WORTH_THREADS = 1 << 18

export interface WholeZoneOptions {
  readonly context: SigningContext
  readonly published: PublishedKeys
  /** The store of the context's keys. */
  readonly store: KeyStoreDescriptor
  /** Folder for temporary files; it must be there. */
  readonly folder: string
  /** As many as there are processors when absent. */
  readonly threads?: number
  /** Verify each signature, as soon as it is made, with the keys as they will be published. */
  readonly verify?: boolean
}

/** Takes the signed zone in canonical order. Octets are valid during the call only. */
export interface SignedZoneVisitor {
  /** The apex, which comes first. Digests in its ZONEMD records are all zero, until {@link zonemd}. */
  apex(node: ZoneNode): void
  /** Nodes after the apex, in the form that was asked for. */
  octets(octets: Uint8Array): void
  /** The ZONEMD RRset with its digests and signatures; comes last, where there is one. */
  zonemd(rrset: RRset): void
}

/**
 * Signs a zone of any size. First its nodes are taken in canonical order, and the names of its chain gathered; then
 * nodes and chain are merged, signed on all processors, and given out in canonical order. Between the two, whoever checks
 * the zone has seen all of it.
 */
export class WholeZoneSigning {
  readonly #options: WholeZoneOptions
  readonly #place: NodeContext
  readonly #spool: NodeSpool
  readonly #packer = new NodePacker()
  readonly #hashes: ExternalSorter
  readonly #feeder: ChainFeeder
  /** With NSEC, a node of the chain waits for its successor, and the nodes below a cut wait with it. */
  #waiting: { readonly node: ZoneNode; readonly key: Uint8Array; readonly place: number } | undefined
  readonly #behind = new NodePacker()
  /** Of the apex; those of all other nodes are verified where they are made. */
  readonly #check: SignatureCheck | undefined
  #denialTtl = 0
  #apex: ZoneNode | undefined

  constructor(options: WholeZoneOptions) {
    const { context, published, folder, verify } = options
    const { origin, denial, nsec3 = PLAIN_NSEC3 } = context
    this.#options = options
    this.#check = verify ? new SignatureCheck(published.dnskeys, context.keys) : undefined
    this.#place = new NodeContext(origin)
    this.#spool = new NodeSpool(folder)
    this.#hashes = new ExternalSorter({ folder: `${folder}/hashes` })
    const names = new Nsec3Names(nsec3, (buf, start, end) => this.#hashes.add(buf, start, end))
    this.#feeder =
      denial === 'nsec'
        ? new NsecFeeder(new NsecChain(origin, (rdata) => this.#link(rdata)))
        : new Nsec3Feeder(origin, names, denial === 'nsec3-opt-out')
  }

  /** Nodes taken. */
  get nodes(): number {
    return this.#spool.nodes
  }

  /** NSEC3 records that will come, or somewhat more; known when all nodes are taken. */
  get nsec3Records(): number {
    return this.#hashes.items
  }

  /**
   * Takes the next node of the unsigned zone in canonical order, the apex first. What earlier signing made is left out.
   * Nothing of it is kept.
   * @throws ApexError when the apex cannot be signed
   */
  add(node: ZoneNode, key: Uint8Array): void {
    const { context, published } = this.#options
    const atApex = key.length === 0
    let unsigned = withoutSigning(node, atApex)
    if (atApex) {
      unsigned = apexToSign(unsigned, context, published)
      const soa = unsigned.rrsets.find(({ type }) => type === RRType.SOA)!
      this.#denialTtl = denialTtlOf(soa, context.denialTtl)
    } else if (unsigned.rrsets.length === 0) return
    this.#place.enter(unsigned)
    const { place } = this.#place
    const isChained = place === Place.APEX || place === Place.AUTHORITATIVE || place === Place.CUT
    // This may link the node before, which then goes on its way.
    this.#feeder.node(this.#place)
    if (context.denial === 'nsec' && isChained) this.#waiting = { node: copied(unsigned), key: key.slice(), place }
    else if (context.denial === 'nsec') this.#behind.node(key, unsigned, (type) => isSignedAt(place, type))
    else this.#put(unsigned, key, place)
  }

  /**
   * Signs the nodes taken.
   * @param form of `SignedForm`, TEXT or NODES
   * @param onProgress called now and then with the nodes that are done, and how many there are in all
   * @throws SigningThreadError, SignatureRefusal, HashCollisionError
   */
  async sign(form: number, visitor: SignedZoneVisitor, onProgress: (done: number, all: number) => void): Promise<void> {
    const { context, published, store, threads, verify } = this.#options
    this.#feeder.finish()
    this.#spool.finish()
    const apex = this.#takeApex()
    visitor.apex(apex)
    const digests = new Map(context.zonemd.map((hash) => [hash, new ZoneDigest(context.origin, hash)]))
    for (const digest of digests.values()) digest.node(apex)
    const { keys, schedule, now } = context
    const pool = new SigningPool(
      {
        keys,
        schedule,
        now,
        store,
        forms: digests.size === 0 ? [form] : [form, SignedForm.DIGESTED],
        ...(verify ? { verifyWith: published.dnskeys } : {}),
        ...(this.#isSmall() ? { threads: 0 } : threads === undefined ? {} : { threads }),
      },
      (given, octets) => {
        if (given === form) visitor.octets(octets)
        else for (const digest of digests.values()) digest.update(octets)
      },
    )
    try {
      this.#merge(pool, onProgress)
      pool.flush()
    } finally {
      await pool.close()
    }
    if (digests.size > 0) visitor.zonemd(this.#zonemd(apex, digests))
  }

  dispose(): void {
    this.#spool.dispose()
    this.#hashes.dispose()
  }

  #isSmall(): boolean {
    return this.#spool.octets + this.#hashes.octets < WORTH_THREADS
  }

  /** NSEC rdata of the node that waits (RFC 4034 4.1.1). */
  #link(rdata: Uint8Array): void {
    const { node, key, place } = this.#waiting!
    const nsec: RRset = { type: RRType.NSEC, ttl: this.#denialTtl, rdatas: [rdata], signatures: [] }
    const rrsets = [...node.rrsets, nsec].sort((a, b) => a.type - b.type)
    this.#put({ owner: node.owner, rrsets }, key, place)
    this.#spool.add(this.#behind.buf, 0, this.#behind.length)
    this.#behind.clear()
  }

  #put(node: ZoneNode, key: Uint8Array, place: number): void {
    if (place === Place.APEX) {
      this.#apex = copied(node)
      return
    }
    this.#packer.clear()
    this.#packer.node(key, node, (type) => isSignedAt(place, type))
    this.#spool.add(this.#packer.buf, 0, this.#packer.length)
  }

  #takeApex(): ZoneNode {
    const apex = signNode(this.#apex!, Place.APEX, this.#options.context)
    for (const rrset of apex.rrsets) this.#check?.verify(apex.owner, rrset)
    return apex
  }

  /** Leads nodes and NSEC3 records to the pool, in the order of their owners. */
  #merge(pool: SigningPool, onProgress: (done: number, all: number) => void): void {
    const { context } = this.#options
    const { origin, denial, nsec3 = PLAIN_NSEC3 } = context
    const spool = this.#spool
    const all = spool.nodes + this.#hashes.items
    let done = 0
    const step = () => {
      if ((++done & 0x3fff) === 0) onProgress(done, all)
    }
    let more = spool.next()
    const node = new NodePacker()
    const chain = new Nsec3Chain(nsec3, denial === 'nsec3-opt-out', (hash, rdata) => {
      const owner = nsec3Owner(hash, origin)
      const key = sortKey(owner, origin)
      let rrsets: RRset[] = [{ type: RRType.NSEC3, ttl: this.#denialTtl, rdatas: [rdata], signatures: [] }]
      let order = -1
      for (; more; more = spool.next()) {
        order = compareOctets(
          spool.buf,
          spool.start + PACKED_KEY_AT,
          packedKeyEnd(spool.buf, spool.start),
          key,
          0,
          key.length,
        )
        if (order >= 0) break
        pool.add(spool.buf, spool.start, spool.end)
        step()
      }
      if (more && order === 0) {
        // A name of the zone that is also the hash of one.
        const same = unpackNode(spool.buf, spool.start)
        const signed = new Set(same.rrsets.flatMap(({ type, toSign }) => (toSign ? [type] : [])))
        rrsets = [...same.rrsets, ...rrsets].sort((a, b) => a.type - b.type)
        node.clear()
        node.node(key, { owner, rrsets }, (type) => type === RRType.NSEC3 || signed.has(type))
        more = spool.next()
      } else {
        node.clear()
        node.node(key, { owner, rrsets }, () => true)
      }
      pool.add(node.buf, 0, node.length)
      step()
    })
    this.#hashes.drain((buf, start, end) => chain.item(buf, start, end))
    chain.finish()
    for (; more; more = spool.next()) {
      pool.add(spool.buf, spool.start, spool.end)
      step()
    }
  }

  #zonemd(apex: ZoneNode, digests: ReadonlyMap<number, ZoneDigest>): RRset {
    const { context } = this.#options
    const { ttl, rdatas } = apex.rrsets.find(({ type }) => type === RRType.SOA)!
    const found = new Map([...digests].map(([hash, digest]) => [hash, digest.digest()]))
    const zonemd = { type: RRType.ZONEMD, ttl, rdatas: zonemdRdatas(soaSerial(rdatas[0]!), context.zonemd, found) }
    const signatures = signaturesFor(context.keys, context.origin, zonemd, context.schedule, context.now)
    const signed = { ...zonemd, signatures }
    this.#check?.verify(context.origin, signed)
    return signed
  }
}

function withoutSigning(node: ZoneNode, atApex: boolean): ZoneNode {
  const { owner, rrsets } = node
  const isData = ({ type, signatures }: RRset) => !isMadeBySigning(type, atApex) && signatures.length === 0
  if (rrsets.every(isData)) return node
  const data = rrsets.filter(({ type }) => !isMadeBySigning(type, atApex))
  return { owner, rrsets: data.map((rrset) => ({ ...rrset, signatures: [] })) }
}

function copied({ owner, rrsets }: ZoneNode): ZoneNode {
  return {
    owner: owner.slice(),
    rrsets: rrsets.map((rrset) => ({ ...rrset, rdatas: rrset.rdatas.map((rdata) => rdata.slice()) })),
  }
}
