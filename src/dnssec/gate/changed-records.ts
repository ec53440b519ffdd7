import { RRType } from '../../iana/index.ts'
import { canonicalizeRdata, checkRdata, isAtOrBelow, type Name, parseBase32Hex, RdataError } from '../../wire/index.ts'
import type { RRset, RRsetChange } from '../../zone/index.ts'
import { compareWhole, octetsEqual } from './names.ts'
import { GateRefusal } from './refusal.ts'

const HASH_LENGTH = 20
const HASH_LABEL_LENGTH = 32

/**
 * Sees that a change is one that a zone can hold: in the zone, its RRset a set of well-formed records in canonical form.
 * Everything behind relies on it, whatever made the change.
 * @throws GateRefusal
 */
export function checkForm({ owner, type, rrset }: RRsetChange, origin: Name): void {
  const refuse = (problem: string) => new GateRefusal('record', owner, type, problem)
  if (!isAtOrBelow(owner, origin)) throw refuse('it lies outside the zone')
  // RFC 4034 6.2: owners in lower case are what is hashed, sorted and signed.
  if (owner.some((octet) => octet >= 0x41 && octet <= 0x5a)) throw refuse('its owner is not in lower case')
  if (type === RRType.NSEC3 && hashOf(owner, origin) === undefined) throw refuse('its owner is no NSEC3 hash')
  if (rrset === undefined) return
  if (rrset.type !== type) throw refuse('the records are of another type')
  if (rrset.rdatas.length === 0) throw refuse('there is no record in the RRset')
  if (type === RRType.RRSIG) throw new GateRefusal('misplaced-signature', owner, type, 'it covers no RRset')
  if (!isCanonicalSet(rrset.rdatas)) throw refuse('the records are not in canonical order, or one is there twice')
  if (!isCanonicalSet(rrset.signatures)) {
    throw refuse('the signatures are not in canonical order, or one is there twice')
  }
  // RFC 2181 8.
  if (!Number.isInteger(rrset.ttl) || rrset.ttl < 0 || rrset.ttl > 0x7fffffff) throw refuse('the TTL is out of range')
  checkOctets(rrset, refuse)
}

function checkOctets({ type, rdatas, signatures }: RRset, refuse: (problem: string) => GateRefusal): void {
  try {
    for (const rdata of rdatas) checkRdata(type, rdata)
    for (const signature of signatures) checkRdata(RRType.RRSIG, signature)
  } catch (error) {
    if (error instanceof RdataError) throw refuse(`the rdata is malformed: ${error.message}`)
    throw error
  }
  // RFC 4034 6.2: what is hashed, sorted and signed.
  if (!rdatas.every((rdata) => isCanonical(type, rdata))) throw refuse('the rdata is not in canonical form')
}

function isCanonical(type: number, rdata: Uint8Array): boolean {
  const canonical = rdata.slice()
  canonicalizeRdata(type, canonical, 0, canonical.length)
  return octetsEqual(canonical, rdata)
}

/** RFC 4034 6.3: ascending, none twice. */
function isCanonicalSet(rdatas: readonly Uint8Array[]): boolean {
  return rdatas.every((rdata, i) => i === 0 || compareWhole(rdatas[i - 1]!, rdata) < 0)
}

/** The hash that the owner of an NSEC3 record spells (RFC 5155 3); undefined when it spells none. */
export function hashOf(owner: Name, origin: Name): Uint8Array | undefined {
  if (owner[0] !== HASH_LABEL_LENGTH || owner.length !== 1 + HASH_LABEL_LENGTH + origin.length) return undefined
  const hash = new Uint8Array(HASH_LENGTH)
  return parseBase32Hex(owner, 1, 1 + HASH_LABEL_LENGTH, hash, 0) === HASH_LENGTH ? hash : undefined
}
