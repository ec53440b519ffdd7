import { verify } from 'node:crypto'
import { type Name, octetText } from '../../wire/index.ts'
import type { SignatureVerdict, SignatureVerifier } from '../../zone/checks/index.ts'
import { Dnskey, Rrsig } from '../../zone/index.ts'
import { isVerifiable, type PublicKey, publicKeyOf } from './public-key.ts'
import { SignedData } from './signed-data.ts'

/** Keys kept ready; a zone has a handful, and one that had thousands would only be slower. */
const MAX_KEYS = 64

export interface RrsigVerifierOptions {
  /**
   * Verify every signature up to this many, then only one in `sampleEvery`. Absent: every one. It bounds the time that
   * a zone of millions takes: a signature costs about 20 microseconds (RSA of 2048 bits), 60 (P-256), 70 (Ed25519) or
   * 500 (P-384).
   */
  readonly exhaustiveUpTo?: number
  /** 100 when absent. */
  readonly sampleEvery?: number
}

/** Verifies signatures of algorithms 5, 7, 8, 10, 13, 14, 15 and 16 (RFC 4035 5.3.3). */
export class RrsigVerifier implements SignatureVerifier {
  readonly #exhaustiveUpTo: number
  readonly #sampleEvery: number
  readonly #keys = new Map<string, PublicKey | undefined>()
  #lastKey: Uint8Array | undefined
  #lastPublicKey: PublicKey | undefined
  readonly #signedData = new SignedData()
  #asked = 0
  #verified = 0

  constructor(options: RrsigVerifierOptions = {}) {
    this.#exhaustiveUpTo = options.exhaustiveUpTo ?? Number.POSITIVE_INFINITY
    this.#sampleEvery = options.sampleEvery ?? 100
  }

  /** Signatures asked for so far. */
  get asked(): number {
    return this.#asked
  }

  /** Signatures of those that were verified, with either result. */
  get verified(): number {
    return this.#verified
  }

  verify(
    owner: Name,
    type: number,
    rdatas: readonly Uint8Array[],
    signature: Uint8Array,
    key: Uint8Array,
  ): SignatureVerdict {
    this.#asked++
    if (this.#asked > this.#exhaustiveUpTo && this.#asked % this.#sampleEvery !== 0) return 'unchecked'
    if (!isVerifiable(Rrsig.algorithm(signature))) return 'unchecked'
    this.#verified++
    if (Rrsig.algorithm(signature) !== Dnskey.algorithm(key)) return 'invalid'
    const publicKey = this.#publicKey(key)
    if (publicKey === undefined) return 'invalid'
    const octets = signature.subarray(Rrsig.signatureOffset(signature))
    if (publicKey.signatureLength !== 0 && publicKey.signatureLength !== octets.length) return 'invalid'
    const data = this.#signedData.build(owner, type, rdatas, signature)
    if (data === undefined) return 'invalid'
    // RFC 6605 4: an ECDSA signature is r and s one after the other, and not DER.
    const valid = verify(publicKey.hash, data, { key: publicKey.key, dsaEncoding: 'ieee-p1363' }, octets)
    return valid ? 'valid' : 'invalid'
  }

  #publicKey(dnskey: Uint8Array): PublicKey | undefined {
    // The checks hand in the same array for the same key, so that most calls end here.
    if (dnskey === this.#lastKey) return this.#lastPublicKey
    const octets = octetText(dnskey)
    let publicKey = this.#keys.get(octets)
    if (publicKey === undefined && !this.#keys.has(octets)) {
      publicKey = publicKeyOf(dnskey)
      if (this.#keys.size >= MAX_KEYS) this.#keys.clear()
      this.#keys.set(octets, publicKey)
    }
    this.#lastKey = dnskey
    this.#lastPublicKey = publicKey
    return publicKey
  }
}
