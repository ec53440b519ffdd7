import { algorithmToText, RRType, typeToText } from '../../iana/index.ts'
import { labelCount, namesEqual, nameToText } from '../../wire/index.ts'
import { Dnskey, DnskeyFlag, keyTag } from '../dnskey.ts'
import type { RRset } from '../rrset.ts'
import { Rrsig, serialTimeBefore, unfoldTime } from '../rrsig.ts'
import type { Tracker } from './check.ts'
import { isWildcard, type NodeContext, Place } from './context.ts'
import type { Report } from './report.ts'
import {
  algorithmIncomplete,
  dnskeyUnsigned,
  dnskeyUnusable,
  signatureEarly,
  signatureExpired,
  signatureInvalid,
  signatureLabels,
  signatureMisplaced,
  signatureMissing,
  signatureOfNothing,
  signatureSigner,
  signatureTtl,
  signatureWithoutKey,
} from './signature-rows.ts'
import type { SignatureVerifier } from './verifier.ts'

/** Keys tried of those that share a tag and algorithm: one does, two by accident, more only to make verifying slow. */
const MAX_KEYS_OF_A_TAG = 4

function tagKey(tag: number, algorithm: number): number {
  return (tag << 8) | algorithm
}

/** Sees that every authoritative RRset has signatures, that they are right, and that nothing else has any. */
export class SignatureTracker implements Tracker {
  readonly #report: Report
  readonly #now: number
  readonly #verifier: SignatureVerifier | undefined
  /** Rdata of the zone's keys by tag and algorithm. */
  readonly #keys = new Map<number, Uint8Array[]>()
  /** Algorithms of the zone's keys, each once. */
  #algorithms: number[] = []

  /** @param now seconds since 1970 */
  constructor(report: Report, now: number, verifier: SignatureVerifier | undefined) {
    this.#report = report
    this.#now = now
    this.#verifier = verifier
  }

