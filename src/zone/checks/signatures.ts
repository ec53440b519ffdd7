import { algorithmToText, RRType, typeToText } from '../../iana/index.ts'
import { labelCount, namesEqual, nameToText } from '../../wire/index.ts'
import { Dnskey, DnskeyFlag, keyTag } from '../dnskey.ts'
import type { RRset } from '../rrset.ts'
import { Rrsig, serialTimeBefore, unfoldTime } from '../rrsig.ts'
import type { Tracker, ZoneCheck } from './check.ts'
import { isWildcard, type NodeContext, Place } from './context.ts'
import type { Report } from './report.ts'
import type { SignatureVerifier } from './verifier.ts'

export const signatureMissing: ZoneCheck = {
  name: 'signature-missing',
  severity: 'error',
  finds: 'In a signed zone, no RRSIG by a key of the zone covers an authoritative RRset.',
  why: 'Validators find the RRset bogus, or with it the whole zone.',
  rfc: 'RFC 4035 2.2',
  peers: 'dnssec-verify, ldns-verify-zone and kzonecheck: error. BIND, NSD load it.',
}

export const signatureInvalid: ZoneCheck = {
  name: 'signature-invalid',
  severity: 'error',
  finds: 'A signature does not verify: the records, the signature or the key are not those that were signed.',
  why: 'Validators find the RRset bogus, or trust another signature and show that something changed the zone on its way.',
  rfc: 'RFC 4035 5.3.3',
  peers: 'dnssec-verify, ldns-verify-zone and kzonecheck: error. BIND, NSD load it.',
}

export const signatureSigner: ZoneCheck = {
  name: 'signature-signer',
  severity: 'error',
  finds: 'The signer’s name of an RRSIG is not the zone’s.',
  why: 'Only the zone that holds an RRset may sign it.',
  rfc: 'RFC 4034 3.1.7; RFC 4035 5.3.1',
  peers: 'dnssec-verify, ldns-verify-zone and kzonecheck: error. BIND, NSD load it.',
}

export const signatureLabels: ZoneCheck = {
  name: 'signature-labels',
  severity: 'error',
  finds: 'The Labels field of an RRSIG does not count the labels of its owner.',
  why: 'Too many: invalid everywhere. Too few: the record looks like the answer of a wildcard that is not there.',
  rfc: 'RFC 4034 3.1.3; RFC 4035 5.3.1',
  peers: 'dnssec-verify, ldns-verify-zone and kzonecheck: error. BIND, NSD load it.',
}

export const signatureExpired: ZoneCheck = {
  name: 'signature-expired',
  severity: 'warning',
  finds: 'A signature has expired.',
  why: 'Validators refuse it. But the zone is served as it is: it may be re-signed and sent again any minute, and most resolvers still get answers.',
  rfc: 'RFC 4035 5.3.1',
  peers: 'dnssec-verify, ldns-verify-zone and kzonecheck: error. BIND, NSD, Knot serve it.',
  summary: true,
}

export const signatureEarly: ZoneCheck = {
  name: 'signature-not-yet-valid',
  severity: 'warning',
  finds: 'The inception of a signature lies in the future.',
  why: 'Validators refuse it until then; one of the two clocks may be wrong.',
  rfc: 'RFC 4035 5.3.1',
  peers: 'ldns-verify-zone and kzonecheck: error; dnssec-verify accepts it. BIND, NSD, Knot serve it.',
  summary: true,
}

export const signatureTtl: ZoneCheck = {
  name: 'signature-original-ttl',
  severity: 'warning',
  finds: 'The Original TTL of an RRSIG is not the TTL of the RRset.',
  why: 'It is to be the TTL that the zone gives. Validators take the smaller and verify with the original.',
  rfc: 'RFC 4034 3.1.4; RFC 4035 2.2',
  peers: 'dnssec-verify and kzonecheck: error; ldns-verify-zone accepts it. BIND, NSD load it.',
}

