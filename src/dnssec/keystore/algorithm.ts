import { createPrivateKey, generateKeyPairSync, type JsonWebKey, sign, verify } from 'node:crypto'
import { DnssecAlgorithm } from '../../iana/index.ts'
import { Dnskey } from '../../zone/index.ts'
import { publicKeyOf } from '../verify/index.ts'
import { UnsupportedKeyError } from './errors.ts'

/** How keys of one DNSSEC algorithm look, and how they sign. */
type KeyAlgorithm =
  | { readonly kind: 'rsa'; readonly hash: string; readonly minBits: number }
  | { readonly kind: 'ec'; readonly hash: string; readonly curve: string; readonly size: number; readonly bits: number }
  | { readonly kind: 'edwards'; readonly curve: 'ed25519' | 'ed448'; readonly size: number; readonly bits: number }

const algorithms = new Map<number, KeyAlgorithm>([
  // RFC 5702 2: the sizes of RSA keys.
  [DnssecAlgorithm.RSASHA256, { kind: 'rsa', hash: 'sha256', minBits: 512 }],
  [DnssecAlgorithm.RSASHA512, { kind: 'rsa', hash: 'sha512', minBits: 1024 }],
  [DnssecAlgorithm.ECDSAP256SHA256, { kind: 'ec', hash: 'sha256', curve: 'P-256', size: 32, bits: 256 }],
  [DnssecAlgorithm.ECDSAP384SHA384, { kind: 'ec', hash: 'sha384', curve: 'P-384', size: 48, bits: 384 }],
  [DnssecAlgorithm.ED25519, { kind: 'edwards', curve: 'ed25519', size: 32, bits: 256 }],
  [DnssecAlgorithm.ED448, { kind: 'edwards', curve: 'ed448', size: 57, bits: 456 }],
])

/** RFC 5702 2: no RSA key may be larger. */
const MAX_RSA_BITS = 4096
/** RFC 8624 3.1 and NIST SP 800-57 leave smaller ones behind; those that exist are still read. */
const MIN_NEW_RSA_BITS = 1024
const DEFAULT_RSA_BITS = 2048

/** A private key in the form of RFC 7517, with the public parts. Values are base64url. */
export type PrivateJwk = JsonWebKey

/** True when keys of this DNSSEC algorithm can be made and can sign. */
export function canSign(algorithm: number): boolean {
  return algorithms.has(algorithm)
}

function algorithmOf(number: number): KeyAlgorithm {
  const algorithm = algorithms.get(number)
  if (algorithm === undefined) throw new UnsupportedKeyError(number)
  return algorithm
}

/** True when private keys of this algorithm are written as RSA's eight numbers, and not as one. */
export function isRsa(algorithm: number): boolean {
  return algorithmOf(algorithm).kind === 'rsa'
}

/**
 * Makes a new private key.
 * @param rsaBits size of an RSA modulus; 2048 when absent
 * @throws UnsupportedKeyError
 */
export function generatePrivateKey(algorithm: number, rsaBits: number = DEFAULT_RSA_BITS): PrivateJwk {
  const form = algorithmOf(algorithm)
  if (form.kind === 'ec')
    return generateKeyPairSync('ec', { namedCurve: form.curve }).privateKey.export({ format: 'jwk' })
  if (form.kind === 'edwards') {
    // One call for each, since the overloads take no union.
    const pair = form.curve === 'ed25519' ? generateKeyPairSync('ed25519') : generateKeyPairSync('ed448')
    return pair.privateKey.export({ format: 'jwk' })
  }
  if (!Number.isInteger(rsaBits) || rsaBits < MIN_NEW_RSA_BITS || rsaBits > MAX_RSA_BITS) {
    throw new UnsupportedKeyError(
      algorithm,
      `an RSA key has ${MIN_NEW_RSA_BITS} to ${MAX_RSA_BITS} bits, not ${rsaBits}`,
    )
  }
  return generateKeyPairSync('rsa', { modulusLength: rsaBits, publicExponent: 65_537 }).privateKey.export({
    format: 'jwk',
  })
}

const octetsOf = (value: string | undefined): Uint8Array => Buffer.from(value ?? '', 'base64url')

/** The public key as a DNSKEY record holds it (RFC 3110 2, RFC 6605 4, RFC 8080 3). */
export function publicKeyOctets(algorithm: number, jwk: PrivateJwk): Uint8Array {
  const form = algorithmOf(algorithm)
  if (form.kind === 'edwards') return octetsOf(jwk.x)
  if (form.kind === 'ec') return Buffer.concat([octetsOf(jwk.x), octetsOf(jwk.y)])
  const exponent = octetsOf(jwk.e)
  const length = exponent.length < 256 ? [exponent.length] : [0, exponent.length >>> 8, exponent.length & 0xff]
  return Buffer.concat([Uint8Array.from(length), exponent, octetsOf(jwk.n)])
}

/** The parts of a public key that a private key needs beside its own. Undefined when the octets are no public key. */
export function publicJwkOf(dnskey: Uint8Array): JsonWebKey | undefined {
  return publicKeyOf(dnskey)?.key.export({ format: 'jwk' })
}

/** Size of the modulus or curve in bits; 0 when the octets are no key that can sign here. */
export function keyBits(dnskey: Uint8Array): number {
  const form = algorithms.get(Dnskey.algorithm(dnskey))
  if (form === undefined) return 0
  if (form.kind !== 'rsa') return form.bits
  const modulus = octetsOf(publicJwkOf(dnskey)?.n)
  return modulus.length === 0 ? 0 : 8 * modulus.length - (Math.clz32(modulus[0]!) - 24)
}

/**
 * What signs with a private key, after it has proved that it fits the public key.
 * @returns undefined when the private key is none, or is not the DNSKEY's
 */
export function signerOf(dnskey: Uint8Array, jwk: PrivateJwk): ((data: Uint8Array) => Uint8Array) | undefined {
  const form = algorithmOf(Dnskey.algorithm(dnskey))
  const publicKey = publicKeyOf(dnskey)
  if (publicKey === undefined) return undefined
  const hash = form.kind === 'edwards' ? null : form.hash
  const dsaEncoding = 'ieee-p1363'
  try {
    const key = createPrivateKey({ key: jwk, format: 'jwk' })
    const signer = (data: Uint8Array): Uint8Array => sign(hash, data, { key, dsaEncoding })
    const proof = signer(dnskey)
    return verify(hash, dnskey, { key: publicKey.key, dsaEncoding }, proof) ? signer : undefined
  } catch {
    // OpenSSL refuses numbers that are no key.
    return undefined
  }
}

/** A private number at its full size: some programs leave leading zeros out. */
export function paddedPrivateNumber(algorithm: number, octets: Uint8Array): Uint8Array | undefined {
  const form = algorithmOf(algorithm)
  if (form.kind === 'rsa') return octets
  if (octets.length > form.size || (form.kind === 'edwards' && octets.length !== form.size)) return undefined
  const padded = new Uint8Array(form.size)
  padded.set(octets, form.size - octets.length)
  return padded
}
