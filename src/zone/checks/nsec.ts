import { RRType } from '../../iana/index.ts'
import { type Name, namesEqual, nameToText } from '../../wire/index.ts'
import type { Tracker, ZoneCheck } from './check.ts'
import { HeldName, type NodeContext, Place } from './context.ts'
import { expectNsecBitmap } from './denial.ts'
import type { Report } from './report.ts'
import { bitmapText, TypeBitmap } from './type-bitmap.ts'

export const nsecMissing: ZoneCheck = {
  name: 'nsec-missing',
  severity: 'error',
  finds: 'In a zone with NSEC, an authoritative name or a delegation has no NSEC record.',
  why: 'The missing types of the name cannot be denied, and the record before it may deny the name itself.',
  rfc: 'RFC 4035 2.3',
  peers: 'dnssec-verify, ldns-verify-zone and kzonecheck: error. BIND, NSD load it.',
}

export const nsecChain: ZoneCheck = {
  name: 'nsec-chain',
  severity: 'error',
  finds: 'The next name of an NSEC record is not the next owner in canonical order, or for the last not the apex.',
  why: 'A name that exists is denied, or one that does not exist cannot be.',
  rfc: 'RFC 4034 4.1.1; RFC 4035 2.3',
  peers: 'dnssec-verify, ldns-verify-zone and kzonecheck: error. BIND, NSD load it.',
}

export const nsecBitmap: ZoneCheck = {
  name: 'nsec-bitmap',
  severity: 'error',
  finds: 'The types in an NSEC record are not those that its owner has.',
  why: 'A type that exists is denied, or one that does not exist cannot be.',
  rfc: 'RFC 4034 4.1.2; RFC 4035 2.3',
  peers: 'dnssec-verify, ldns-verify-zone and kzonecheck: error. BIND, NSD load it.',
}

export const nsecExtra: ZoneCheck = {
  name: 'nsec-extra',
  severity: 'warning',
  finds: 'An NSEC record where none belongs: below a delegation, a second one, or in a zone without NSEC at its apex.',
  why: 'It is no part of the chain, and may deny what exists.',
  rfc: 'RFC 4035 2.3',
  peers: 'dnssec-verify, ldns-verify-zone and kzonecheck: error. BIND, NSD load it.',
}

/** Follows the chain of NSEC records: the owner of each must be the next name of the one before (RFC 4034 4.1.1). */
export class NsecTracker implements Tracker {
  readonly #origin: Name
  readonly #report: Report
  readonly #bitmap = new TypeBitmap()
  readonly #previous = new HeldName()
  readonly #next = new HeldName()
  #hasChain = false
  /** False when the record before is not there to be compared with. */
  #linked = false

  constructor(origin: Name, report: Report) {
    this.#origin = origin
    this.#report = report
  }

  node(context: NodeContext): void {
    const { place } = context
    if (place === Place.NSEC3) return
    const nsec = context.rrset(RRType.NSEC)
    if (place === Place.APEX) this.#hasChain = nsec !== undefined
    const inChain = this.#hasChain && place !== Place.BELOW_CUT && place !== Place.BELOW_DNAME
    if (nsec === undefined) {
      if (!inChain) return
      this.#report.add(nsecMissing, context.owner, RRType.NSEC, () => 'no NSEC record')
      this.#linked = false
      return
    }
    if (!inChain || nsec.rdatas.length > 1) {
      this.#report.add(nsecExtra, context.owner, RRType.NSEC, () =>
        inChain ? 'more than one NSEC record' : 'an NSEC record that is no part of the zone’s chain',
      )
      if (!inChain) return
    }
    if (this.#linked) this.#checkLink(context.owner)
    this.#checkRdata(context, nsec.rdatas[0]!)
  }

  finish(): void {
    if (this.#linked) this.#checkLink(this.#origin)
  }

  #checkLink(owner: Name): void {
    if (namesEqual(this.#next.name, owner)) return
    this.#report.add(
      nsecChain,
      this.#previous.name,
      RRType.NSEC,
      () => `names ${nameToText(this.#next.name)} as next, where ${nameToText(owner)} follows`,
    )
  }

  #checkRdata(context: NodeContext, rdata: Uint8Array): void {
    let nextEnd = 0
    while (nextEnd < rdata.length && rdata[nextEnd]! !== 0) nextEnd += rdata[nextEnd]! + 1
    nextEnd++
    this.#next.set(rdata.subarray(0, nextEnd))
    this.#previous.set(context.owner)
    this.#linked = true
    expectNsecBitmap(context, this.#bitmap)
    if (this.#bitmap.equals(rdata, nextEnd, rdata.length)) return
    this.#report.add(
      nsecBitmap,
      context.owner,
      RRType.NSEC,
      () => `lists ${bitmapText(rdata, nextEnd, rdata.length)}, where the name has ${this.#bitmap.text()}`,
    )
  }
}