export const signatureWithoutKey: ZoneCheck = {
  name: 'signature-without-key',
  severity: 'warning',
  finds: 'No DNSKEY at the apex has the key tag and algorithm of an RRSIG.',
  why: 'It helps no validator. It does no harm either while another covers the RRset, as in a change of algorithm.',
  rfc: 'RFC 4035 2.2; RFC 6781 4.1.4',
  peers: 'All verifiers: error if no other signature is left. BIND, NSD load it.',
}

export const signatureMisplaced: ZoneCheck = {
  name: 'signature-misplaced',
  severity: 'warning',
  finds: 'A signature covers glue, the NS RRset of a delegation or other data of a child zone.',
  why: 'That data is the child’s, and only the child’s signature would mean anything.',
  rfc: 'RFC 4035 2.2',
  peers: 'ldns-verify-zone and kzonecheck: error for glue; dnssec-verify accepts it. BIND, NSD load it.',
}

export const signatureOfNothing: ZoneCheck = {
  name: 'signature-of-nothing',
  severity: 'warning',
  finds: 'A signature covers a type that its owner does not have.',
  why: 'The RRset was lost on the way, or the signature was left behind.',
  rfc: 'RFC 4034 3',
  peers: 'dnssec-verify and kzonecheck: error; ldns-verify-zone accepts it. BIND, NSD load it.',
}

export const algorithmIncomplete: ZoneCheck = {
  name: 'algorithm-incomplete',
  severity: 'warning',
  finds: 'An RRset lacks signatures of an algorithm that the zone has keys of.',
  why: 'Signers must sign with every algorithm of the DNSKEY RRset; validators must accept any one of them.',
  rfc: 'RFC 4035 2.2; RFC 6840 5.11',
  peers: 'dnssec-verify: error where a key-signing key of that algorithm signs the keys; the others accept it.',
  summary: true,
}

export const dnskeyUnsigned: ZoneCheck = {
  name: 'dnskey-unsigned',
  severity: 'warning',
  finds: 'The apex has DNSKEY records, but nothing at the apex is signed.',
  why: 'If the parent zone has a DS record, validators find the whole zone bogus.',
  rfc: 'RFC 4035 2.1; RFC 4035 2.2',
  peers: 'dnssec-verify, ldns-verify-zone: error. BIND, NSD and Knot load it.',
}

export const dnskeyUnusable: ZoneCheck = {
  name: 'dnskey-unusable',
  severity: 'warning',
  finds: 'A DNSKEY at the apex lacks the Zone Key flag, or has a protocol other than 3.',
  why: 'Validators must not verify anything with it.',
  rfc: 'RFC 4034 2.1.1; RFC 4034 2.1.2',
  peers: 'kzonecheck: error; the others skip the key.',
}

interface ZoneKey {
  readonly tag: number
  readonly algorithm: number
  readonly rdata: Uint8Array
}

/** Sees that every authoritative RRset has signatures, that they are right, and that nothing else has any. */
export class SignatureTracker implements Tracker {
  readonly #report: Report
  readonly #now: number
  readonly #verifier: SignatureVerifier | undefined
  #keys: ZoneKey[] = []
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
      this.#keys.push({ tag: keyTag(rdata), algorithm, rdata: rdata.slice() })
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
    let known = false
    let invalid = false
    for (let i = 0; i < this.#keys.length; i++) {
      const key = this.#keys[i]!
      if (key.tag !== tag || key.algorithm !== algorithm) continue
      known = true
      if (this.#verifier === undefined) return true
      if (this.#verifier.verify(owner, type, rdatas, signature, key.rdata) !== 'invalid') return true
      invalid = true
    }
    const by = () => `signature by key ${tag}, ${algorithmToText(algorithm)}`
    if (invalid) this.#report.add(signatureInvalid, owner, type, () => `${by()}, does not verify`)
    if (!known) this.#report.add(signatureWithoutKey, owner, type, () => `${by()}, which the zone does not have`)
    return known
  }
}

/** True when the RRset is authoritative data of the zone and so must be signed (RFC 4035 2.2). */
function isSignedAt(place: number, type: number): boolean {
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
