import { RRType } from '../../iana/index.ts'
import type { Name } from '../../wire/index.ts'
import { compareOctets, type RRset, Rrsig } from '../../zone/index.ts'
import type { SigningKey } from '../keystore/index.ts'
import type { SignatureSchedule } from './schedule.ts'
import { signatureFor } from './signature.ts'

/** Which keys sign what. A key may be in both lists (CSK). */
export interface ZoneKeys {
  /** Sign the DNSKEY RRset. */
  readonly forKeys: readonly SigningKey[]
  /** Sign CDS and CDNSKEY; as `forKeys` when absent. */
  readonly forParent?: readonly SigningKey[]
  /** Sign everything else. */
  readonly forZone: readonly SigningKey[]
}

/** A zone without a key that could sign it. */
export class NoSigningKeyError extends Error {
  override readonly name = 'NoSigningKeyError'
}

/**
 * Parts keys by the SEP flag (RFC 4034 2.1.1; RFC 6781 3.1): those that have it sign the keys, the others the zone. Of an
 * algorithm that has keys of one kind only, each signs both, since every algorithm must sign everything (RFC 4035 2.2).
 * @throws NoSigningKeyError when there is no key at all
 */
export function partKeys(keys: readonly SigningKey[]): ZoneKeys {
  if (keys.length === 0) throw new NoSigningKeyError('no key to sign with')
  const has = (algorithm: number, isSep: boolean) =>
    keys.some((key) => key.algorithm === algorithm && key.isSep === isSep)
  return {
    forKeys: keys.filter((key) => key.isSep || !has(key.algorithm, true)),
    forZone: keys.filter((key) => !key.isSep || !has(key.algorithm, false)),
  }
}

/** The keys that sign an RRset of this type. */
export function keysFor(keys: ZoneKeys, type: number): readonly SigningKey[] {
  switch (type) {
    case RRType.DNSKEY:
      return keys.forKeys
    // RFC 7344 4.1: a parent must find them signed by a key that its DS records vouch for.
    case RRType.CDS:
    case RRType.CDNSKEY:
      return keys.forParent ?? keys.forKeys
    default:
      return keys.forZone
  }
}

/**
 * Signs an RRset with each key that is to sign it.
 * @param now seconds since 1970
 * @returns RRSIG rdata in canonical order
 */
export function signaturesFor(
  keys: ZoneKeys,
  owner: Name,
  rrset: Pick<RRset, 'type' | 'ttl' | 'rdatas'>,
  schedule: SignatureSchedule,
  now: number,
): Uint8Array[] {
  const times = schedule.timesFor(owner, rrset.type, now)
  const signers = keysFor(keys, rrset.type)
  const signatures: Uint8Array[] = []
  for (let i = 0; i < signers.length; i++) signatures.push(signatureFor(signers[i]!, owner, rrset, times))
  return inOrder(signatures)
}

/** The signatures in the canonical order of their rdata (RFC 4034 6.3). */
export function inOrder(signatures: Uint8Array[]): Uint8Array[] {
  return signatures.length < 2 ? signatures : signatures.sort((a, b) => compareOctets(a, 0, a.length, b, 0, b.length))
}

/** True when the key may have made this signature: tag and algorithm are its own. */
export function isBy(key: SigningKey, signature: Uint8Array): boolean {
  return Rrsig.keyTag(signature) === key.keyTag && Rrsig.algorithm(signature) === key.algorithm
}
