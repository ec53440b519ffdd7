import { RRType } from '../../iana/index.ts'
import type { Name } from '../../wire/index.ts'
import { isSignedAt } from '../../zone/checks/index.ts'
import type { RRsetChange, ZoneView } from '../../zone/index.ts'
import { checkApex } from './apex.ts'
import { hashOf } from './changed-records.ts'
import { checkClock } from './clock.ts'
import { FutureZone } from './future-zone.ts'
import { checkKeptSignatures } from './kept-signatures.ts'
import { checkKnownDs } from './known-ds.ts'
import { rrsetOf } from './names.ts'
import { NsecLinks } from './nsec-links.ts'
import { Nsec3Links } from './nsec3-links.ts'
import { PublishedKeys } from './published-keys.ts'
import { GateRefusal } from './refusal.ts'
import { SignatureChecker } from './signatures.ts'
import { touchedNames } from './touched-names.ts'

export interface GateOptions {
  /** Seconds since 1970. */
  readonly now: number
  /** Rdata of the DS records that the parent is known to have; none: not known, or none yet. */
  readonly ds: readonly Uint8Array[]
  /** DNSKEY rdata of keys that sign before they are published or after they are withdrawn (RFC 6781 4.1.4). */
  readonly earlyKeys: readonly Uint8Array[]
  /** When the zone was last committed, in seconds since 1970. */
  readonly lastCommit?: number
  /** The serial is that of the data, which signatures renewed do not raise (serial scheme `keep`). False when absent. */
  readonly keepsSerial?: boolean
}

/** What is asked of changes to a zone that is not signed. */
export type UnsignedGateOptions = Pick<GateOptions, 'now' | 'lastCommit' | 'keepsSerial'>

export interface GateReport {
  /** Signatures verified. */
  readonly signatures: number
  /** Records of the chain of denial whose next record was found right. */
  readonly links: number
}

/**
 * Verifies what is about to be published, by rules of its own and not by those that made it: every changed RRset's
 * signatures with the keys as they will be published (RFC 4035 5.3), the part of the chain of denial that the change
 * touches (RFC 4035 2.3, RFC 5155 7.1), the keys against the DS records at the parent (RFC 4035 5.2), serial, and clock.
 *
 * It takes time by the change, not by the zone.
 *
 * @param view the signed zone as it is
 * @param changes all that is to be other, signatures, chain and SOA record included
 * @throws GateRefusal for the first thing found wrong
 */
export function checkChanges(view: ZoneView, changes: readonly RRsetChange[], options: GateOptions): GateReport {
  const { now } = options
  checkClock(view, now, options.lastCommit)
  const zone = new FutureZone(view, changes)
  const keys = new PublishedKeys(zone, options.earlyKeys)
  const signatures = new SignatureChecker(view.origin, keys, now)
  for (const change of zone.changes) checkChanged(zone, change, signatures)
  const names = touchedNames(zone)
  for (const name of names) checkSigned(zone, name)
  checkKnownDs(zone, keys, options.ds, signatures)
  checkKeptSignatures(zone, signatures)
  const links = checkChain(zone, names)
  checkApex(zone, options.keepsSerial ?? false)
  return { signatures: signatures.verified, links }
}

/**
 * Verifies what is about to be published of a zone that is not signed: form, clock and serial, and that nothing says that
 * the zone is signed.
 * @throws GateRefusal for the first thing found wrong
 */
export function checkUnsignedChanges(
  view: ZoneView,
  changes: readonly RRsetChange[],
  { now, lastCommit, keepsSerial }: UnsignedGateOptions,
): void {
  checkClock(view, now, lastCommit)
  const zone = new FutureZone(view, changes)
  for (const { owner, type, rrset } of zone.changes) {
    const atApex = owner.length === zone.origin.length
    const isOfSigning = type === RRType.NSEC || type === RRType.NSEC3 || (type === RRType.DNSKEY && atApex)
    if (rrset !== undefined && (isOfSigning || rrset.signatures.length > 0)) {
      throw new GateRefusal('misplaced-signature', owner, type, 'it is of a signed zone, and this zone is not signed')
    }
  }
  checkApex(zone, keepsSerial ?? false)
}

/** The signatures of one change. */
function checkChanged(zone: FutureZone, { owner, type, rrset }: RRsetChange, signatures: SignatureChecker): void {
  if (rrset === undefined) return
  if (type === RRType.NSEC3) {
    const before = rrsetOf(zone.view.nsec3Matching(hashOf(owner, zone.origin)!), type)
    signatures.check(owner, rrset, before)
  } else if (isSignedAt(zone.place(owner), type)) {
    signatures.check(owner, rrset, rrsetOf(zone.view.node(owner), type))
  }
}

/** RFC 4035 2.2: what is the zone's own is signed, and nothing else. */
function checkSigned(zone: FutureZone, name: Name): void {
  const place = zone.place(name)
  for (const { type, signatures } of zone.node(name)?.rrsets ?? []) {
    const isSigned = signatures.length > 0
    if (type === RRType.RRSIG || (isSigned && !isSignedAt(place, type))) {
      throw new GateRefusal('misplaced-signature', name, type, 'it is signed, but is not this zone’s own data')
    }
    if (!isSigned && isSignedAt(place, type)) {
      throw new GateRefusal('missing-signature', name, type, 'it would not be signed')
    }
  }
}

/** @returns how many records of the chain were walked */
function checkChain(zone: FutureZone, names: readonly Name[]): number {
  const { view, origin } = zone
  if (view.denial === 'none') {
    throw new GateRefusal('chain', origin, RRType.NSEC, 'the zone as it is has no chain of denial to change')
  }
  const links = view.denial === 'nsec3' ? new Nsec3Links(zone) : new NsecLinks(zone)
  links.check(names)
  return links.walked
}
