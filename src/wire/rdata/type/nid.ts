import { RRType } from '../../../iana/index.ts'
import { groupedHex } from '../field/hex.ts'
import { uint16 } from '../field/integer.ts'
import type { RdataFormat } from '../format.ts'

/** A node identifier (RFC 6742 2.1). */
export const nid: RdataFormat = {
  type: RRType.NID,
  fields: [uint16('preference'), groupedHex('node identifier', 4, 2, ':')],
}
