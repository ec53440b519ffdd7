import { RRType } from '../../../iana/index.ts'
import { groupedHex } from '../field/hex.ts'
import type { RdataFormat } from '../format.ts'

/** A 48-bit extended unique identifier (RFC 7043 3). */
export const eui48: RdataFormat = {
  type: RRType.EUI48,
  fields: [groupedHex('address', 6, 1, '-')],
}
