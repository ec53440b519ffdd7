import { createHash } from 'node:crypto'
import { DigestType } from '../../iana/index.ts'
import { lowerName, type Name } from '../../wire/index.ts'
import { Dnskey, keyTag } from '../../zone/index.ts'

const hashes = new Map<number, string>([
  [DigestType.SHA1, 'sha1'],
  [DigestType.SHA256, 'sha256'],
  [DigestType.SHA384, 'sha384'],
])

/**
 * The digest of a DNSKEY as a DS record holds it (RFC 4034 5.1.4).
 * @returns undefined when the digest type is none that is computed here
 */
export function dsDigest(owner: Name, dnskey: Uint8Array, digestType: number): Uint8Array | undefined {
  const hash = hashes.get(digestType)
  return hash === undefined ? undefined : createHash(hash).update(lowerName(owner)).update(dnskey).digest()
}

/**
 * DS rdata for a DNSKEY (RFC 4034 5.1).
 * @returns undefined when the digest type is none that is computed here
 */
export function dsOfKey(owner: Name, dnskey: Uint8Array, digestType: number): Uint8Array | undefined {
  const digest = dsDigest(owner, dnskey, digestType)
  if (digest === undefined) return undefined
  const tag = keyTag(dnskey)
  return Uint8Array.of(tag >>> 8, tag & 0xff, Dnskey.algorithm(dnskey), digestType, ...digest)
}

/** True when the DS rdata vouches for this key of this zone (RFC 4035 5.2). */
export function dsMatchesKey(owner: Name, ds: Uint8Array, dnskey: Uint8Array): boolean {
  const expected = dsOfKey(owner, dnskey, ds[3]!)
  return expected !== undefined && Buffer.from(expected).equals(ds)
}
