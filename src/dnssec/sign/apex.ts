import { RRType } from '../../iana/index.ts'
import { compareOctets, type RRset, ZonemdHash, ZonemdScheme, type ZoneNode } from '../../zone/index.ts'
import { nsec3ParamRdata, PLAIN_NSEC3 } from '../denial/index.ts'
import type { SigningContext } from './context.ts'
import { nextSerial, soaSerial, withSerial } from './serial.ts'

/** RFC 5155 leaves it open; resolvers have no use for the record, so they need not keep it. */
const NSEC3PARAM_TTL = 0

/** The keys that a zone publishes. */
export interface PublishedKeys {
  /** DNSKEY rdata, in any order. */
  readonly dnskeys: readonly Uint8Array[]
  /** Seconds. */
  readonly dnskeyTtl: number
}

/** An apex that cannot be signed: it has no SOA record, or several. */
export class ApexError extends Error {
  override readonly name = 'ApexError'
}

/**
 * True when signing makes the records of this type there, so that those it finds are no data of the zone: signatures
 * and chains everywhere, and at the apex its keys, NSEC3 parameters and digest.
 */
export function isMadeBySigning(type: number, atApex: boolean): boolean {
  switch (type) {
    case RRType.RRSIG:
    case RRType.NSEC:
    case RRType.NSEC3:
    case RRType.NSEC3PARAM:
      return true
    case RRType.DNSKEY:
    case RRType.ZONEMD:
      return atApex
    default:
      return false
  }
}

/**
 * The RRsets of a signed zone's apex but for NSEC and signatures: with the next serial, the keys, NSEC3PARAM where there
 * is such a chain, and ZONEMD records whose digests are yet to be made (all zero).
 * @param apex unsigned: {@link isMadeBySigning} holds for none of its RRsets
 * @throws ApexError when it does not have exactly one SOA record
 */
export function apexToSign(apex: ZoneNode, context: SigningContext, { dnskeys, dnskeyTtl }: PublishedKeys): ZoneNode {
  const soa = apex.rrsets.find(({ type }) => type === RRType.SOA)
  if (soa?.rdatas.length !== 1) throw new ApexError('the apex of a zone to be signed has exactly one SOA record')
  const serial = nextSerial(soaSerial(soa.rdatas[0]!), context.serial, context.now)
  const rrsets: RRset[] = apex.rrsets.filter((rrset) => rrset !== soa)
  const add = (type: number, ttl: number, rdatas: readonly Uint8Array[]) => {
    const sorted = [...rdatas].sort((a, b) => compareOctets(a, 0, a.length, b, 0, b.length))
    rrsets.push({ type, ttl, rdatas: sorted, signatures: [] })
  }
  add(RRType.SOA, soa.ttl, [withSerial(soa.rdatas[0]!, serial)])
  add(RRType.DNSKEY, dnskeyTtl, dnskeys)
  if (context.denial !== 'nsec') add(RRType.NSEC3PARAM, NSEC3PARAM_TTL, [nsec3ParamRdata(context.nsec3 ?? PLAIN_NSEC3)])
  if (context.zonemd.length > 0) {
    // RFC 8976 2: its TTL is to be the SOA's.
    add(RRType.ZONEMD, soa.ttl, zonemdRdatas(serial, context.zonemd))
  }
  return { owner: apex.owner, rrsets: rrsets.sort((a, b) => a.type - b.type) }
}

const DIGEST_AT = 6
const digestLengths = new Map<number, number>([
  [ZonemdHash.SHA384, 48],
  [ZonemdHash.SHA512, 64],
])

/**
 * ZONEMD rdata (RFC 8976 2.2), one for each hash algorithm.
 * @param digests by hash algorithm; one that is not there is all zero, to be set later
 */
export function zonemdRdatas(
  serial: number,
  hashes: readonly number[],
  digests: ReadonlyMap<number, Uint8Array> = new Map(),
): Uint8Array[] {
  return hashes.map((hash) => {
    const rdata = new Uint8Array(DIGEST_AT + digestLengths.get(hash)!)
    new DataView(rdata.buffer).setUint32(0, serial)
    rdata[4] = ZonemdScheme.SIMPLE
    rdata[5] = hash
    const digest = digests.get(hash)
    if (digest !== undefined) rdata.set(digest, DIGEST_AT)
    return rdata
  })
}
