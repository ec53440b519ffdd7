import { mkdirSync, rmSync } from 'node:fs'
import { GateRefusal } from '../dnssec/gate/index.ts'
import type { KeyStoreDescriptor } from '../dnssec/keystore/index.ts'
import type { PublishedKeys, SigningContext } from '../dnssec/sign/index.ts'
import { dsDigest, dsMatchesKey, isVerifiable } from '../dnssec/verify/index.ts'
import { RRType } from '../iana/index.ts'
import { ROOT } from '../wire/index.ts'
import { ZoneChecker, type ZoneFindings } from '../zone/checks/index.ts'
import { compareOctets, type RRset, type ZoneNode } from '../zone/index.ts'
import type { ParseResult } from '../zonefile/index.ts'
import type { NodeSource } from './node-source.ts'
import type { ProgressReporter } from './progress.ts'
import type { StageObserver } from './record-stage.ts'
import { NodeSpool, packedKey, packedLength, SignedForm, unpackNode, WholeZoneSigning } from './signing/index.ts'
import { notBefore } from './soa.ts'
import type { UnsignedData } from './zone-data.ts'

/** How a zone is signed as a whole. */
export interface LoadSigning {
  readonly context: SigningContext
  readonly published: PublishedKeys
  /** The store of the context's keys, which each signing thread opens by itself. */
  readonly store: KeyStoreDescriptor
  /** The CDS and CDNSKEY RRsets that the apex is to have, without signatures; those of the data are left out. */
  readonly apex: readonly RRset[]
  /** Rdata of the DS records that the parent is known to have; none: not known, or none yet. */
  readonly ds?: readonly Uint8Array[]
  /** As many as there are processors when absent. */
  readonly threads?: number
}

export interface SignedNodesOptions {
  readonly signing: LoadSigning
  /** The serial of the version before: the new one is later, unless the serial scheme is `keep`. */
  readonly serialBefore: number | undefined
  readonly reporter: ProgressReporter
  /** Told what can be seen only of single records. */
  readonly observer: StageObserver
  /** Beginning of the names of folders for what does not fit into memory. */
  readonly folder: string
  /** Where the zone's data are. @param observer told what can be seen only of single records */
  readonly data: (observer: StageObserver) => UnsignedData
}

const NO_KEY = new Uint8Array(0)

/**
 * The nodes of a zone, signed: its unsigned data are checked, then signed on all processors, each signature verified as
 * soon as it is made.
 */
export class SignedNodes implements NodeSource {
  readonly #options: SignedNodesOptions
  readonly #folder: string
  readonly #checker: ZoneChecker
  readonly #data: UnsignedData
  readonly #signing: WholeZoneSigning
  readonly #spool: NodeSpool

