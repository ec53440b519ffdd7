import { createHash, type Hash } from 'node:crypto'
import { RRClass, RRType } from '../iana/index.ts'
import type { Name } from '../wire/index.ts'
import { compareOctets } from './key.ts'
import type { RRset, ZoneNode } from './rrset.ts'
import { Rrsig } from './rrsig.ts'

/** ZONEMD schemes (RFC 8976 5.2). */
export const ZonemdScheme = { SIMPLE: 1 } as const

/** ZONEMD hash algorithms (RFC 8976 5.3). */
export const ZonemdHash = { SHA384: 1, SHA512: 2 } as const

/** The fields of ZONEMD rdata (RFC 8976 2.2), read where they stand. The rdata must be well formed. */
export const Zonemd = {
  serial: (rdata: Uint8Array): number => ((rdata[0]! << 24) | (rdata[1]! << 16) | (rdata[2]! << 8) | rdata[3]!) >>> 0,
  scheme: (rdata: Uint8Array): number => rdata[4]!,
  hash: (rdata: Uint8Array): number => rdata[5]!,
  /** A view of the rdata. */
  digest: (rdata: Uint8Array): Uint8Array => rdata.subarray(6),
} as const

const BATCH = 64 * 1024
/** Owner, type, class, TTL and length before the rdata. */
const MAX_RECORD_HEAD = 255 + 10

/**
 * A zone's content as the SIMPLE scheme digests it (RFC 8976 3.3.1): its records in wire form, occluded data included,
 * while its nodes stream by in canonical order.
 */
export class DigestedRecords {
  readonly #origin: Name
  readonly #take: (octets: Uint8Array) => void
  readonly #batch = new Uint8Array(BATCH)
  #used = 0

  /** @param take gets the octets piece by piece, each valid during the call only */
  constructor(origin: Name, take: (octets: Uint8Array) => void) {
    this.#origin = origin
    this.#take = take
  }

  node(node: ZoneNode): void {
    const { owner, rrsets } = node
    const atApex = owner.length === this.#origin.length
    let signed = false
    for (let i = 0; i < rrsets.length; i++) {
      if (rrsets[i]!.signatures.length > 0 || rrsets[i]!.type === RRType.RRSIG) signed = true
    }
    for (let i = 0; i < rrsets.length; i++) {
      const rrset = rrsets[i]!
      // RFC 8976 3.3.1.1 with RFC 4034 6: RRsets of a name ascend by type, and RRSIG is one of them.
      if (signed && rrset.type >= RRType.RRSIG) {
        this.#signatures(node, atApex)
        signed = false
      }
      if (rrset.type === RRType.RRSIG) continue
      // RFC 8976 3.3.1.2: the digest cannot hold itself.
      if (rrset.type === RRType.ZONEMD && atApex) continue
      for (let j = 0; j < rrset.rdatas.length; j++) this.#record(owner, rrset.type, rrset.ttl, rrset.rdatas[j]!)
    }
    if (signed) this.#signatures(node, atApex)
  }

  /** Hands over what was held back. */
  flush(): void {
    if (this.#used > 0) this.#take(this.#batch.subarray(0, this.#used))
    this.#used = 0
  }

  /** The RRSIG records of a name in the canonical order of their rdata (RFC 4034 6.3), which begins with the type. */
  #signatures({ owner, rrsets }: ZoneNode, atApex: boolean): void {
    const all: { readonly ttl: number; readonly rdata: Uint8Array }[] = []
    for (const { type, ttl, rdatas, signatures } of rrsets) {
      // An RRset of type RRSIG holds those that cover none of the others.
      for (const rdata of type === RRType.RRSIG ? rdatas : signatures) {
        if (atApex && Rrsig.typeCovered(rdata) === RRType.ZONEMD) continue
        all.push({ ttl, rdata })
      }
    }
    all.sort((a, b) => compareOctets(a.rdata, 0, a.rdata.length, b.rdata, 0, b.rdata.length))
    for (const { ttl, rdata } of all) this.#record(owner, RRType.RRSIG, ttl, rdata)
  }

  #record(owner: Name, type: number, ttl: number, rdata: Uint8Array): void {
    if (this.#used + MAX_RECORD_HEAD + rdata.length > BATCH) this.flush()
    const batch = this.#batch
    batch.set(owner, this.#used)
    let at = this.#used + owner.length
    batch[at++] = type >>> 8
    batch[at++] = type
    batch[at++] = 0
    batch[at++] = RRClass.IN
    batch[at++] = ttl >>> 24
    batch[at++] = ttl >>> 16
    batch[at++] = ttl >>> 8
    batch[at++] = ttl
    batch[at++] = rdata.length >>> 8
    batch[at++] = rdata.length
    if (at + rdata.length <= BATCH) {
      batch.set(rdata, at)
      this.#used = at + rdata.length
    } else {
      // Rdata that all but fills the batch by itself.
      this.#take(batch.subarray(0, at))
      this.#take(rdata)
      this.#used = 0
    }
  }
}

/** The digest of a zone's whole content by the SIMPLE scheme: see {@link DigestedRecords}. */
export class ZoneDigest {
  readonly #hash: Hash
  readonly #records: DigestedRecords

  /** @param algorithm one of `ZonemdHash` */
  constructor(origin: Name, algorithm: number) {
    const hash = createHash(algorithm === ZonemdHash.SHA512 ? 'sha512' : 'sha384')
    this.#hash = hash
    this.#records = new DigestedRecords(origin, (octets) => hash.update(octets))
  }

  node(node: ZoneNode): void {
    this.#records.node(node)
  }

  /** Takes octets of {@link DigestedRecords} that come after those of the nodes given. */
  update(octets: Uint8Array): void {
    this.#records.flush()
    this.#hash.update(octets)
  }

  /** The digest of what was given; the object is used up. */
  digest(): Uint8Array {
    this.#records.flush()
    return this.#hash.digest()
  }
}

/** The ZONEMD records of an apex whose scheme and hash algorithm can be checked here. */
export function checkableZonemds(zonemd: RRset | undefined): readonly Uint8Array[] {
  return (zonemd?.rdatas ?? []).filter(
    (rdata) =>
      Zonemd.scheme(rdata) === ZonemdScheme.SIMPLE &&
      (Zonemd.hash(rdata) === ZonemdHash.SHA384 || Zonemd.hash(rdata) === ZonemdHash.SHA512),
  )
}
