import { RRType } from '../../../iana/index.ts'
import { groupedHex } from '../field/hex.ts'
import { uint16 } from '../field/integer.ts'
import type { RdataFormat } from '../format.ts'

/** A 64-bit locator (RFC 6742 2.3). */
export const l64: RdataFormat = {
  type: RRType.L64,
  fields: [uint16('preference'), groupedHex('locator', 4, 2, ':')],
}
