import { RRType } from '../../iana/index.ts'
import { Dnskey, keyTag } from '../../zone/index.ts'
import { dsDigest, dsMatchesKey, isVerifiable } from '../verify/index.ts'
import type { FutureZone } from './future-zone.ts'
import { isRevoked, type PublishedKeys } from './published-keys.ts'
import { GateRefusal } from './refusal.ts'
import type { SignatureChecker } from './signatures.ts'

/** Key tag, algorithm and digest type (RFC 4034 5.1). */
const DIGEST_AT = 4

/**
 * Sees that the zone can be reached from its parent: one key that a DS record there vouches for has signed the DNSKEY RRset
 * (RFC 4035 5.2).
 * @param ds DS rdata
 * @throws GateRefusal
 */
export function checkKnownDs(
  zone: FutureZone,
  keys: PublishedKeys,
  ds: readonly Uint8Array[],
  signatures: SignatureChecker,
): void {
  const { origin } = zone
  // RFC 4035 5.2: a validator that knows none of the algorithms takes the zone for unsigned.
  const usable = ds.filter(
    (rdata) =>
      rdata.length > DIGEST_AT &&
      isVerifiable(rdata[2]!) &&
      dsDigest(origin, keys.rrset.rdatas[0]!, rdata[3]!) !== undefined,
  )
  if (usable.length === 0) return
  const refuse = (problem: string) => new GateRefusal('ds', origin, RRType.DNSKEY, problem)
  const vouched = keys.rrset.rdatas.filter(
    (key) => Dnskey.isZoneKey(key) && !isRevoked(key) && usable.some((rdata) => dsMatchesKey(origin, rdata, key)),
  )
  if (vouched.length === 0) {
    const tags = usable.map((rdata) => (rdata[0]! << 8) | rdata[1]!).join(', ')
    throw refuse(`no key matches a DS record at the parent, which are for key ${tags}`)
  }
  if (vouched.some((key) => signatures.isSignedBy(origin, keys.rrset, keyTag(key), key))) return
  throw refuse(`no valid signature by key ${vouched.map(keyTag).join(', ')}, which the parent’s DS records are for`)
}
