import { RRType, typeToText } from '../../iana/index.ts'
import { bitmapTypes } from '../../wire/index.ts'
import { Place, TypeBitmap } from '../../zone/checks/index.ts'
import type { ZoneNode } from '../../zone/index.ts'
import { compareWhole } from './names.ts'

const bitmap = new TypeBitmap()

/**
 * What of a type bitmap is not as the node has it (RFC 4034 4.1.2, RFC 5155 7.1).
 * @param node as it will be published; undefined for an empty non-terminal
 * @param place one bit of `Place`
 * @param from where the bitmap begins, which ends with the rdata
 * @returns undefined when it is right
 */
export function bitmapProblem(
  node: ZoneNode | undefined,
  place: number,
  rdata: Uint8Array,
  from: number,
): string | undefined {
  const types = new Set<number>()
  for (const { type, signatures } of node?.rrsets ?? []) {
    if (!isListed(type, place)) continue
    types.add(type)
    // There is an RRSIG RRset where anything is signed.
    if (signatures.length > 0) types.add(RRType.RRSIG)
  }
  const expected = [...types].sort((a, b) => a - b)
  bitmap.clear()
  for (const type of expected) bitmap.add(type)
  const listed = rdata.subarray(from)
  if (compareWhole(listed, bitmap.octets.subarray(0, bitmap.length)) === 0) return undefined
  return `lists ${typesText(bitmapTypes(rdata, from, rdata.length))} where there will be ${typesText(expected)}`
}

/** RFC 4035 2.3: at a cut, what the parent has there. An NSEC record lists itself; an NSEC3 record is at another name. */
function isListed(type: number, place: number): boolean {
  if (type === RRType.RRSIG) return false
  if (place !== Place.CUT) return true
  return type === RRType.NS || type === RRType.DS || type === RRType.NSEC
}

function typesText(types: readonly number[]): string {
  return types.map(typeToText).join(' ') || 'nothing'
}
