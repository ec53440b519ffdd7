import { algorithmToText, RRType, typeToText } from '../../iana/index.ts'
import { labelCount, type Name, nameToText } from '../../wire/index.ts'
import { type RRset, Rrsig, serialTimeBefore, unfoldTime } from '../../zone/index.ts'
import { RrsigVerifier } from '../verify/index.ts'
import { octetsEqual } from './names.ts'
import { isRevoked, type PublishedKeys } from './published-keys.ts'
import { GateRefusal } from './refusal.ts'

/** A new signature must hold at least so long, in seconds: what would expire tonight is no signature to publish. */
export const SHORTEST_VALIDITY = 3 * 3600

/** Public keys are read once, not for every change. */
const verifier = new RrsigVerifier()

/** Verifies RRsets with the keys of the zone as it will be published (RFC 4035 5.3). */
export class SignatureChecker {
  readonly #origin: Name
  readonly #keys: PublishedKeys
  readonly #now: number
  #verified = 0

  /** @param now seconds since 1970 */
  constructor(origin: Name, keys: PublishedKeys, now: number) {
    this.#origin = origin
    this.#keys = keys
    this.#now = now
  }

  /** Signatures verified so far. */
  get verified(): number {
    return this.#verified
  }

  /**
   * Checks each signature of an RRset that must be signed, and that every algorithm of the zone has signed it.
   * @param before the RRset as it was: signatures that it had need only be valid now
   * @throws GateRefusal
   */
  check(owner: Name, rrset: RRset, before: RRset | undefined): void {
    const { type, signatures } = rrset
    if (signatures.length === 0) throw new GateRefusal('missing-signature', owner, type, 'it would not be signed')
    const signed = new Set<number>()
    for (const signature of signatures) {
      const isNew = !before?.signatures.some((other) => octetsEqual(other, signature))
      this.#checkFields(owner, rrset, signature)
      this.#checkTimes(owner, type, signature, isNew)
      if (this.#isByPublishedKey(owner, rrset, signature)) signed.add(Rrsig.algorithm(signature))
    }
    // RFC 4035 2.2: each algorithm of the DNSKEY RRset signs everything.
    for (const algorithm of this.#keys.algorithms) {
      if (signed.has(algorithm)) continue
      const problem = `no signature of algorithm ${algorithmToText(algorithm)} by a key that the zone publishes`
      throw new GateRefusal('missing-signature', owner, type, problem)
    }
  }

  /** Checks that every algorithm has a signature that is valid now; others do not matter. */
  checkKept(owner: Name, rrset: RRset): void {
    for (const algorithm of this.#keys.algorithms) {
      if (rrset.signatures.some((signature) => this.#isGood(owner, rrset, signature, algorithm))) continue
      const problem = `with these keys, what is published has no valid signature of algorithm ${algorithmToText(algorithm)}`
      throw new GateRefusal('missing-signature', owner, rrset.type, problem)
    }
  }

  /** Whether a signature of an RRset is by this key and valid now. */
  isSignedBy(owner: Name, rrset: RRset, tag: number, dnskey: Uint8Array): boolean {
    return rrset.signatures.some(
      (signature) =>
        Rrsig.keyTag(signature) === tag &&
        this.#isTimely(signature) &&
        octetsEqual(Rrsig.signer(signature), this.#origin) &&
        this.#verify(owner, rrset, signature, dnskey),
    )
  }

  #isGood(owner: Name, rrset: RRset, signature: Uint8Array, algorithm: number): boolean {
    return (
      Rrsig.algorithm(signature) === algorithm &&
      Rrsig.typeCovered(signature) === rrset.type &&
      this.#isTimely(signature) &&
      this.#keys
        .with(Rrsig.keyTag(signature), algorithm)
        .some(({ rdata, isPublished }) => isPublished && this.#verify(owner, rrset, signature, rdata))
    )
  }

  #isTimely(signature: Uint8Array): boolean {
    const now = this.#now | 0
    return !serialTimeBefore(Rrsig.expiration(signature), now) && !serialTimeBefore(now, Rrsig.inception(signature))
  }

  /** RFC 4035 5.3.1. */
  #checkFields(owner: Name, { type, ttl }: RRset, signature: Uint8Array): void {
    const refuse = (problem: string) => new GateRefusal('signature', owner, type, problem)
    const covered = Rrsig.typeCovered(signature)
    if (covered !== type) throw refuse(`a signature at it covers ${typeToText(covered)}`)
    const signer = Rrsig.signer(signature)
    if (!octetsEqual(signer, this.#origin)) throw refuse(`signed by ${nameToText(signer)}, which is not the zone`)
    // RFC 4034 3.1.3: a leading * does not count, and nothing else is left out where nothing is expanded.
    const isWildcard = owner[0] === 1 && owner[1] === 0x2a
    const labels = labelCount(owner) - (isWildcard ? 1 : 0)
    const claimed = Rrsig.labels(signature)
    if (claimed !== labels) throw refuse(`a signature counts ${claimed} labels where there are ${labels}`)
    const originalTtl = Rrsig.originalTtl(signature)
    if (originalTtl !== ttl) throw refuse(`signed with a TTL of ${originalTtl} s, but has ${ttl} s`)
  }

  #checkTimes(owner: Name, type: number, signature: Uint8Array, isNew: boolean): void {
    const now = this.#now | 0
    const by = `the signature by key ${Rrsig.keyTag(signature)}`
    const inception = Rrsig.inception(signature)
    if (serialTimeBefore(now, inception)) {
      throw new GateRefusal('not-yet-valid', owner, type, `${by} is not valid before ${this.#time(inception)}`)
    }
    const expiration = Rrsig.expiration(signature)
    if (serialTimeBefore(expiration, now)) {
      throw new GateRefusal('expired', owner, type, `${by} expired at ${this.#time(expiration)}`)
    }
    if (isNew && serialTimeBefore(expiration, (now + SHORTEST_VALIDITY) | 0)) {
      throw new GateRefusal('expired', owner, type, `${by} is new and expires at ${this.#time(expiration)} already`)
    }
  }

  #time(field: number): string {
    return new Date(unfoldTime(field, this.#now) * 1000).toISOString().replace('.000Z', 'Z')
  }

  /** @returns false when it is by a key that is not published (RFC 6781 4.1.4) */
  #isByPublishedKey(owner: Name, rrset: RRset, signature: Uint8Array): boolean {
    const tag = Rrsig.keyTag(signature)
    const algorithm = Rrsig.algorithm(signature)
    const by = `the signature by key ${tag}, ${algorithmToText(algorithm)},`
    const refuse = (problem: string) => new GateRefusal('signature', owner, rrset.type, `${by} ${problem}`)
    const keys = this.#keys.with(tag, algorithm)
    if (keys.length === 0) throw refuse('is by no key that the zone publishes')
    const key = keys.find(({ rdata }) => this.#verify(owner, rrset, signature, rdata))
    if (key === undefined) throw refuse('does not verify')
    // RFC 5011 2.1: a revoked key signs the DNSKEY RRset, to say so itself, and nothing else.
    if (isRevoked(key.rdata) && rrset.type !== RRType.DNSKEY) throw refuse('is by a key that is revoked')
    return key.isPublished && !isRevoked(key.rdata)
  }

  #verify(owner: Name, { type, rdatas }: RRset, signature: Uint8Array, key: Uint8Array): boolean {
    this.#verified++
    return verifier.verify(owner, type, rdatas, signature, key) === 'valid'
  }
}
