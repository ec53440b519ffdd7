import { RRType } from '../../iana/index.ts'
import type { Tracker, ZoneCheck } from './check.ts'
import { findRRset, type NodeContext, Place } from './context.ts'
import type { Report } from './report.ts'
import type { TypeBitmap } from './type-bitmap.ts'

export const denialMissing: ZoneCheck = {
  name: 'denial-missing',
  severity: 'error',
  finds: 'A signed zone has neither NSEC nor NSEC3PARAM at its apex.',
  why: 'It could not prove that a name does not exist, nor that a delegation is unsigned.',
  rfc: 'RFC 4035 2.3; RFC 5155 7.1',
  peers: 'dnssec-verify, ldns-verify-zone and kzonecheck: error. BIND, NSD load it.',
}

export const denialTtl: ZoneCheck = {
  name: 'denial-ttl',
  severity: 'warning',
  finds:
    'The TTL of an NSEC or NSEC3 RRset is above the negative TTL: the SOA’s minimum, or its TTL if that is smaller.',
  why: 'Resolvers that answer from cached proofs would deny a new name for longer than the zone allows.',
  rfc: 'RFC 9077 3',
  peers: 'None is known to look.',
  summary: true,
}

/** Sees what holds for both kinds of denial of existence. */
export class DenialTracker implements Tracker {
  readonly #report: Report
  #negativeTtl = Number.POSITIVE_INFINITY

  constructor(report: Report) {
    this.#report = report
  }

  node(context: NodeContext): void {
    if (context.place === Place.APEX) this.#apex(context)
    if (!context.signed) return
    const rrsets = context.node.rrsets
    for (let i = 0; i < rrsets.length; i++) {
      const { type, ttl } = rrsets[i]!
      if ((type !== RRType.NSEC && type !== RRType.NSEC3) || ttl <= this.#negativeTtl) continue
      this.#report.add(
        denialTtl,
        context.owner,
        type,
        () => `TTL of ${ttl} s above the negative TTL, ${this.#negativeTtl} s`,
      )
    }
  }

  finish(): void {}

  #apex(context: NodeContext): void {
    const soa = context.rrset(RRType.SOA)
    const rdata = soa?.rdatas[0]
    // RFC 1035 3.3.13: the minimum is the last of the five numbers that end the rdata.
    if (soa !== undefined && rdata !== undefined) {
      const minimum = new DataView(rdata.buffer, rdata.byteOffset, rdata.length).getUint32(rdata.length - 4)
      this.#negativeTtl = Math.min(minimum, soa.ttl)
    }
    if (!context.signed) return
    if (context.rrset(RRType.NSEC) !== undefined || context.rrset(RRType.NSEC3PARAM) !== undefined) return
    this.#report.add(
      denialMissing,
      context.owner,
      undefined,
      () => 'the signed zone has no NSEC and no NSEC3PARAM record',
    )
  }
}

/** Sets the bitmap to the types that an NSEC record at this node must name (RFC 4035 2.3; RFC 4034 4.1.2). */
export function expectNsecBitmap(context: NodeContext, bitmap: TypeBitmap): void {
  bitmap.clear()
  const rrsets = context.node.rrsets
  const atCut = context.place === Place.CUT
  // The NSEC record itself is signed.
  let signatureDue = true
  for (let i = 0; i < rrsets.length; i++) {
    const type = rrsets[i]!.type
    if (type > RRType.RRSIG && signatureDue) {
      bitmap.add(RRType.RRSIG)
      signatureDue = false
    }
    if (type === RRType.NSEC || isInBitmap(type, atCut)) bitmap.add(type)
  }
}

/** Sets the bitmap to the types that an NSEC3 record for this node must name (RFC 5155 7.1). */
export function expectNsec3Bitmap(context: NodeContext, bitmap: TypeBitmap): void {
  bitmap.clear()
  const rrsets = context.node.rrsets
  const atCut = context.place === Place.CUT
  let signatureDue = isSigned(context, atCut)
  for (let i = 0; i < rrsets.length; i++) {
    const type = rrsets[i]!.type
    if (type > RRType.RRSIG && signatureDue) {
      bitmap.add(RRType.RRSIG)
      signatureDue = false
    }
    if (isInBitmap(type, atCut)) bitmap.add(type)
  }
  if (signatureDue) bitmap.add(RRType.RRSIG)
}

function isSigned(context: NodeContext, atCut: boolean): boolean {
  if (atCut) return (findRRset(context.node, RRType.DS)?.signatures.length ?? 0) > 0
  return context.node.rrsets.some(({ type, signatures }) => type !== RRType.NSEC3 && signatures.length > 0)
}

/** RFC 4035 2.3: at a cut, only the parent’s data counts. The denial types are left to the caller. */
function isInBitmap(type: number, atCut: boolean): boolean {
  switch (type) {
    case RRType.NS:
    case RRType.DS:
      return true
    case RRType.RRSIG:
    case RRType.NSEC:
    case RRType.NSEC3:
      return false
    default:
      return !atCut
  }
}
