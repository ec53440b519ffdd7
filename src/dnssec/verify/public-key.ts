import { createPublicKey, type KeyObject } from 'node:crypto'
import { DnssecAlgorithm } from '../../iana/index.ts'
import { Dnskey } from '../../zone/index.ts'

/** A DNSKEY ready to verify with. */
export interface PublicKey {
  readonly key: KeyObject
  /** Hash that is signed; null where the signature scheme has its own. */
  readonly hash: string | null
  /** Octets in a signature; 0 when it depends on the key (RSA). */
  readonly signatureLength: number
}

const base64url = (octets: Uint8Array): string => Buffer.from(octets).toString('base64url')

/** RFC 3110 2: the exponent’s length in one octet, or in two after a zero; then exponent and modulus. */
function rsaKey(octets: Uint8Array, hash: string): PublicKey | undefined {
  const long = octets[0] === 0
  const exponentAt = long ? 3 : 1
  const exponentLength = long ? ((octets[1] ?? 0) << 8) | (octets[2] ?? 0) : (octets[0] ?? 0)
  const modulusAt = exponentAt + exponentLength
  if (exponentLength === 0 || modulusAt >= octets.length) return undefined
  const jwk = {
    kty: 'RSA',
    e: base64url(octets.subarray(exponentAt, modulusAt)),
    n: base64url(octets.subarray(modulusAt)),
  }
  return { key: createPublicKey({ key: jwk, format: 'jwk' }), hash, signatureLength: 0 }
}

/** RFC 6605 4: the two coordinates, one after the other. */
function ecdsaKey(octets: Uint8Array, crv: string, size: number, hash: string): PublicKey | undefined {
  if (octets.length !== 2 * size) return undefined
  const jwk = { kty: 'EC', crv, x: base64url(octets.subarray(0, size)), y: base64url(octets.subarray(size)) }
  return { key: createPublicKey({ key: jwk, format: 'jwk' }), hash, signatureLength: 2 * size }
}

/** RFC 8080 3. */
function edwardsKey(octets: Uint8Array, crv: string, size: number, signatureLength: number): PublicKey | undefined {
  if (octets.length !== size) return undefined
  const jwk = { kty: 'OKP', crv, x: base64url(octets) }
  return { key: createPublicKey({ key: jwk, format: 'jwk' }), hash: null, signatureLength }
}

/** True when signatures of this DNSSEC algorithm can be verified here. */
export function isVerifiable(algorithm: number): boolean {
  switch (algorithm) {
    case DnssecAlgorithm.RSASHA1:
    case DnssecAlgorithm['RSASHA1-NSEC3-SHA1']:
    case DnssecAlgorithm.RSASHA256:
    case DnssecAlgorithm.RSASHA512:
    case DnssecAlgorithm.ECDSAP256SHA256:
    case DnssecAlgorithm.ECDSAP384SHA384:
    case DnssecAlgorithm.ED25519:
    case DnssecAlgorithm.ED448:
      return true
    default:
      return false
  }
}

/**
 * Reads the public key of DNSKEY rdata.
 * @returns undefined when its algorithm cannot be verified here, or when its octets are no key of that algorithm
 */
export function publicKeyOf(dnskey: Uint8Array): PublicKey | undefined {
  const octets = Dnskey.publicKey(dnskey)
  try {
    switch (Dnskey.algorithm(dnskey)) {
      case DnssecAlgorithm.RSASHA1:
      case DnssecAlgorithm['RSASHA1-NSEC3-SHA1']:
        return rsaKey(octets, 'sha1')
      case DnssecAlgorithm.RSASHA256:
        return rsaKey(octets, 'sha256')
      case DnssecAlgorithm.RSASHA512:
        return rsaKey(octets, 'sha512')
      case DnssecAlgorithm.ECDSAP256SHA256:
        return ecdsaKey(octets, 'P-256', 32, 'sha256')
      case DnssecAlgorithm.ECDSAP384SHA384:
        return ecdsaKey(octets, 'P-384', 48, 'sha384')
      case DnssecAlgorithm.ED25519:
        return edwardsKey(octets, 'Ed25519', 32, 64)
      case DnssecAlgorithm.ED448:
        return edwardsKey(octets, 'Ed448', 57, 114)
      default:
        return undefined
    }
  } catch {
    // OpenSSL refuses octets that are no key: a point off the curve, a modulus out of its bounds.
    return undefined
  }
}
