import { RRType } from '../../iana/index.ts'
import type { Name } from '../../wire/index.ts'
import type { NodeCheck, Tracker, ZoneCheck } from './check.ts'
import { type NodeContext, Place } from './context.ts'
import type { Report } from './report.ts'

export const soaMissing: ZoneCheck = {
  name: 'soa-missing',
  severity: 'error',
  finds: 'The apex has no SOA record.',
  why: 'A zone begins with its SOA; without a serial and a negative TTL it can be neither transferred nor answered for.',
  rfc: 'RFC 1035 5.2; RFC 2308 3',
  peers: 'All refuse.',
}

export const nsMissing: ZoneCheck = {
  name: 'ns-missing',
  severity: 'error',
  finds: 'The apex has no NS record.',
  why: 'Every zone names its nameservers at its apex; a TLD without them cannot be delegated to.',
  rfc: 'RFC 1034 4.2.1; RFC 2181 6.1',
  peers: 'BIND and Knot: error. NSD loads it.',
}

/** Sees that the first node is the apex, and has what a zone cannot be without. */
export class ApexTracker implements Tracker {
  readonly #origin: Name
  readonly #report: Report
  #hasSoa = false
  #hasNs = false

  constructor(origin: Name, report: Report) {
    this.#origin = origin
    this.#report = report
  }

  node(context: NodeContext): void {
    if (context.place !== Place.APEX) return
    this.#hasSoa = context.rrset(RRType.SOA) !== undefined
    this.#hasNs = context.rrset(RRType.NS) !== undefined
  }

  finish(): void {
    if (!this.#hasSoa) this.#report.add(soaMissing, this.#origin, RRType.SOA, () => 'the zone has no SOA record')
    if (!this.#hasNs)
      this.#report.add(nsMissing, this.#origin, RRType.NS, () => 'the zone has no NS record at its apex')
  }
}

const soaMultiple: NodeCheck = {
  name: 'soa-multiple',
  severity: 'error',
  finds: 'The apex has more than one SOA record.',
  why: 'Exactly one SOA stands at the apex: with two, no one knows the serial.',
  rfc: 'RFC 1035 5.2; RFC 2181 6.1',
  peers: 'BIND and NSD refuse; Knot keeps one.',
  at: Place.APEX,
  find({ owner, node }, report) {
    for (const { type, rdatas } of node.rrsets) {
      if (type !== RRType.SOA || rdatas.length === 1) continue
      report.add(soaMultiple, owner, type, () => `${rdatas.length} SOA records where exactly one may be`)
    }
  },
}

const soaMisplaced: NodeCheck = {
  name: 'soa-misplaced',
  severity: 'error',
  finds: 'A name below the apex has an SOA record.',
  why: 'An SOA marks the apex of a zone, and one file holds one zone.',
  rfc: 'RFC 1034 4.2.1; RFC 1035 5.2',
  peers: 'BIND and NSD refuse; Knot is silent.',
  at: ~Place.APEX,
  find(context, report) {
    if (context.rrset(RRType.SOA) === undefined) return
    report.add(soaMisplaced, context.owner, RRType.SOA, () => 'an SOA record below the apex')
  },
}

const dsAtApex: NodeCheck = {
  name: 'ds-at-apex',
  severity: 'warning',
  finds: 'The apex has a DS record.',
  why: 'DS belongs to the parent side of a cut; the zone’s own stands in its parent.',
  rfc: 'RFC 4035 2.4',
  peers: 'BIND refuses; NSD and Knot are silent.',
  at: Place.APEX,
  find(context, report) {
    if (context.rrset(RRType.DS) === undefined) return
    report.add(dsAtApex, context.owner, RRType.DS, () => 'a DS record at the apex, where the parent zone’s belongs')
  },
}

export const apexChecks: readonly NodeCheck[] = [soaMultiple, soaMisplaced, dsAtApex]
