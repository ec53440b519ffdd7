import { RRType } from '../iana/index.ts'
import { HASH_LENGTH, hashOfOwner, type ZoneInfo } from '../store/index.ts'
import type { Name } from '../wire/index.ts'
import { type Denial, NSEC3_SHA1, type RRset } from '../zone/index.ts'

/** What a zone's NSEC3PARAM record says of the chain that answers are made from (RFC 5155 4). */
export type Chain = NonNullable<ZoneInfo['nsec3']>

/** What the RRsets of a zone's apex say of it as a whole. */
export interface ApexFacts {
  readonly serial: number
  readonly signed: boolean
  readonly denial: Denial
  readonly chain: Chain | undefined
}

/** The serial is 0 where there is no SOA RRset: the zone checks tell of that. */
export function apexFacts(rrsets: readonly RRset[]): ApexFacts {
  const find = (type: number) => rrsets.find((rrset) => rrset.type === type)
  const soa = find(RRType.SOA)?.rdatas[0]
  const chain = chainOf(find(RRType.NSEC3PARAM))
  return {
    // RFC 1035 3.3.13: the serial comes after the two names, sixteen octets before what follows it.
    serial: soa === undefined ? 0 : Buffer.from(soa).readUInt32BE(soa.length - 20),
    signed: find(RRType.DNSKEY) !== undefined,
    denial: chain ? 'nsec3' : find(RRType.NSEC) ? 'nsec' : 'none',
    chain,
  }
}

function chainOf(parameters: RRset | undefined): Chain | undefined {
  // RFC 5155 4.1.2: a record with flags set is not in force.
  const rdata = parameters?.rdatas.find((candidate) => candidate[0] === NSEC3_SHA1 && candidate[1] === 0)
  return rdata && { algorithm: NSEC3_SHA1, iterations: iterationsOf(rdata), salt: saltOf(rdata) }
}

/** The hash of an owner whose NSEC3 RRset belongs to the chain and so into the table of denial; undefined otherwise. */
export function chainHash(
  owner: Name,
  origin: Name,
  rrset: RRset | undefined,
  chain: Chain | undefined,
): Uint8Array | undefined {
  const rdata = rrset?.rdatas[0]
  if (chain === undefined || rdata === undefined || rrset?.rdatas.length !== 1 || !isOfChain(rdata, chain))
    return undefined
  return hashBelow(owner, origin)
}

/** The hash that the one label of an owner right below the origin spells; undefined when it spells none. */
export function hashBelow(owner: Name, origin: Name): Uint8Array | undefined {
  return owner.length === origin.length + 1 + owner[0]! ? hashOfOwner(owner) : undefined
}

/** Whether an NSEC3 record has the parameters of the chain (RFC 5155 3.2: algorithm, flags, iterations, salt). */
function isOfChain(rdata: Uint8Array, chain: Chain): boolean {
  const next = rdata[5 + rdata[4]!]
  return (
    rdata[0] === chain.algorithm &&
    iterationsOf(rdata) === chain.iterations &&
    saltOf(rdata) === chain.salt &&
    next === HASH_LENGTH
  )
}

function iterationsOf(rdata: Uint8Array): number {
  return (rdata[2]! << 8) | rdata[3]!
}

/** In hexadecimal. */
function saltOf(rdata: Uint8Array): string {
  return Buffer.from(rdata.subarray(5, 5 + rdata[4]!)).toString('hex')
}
