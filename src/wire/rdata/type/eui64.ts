import { RRType } from '../../../iana/index.ts'
import { groupedHex } from '../field/hex.ts'
import type { RdataFormat } from '../format.ts'

/** A 64-bit extended unique identifier (RFC 7043 4). */
export const eui64: RdataFormat = {
  type: RRType.EUI64,
  fields: [groupedHex('address', 8, 1, '-')],
}