  constructor(options: SignedNodesOptions) {
    const { signing, folder, observer, data } = options
    const { context, published, store, threads } = signing
    this.#options = options
    this.#folder = `${folder}-signing`
    mkdirSync(this.#folder, { recursive: true })
    const { origin, now } = context
    this.#checker = new ZoneChecker({ origin, now, temporaryFolder: `${folder}-unsigned-checks` })
    this.#data = data(both(this.#checker, observer))
    this.#signing = new WholeZoneSigning({
      context,
      published,
      store,
      folder: this.#folder,
      verify: true,
      ...(threads === undefined ? {} : { threads }),
    })
    this.#spool = new NodeSpool(this.#folder)
  }

  read(): ParseResult {
    return this.#data.read()
  }

  get records(): number {
    return this.#data.records
  }

  /** @throws GateRefusal when the keys do not fit the DS records at the parent */
  prepare(): ZoneFindings {
    const { reporter, signing } = this.#options
    checkKnownDs(signing)
    const { records } = this
    reporter.enter('check', records)
    let hasSoa = false
    this.#data.drain((node, key) => {
      this.#checker.node(node)
      if (key.length === 0) hasSoa = node.rrsets.some(({ type, rdatas }) => type === RRType.SOA && rdatas.length === 1)
      // Without a proper SOA record the checks refuse the zone anyway.
      if (hasSoa) this.#signing.add(key.length === 0 ? this.#apex(node) : node, key)
      reporter.step(node, records)
    })
    return this.#checker.finish()
  }

  get nsec3Records(): number {
    return this.#signing.nsec3Records
  }

  /** @throws GateRefusal, SigningThreadError, HashCollisionError */
  async give(visit: (node: ZoneNode, key: Uint8Array) => void): Promise<void> {
    const { reporter, signing } = this.#options
    const { records } = this
    reporter.enter('sign', records)
    // The store wants the apex first, but its ZONEMD digest is known last: meanwhile the other nodes are put aside.
    const isDigested = signing.context.zonemd.length > 0
    let apex: ZoneNode | undefined
    await this.#signing.sign(
      SignedForm.NODES,
      {
        apex(node) {
          apex = node
          if (!isDigested) visit(node, NO_KEY)
        },
        octets: (octets) => {
          if (isDigested) this.#spool.add(octets, 0, octets.length)
          else for (let at = 0; at < octets.length; at += packedLength(octets, at)) visitPacked(octets, at, visit)
        },
        zonemd(zonemd) {
          const rrsets = apex!.rrsets.map((rrset) => (rrset.type === RRType.ZONEMD ? zonemd : rrset))
          visit({ owner: apex!.owner, rrsets }, NO_KEY)
        },
      },
      (done, all) => reporter.report(Math.round((done * records) / all), records),
    )
    this.#spool.finish()
    while (this.#spool.next()) visitPacked(this.#spool.buf, this.#spool.start, visit)
  }

  dispose(): void {
    this.#data.dispose()
    this.#signing.dispose()
    this.#spool.dispose()
    rmSync(this.#folder, { recursive: true, force: true })
  }

  /** The data's apex with the records for the parent, and a serial from which the next is later than the one before. */
  #apex({ owner, rrsets }: ZoneNode): ZoneNode {
    const { signing, serialBefore } = this.#options
    const data = rrsets.map((rrset) =>
      rrset.type === RRType.SOA ? notBefore(rrset, serialBefore, signing.context.serial) : rrset,
    )
    const added = signing.apex.map((rrset) => ({ ...rrset, rdatas: inOrder(rrset.rdatas), signatures: [] }))
    return { owner, rrsets: [...data, ...added] }
  }
}

/** RFC 4035 5.2: a key that a DS at the parent vouches for is published, and signs the DNSKEY RRset. */
function checkKnownDs({ context, published, ds = [] }: LoadSigning): void {
  // A validator that knows none of the algorithms takes the zone for unsigned.
  const usable = ds.filter((rdata) => rdata.length > 4 && isVerifiable(rdata[2]!) && isDigestKnown(rdata[3]!))
  if (usable.length === 0) return
  const { origin, keys } = context
  const isPublished = (dnskey: Uint8Array) => published.dnskeys.some((other) => Buffer.compare(other, dnskey) === 0)
  const isVouchedFor = (dnskey: Uint8Array) => usable.some((rdata) => dsMatchesKey(origin, rdata, dnskey))
  if (keys.forKeys.some(({ dnskey }) => isPublished(dnskey) && isVouchedFor(dnskey))) return
  const tags = usable.map((rdata) => (rdata[0]! << 8) | rdata[1]!).join(', ')
  const problem = `no key that signs it matches a DS record at the parent, which are for key ${tags}`
  throw new GateRefusal('ds', origin, RRType.DNSKEY, problem)
}

function isDigestKnown(type: number): boolean {
  return dsDigest(ROOT, new Uint8Array(4), type) !== undefined
}

function visitPacked(buf: Uint8Array, at: number, visit: (node: ZoneNode, key: Uint8Array) => void): void {
  visit(unpackNode(buf, at), packedKey(buf, at))
}

/** RFC 4034 6.3. */
function inOrder(rdatas: readonly Uint8Array[]): Uint8Array[] {
  return [...rdatas].sort((a, b) => compareOctets(a, 0, a.length, b, 0, b.length))
}

/** Tells two what the stage sees: one judges the zone before it is signed, the other after that. */
function both(one: StageObserver, other: StageObserver): StageObserver {
  return {
    outOfZone(owner, type, line) {
      one.outOfZone(owner, type, line)
      other.outOfZone(owner, type, line)
    },
    duplicate(owner, type, line) {
      one.duplicate(owner, type, line)
      other.duplicate(owner, type, line)
    },
    differingTtls(owner, type, ttls, line) {
      one.differingTtls(owner, type, ttls, line)
      other.differingTtls(owner, type, ttls, line)
    },
  }
}
