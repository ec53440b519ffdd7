import { RRType } from '../../iana/index.ts'
import { Place, type TypeBitmap } from '../../zone/checks/index.ts'
import type { RRset } from '../../zone/index.ts'

type Types = readonly Pick<RRset, 'type'>[]

/**
 * Sets the bitmap to the types of an NSEC record at a name (RFC 4034 4.1.2; RFC 4035 2.3).
 * @param rrsets of the name, ascending by type; those of denial and signatures are passed over
 * @param place one bit of `Place`
 */
export function nsecTypes(rrsets: Types, place: number, bitmap: TypeBitmap): void {
  bitmap.clear()
  // The NSEC record itself is signed.
  let denialDue = true
  const denial = () => {
    bitmap.add(RRType.RRSIG)
    bitmap.add(RRType.NSEC)
    denialDue = false
  }
  for (let i = 0; i < rrsets.length; i++) {
    const { type } = rrsets[i]!
    if (!isListed(type, place)) continue
    if (denialDue && type > RRType.NSEC) denial()
    bitmap.add(type)
  }
  if (denialDue) denial()
}

/** Sets the bitmap to the types of the NSEC3 record of a name that owns RRsets (RFC 5155 7.1); see {@link nsecTypes}. */
export function nsec3Types(rrsets: Types, place: number, bitmap: TypeBitmap): void {
  bitmap.clear()
  // At a delegation nothing is signed but its DS RRset.
  let signatureDue = place !== Place.CUT
  for (let i = 0; i < rrsets.length; i++) if (rrsets[i]!.type === RRType.DS) signatureDue = true
  for (let i = 0; i < rrsets.length; i++) {
    const { type } = rrsets[i]!
    if (!isListed(type, place)) continue
    if (signatureDue && type > RRType.RRSIG) {
      bitmap.add(RRType.RRSIG)
      signatureDue = false
    }
    bitmap.add(type)
  }
  if (signatureDue) bitmap.add(RRType.RRSIG)
}

/** RFC 4035 2.3: at a cut, only the parent's data counts. What denial and signatures add is left to the caller. */
function isListed(type: number, place: number): boolean {
  switch (type) {
    case RRType.NS:
    case RRType.DS:
      return true
    case RRType.RRSIG:
    case RRType.NSEC:
    case RRType.NSEC3:
      return false
    default:
      return place !== Place.CUT
  }
}