  node(context: NodeContext): void {
    if (context.place === Place.APEX) this.#readKeys(context)
    const rrsets = context.node.rrsets
    for (let i = 0; i < rrsets.length; i++) {
      const rrset = rrsets[i]!
      if (!context.signed && rrset.signatures.length === 0 && rrset.type !== RRType.RRSIG) continue
      if (rrset.type === RRType.RRSIG) this.#coversNothing(context, rrset)
      else if (isSignedAt(context.place, rrset.type)) this.#rrset(context, rrset)
      else if (rrset.signatures.length > 0) {
        this.#report.add(
          signatureMisplaced,
          context.owner,
          rrset.type,
          () => 'signed, though it is not this zone’s data',
        )
      }
    }
  }

  finish(): void {}

  #readKeys(context: NodeContext): void {
    const keys = context.rrset(RRType.DNSKEY)
    if (keys === undefined) return
    for (const rdata of keys.rdatas) {
      if (!Dnskey.isZoneKey(rdata)) {
        this.#report.add(
          dnskeyUnusable,
          context.owner,
          RRType.DNSKEY,
          () =>
            `key ${keyTag(rdata)} has flags ${Dnskey.flags(rdata)} and protocol ${Dnskey.protocol(rdata)}: no zone key`,
        )
        continue
      }
      const algorithm = Dnskey.algorithm(rdata)
      const sharing = this.#keys.get(tagKey(keyTag(rdata), algorithm))
      if (sharing === undefined) this.#keys.set(tagKey(keyTag(rdata), algorithm), [rdata.slice()])
      else if (sharing.length < MAX_KEYS_OF_A_TAG) sharing.push(rdata.slice())
      // RFC 5011 2.1: a revoked key signs nothing but its own RRset.
      const revoked = (Dnskey.flags(rdata) & DnskeyFlag.REVOKE) !== 0
      if (!revoked && !this.#algorithms.includes(algorithm)) this.#algorithms.push(algorithm)
    }
    if (!context.signed) {
      this.#report.add(dnskeyUnsigned, context.owner, RRType.DNSKEY, () => 'the zone has keys but is not signed')
    }
  }

  #coversNothing(context: NodeContext, { rdatas }: RRset): void {
    for (const rdata of rdatas) {
      this.#report.add(
        signatureOfNothing,
        context.owner,
        RRType.RRSIG,
        () => `covers ${typeToText(Rrsig.typeCovered(rdata))}, which the name does not have`,
      )
    }
  }

  #rrset(context: NodeContext, rrset: RRset): void {
    let byZoneKey = false
    const signatures = rrset.signatures
    for (let i = 0; i < signatures.length; i++) if (this.#signature(context, rrset, signatures[i]!)) byZoneKey = true
    if (!context.signed) return
    const { owner } = context
    if (!byZoneKey) {
      this.#report.add(signatureMissing, owner, rrset.type, () =>
        signatures.length === 0 ? 'not signed' : 'none of its signatures is by a key of the zone',
      )
      return
    }
    for (let i = 0; i < this.#algorithms.length; i++) {
      const algorithm = this.#algorithms[i]!
      if (hasAlgorithm(signatures, algorithm)) continue
      this.#report.add(
        algorithmIncomplete,
        owner,
        rrset.type,
        () => `not signed with algorithm ${algorithmToText(algorithm)}, of which the zone has a key`,
      )
    }
  }

  /** @returns true when the signature claims to be by a key of the zone */
  #signature(context: NodeContext, rrset: RRset, signature: Uint8Array): boolean {
    const { owner, origin } = context
    const report = this.#report
    const { type } = rrset
    const signer = Rrsig.signer(signature)
    if (!namesEqual(signer, origin)) {
      report.add(signatureSigner, owner, type, () => `signed by ${nameToText(signer)}, which is not the zone`)
      return false
    }
    const labels = labelCount(owner) - (isWildcard(owner) ? 1 : 0)
    if (Rrsig.labels(signature) !== labels) {
      report.add(
        signatureLabels,
        owner,
        type,
        () => `signature with a Labels field of ${Rrsig.labels(signature)} where the owner has ${labels}`,
      )
    }
    if (Rrsig.originalTtl(signature) !== rrset.ttl) {
      report.add(
        signatureTtl,
        owner,
        type,
        () => `signed with a TTL of ${Rrsig.originalTtl(signature)} s, but has ${rrset.ttl} s`,
      )
    }
    this.#times(context, rrset, signature)
    return this.#keysOf(context, rrset, signature)
  }

  #times(context: NodeContext, { type }: RRset, signature: Uint8Array): void {
    const now = this.#now | 0
    const expiration = Rrsig.expiration(signature)
    if (serialTimeBefore(expiration, now)) {
      this.#report.add(signatureExpired, context.owner, type, () => `signature expired at ${this.#time(expiration)}`)
    }
    const inception = Rrsig.inception(signature)
    if (serialTimeBefore(now, inception)) {
      this.#report.add(signatureEarly, context.owner, type, () => `signature not valid before ${this.#time(inception)}`)
    }
  }

  #time(field: number): string {
    return new Date(unfoldTime(field, this.#now) * 1000).toISOString().replace('.000Z', 'Z')
  }

  /** Tries the keys with the signature's tag and algorithm: several may have them (RFC 4035 5.3.1). */
  #keysOf({ owner }: NodeContext, { type, rdatas }: RRset, signature: Uint8Array): boolean {
    const tag = Rrsig.keyTag(signature)
    const algorithm = Rrsig.algorithm(signature)
    const keys = this.#keys.get(tagKey(tag, algorithm))
    if (keys !== undefined) {
      if (this.#verifier === undefined) return true
      for (let i = 0; i < keys.length; i++) {
        if (this.#verifier.verify(owner, type, rdatas, signature, keys[i]!) !== 'invalid') return true
      }
    }
    const by = () => `signature by key ${tag}, ${algorithmToText(algorithm)}`
    if (keys !== undefined) this.#report.add(signatureInvalid, owner, type, () => `${by()}, does not verify`)
    else this.#report.add(signatureWithoutKey, owner, type, () => `${by()}, which the zone does not have`)
    return keys !== undefined
  }
}

/**
 * True when the RRset is authoritative data of the zone and so must be signed (RFC 4035 2.2).
 * @param place one bit of `Place`
 */
export function isSignedAt(place: number, type: number): boolean {
  switch (place) {
    case Place.CUT:
      return type === RRType.DS || type === RRType.NSEC || type === RRType.NSEC3
    case Place.BELOW_CUT:
    case Place.BELOW_DNAME:
      return false
    default:
      return true
  }
}

function hasAlgorithm(signatures: readonly Uint8Array[], algorithm: number): boolean {
  for (let i = 0; i < signatures.length; i++) if (Rrsig.algorithm(signatures[i]!) === algorithm) return true
  return false
}
