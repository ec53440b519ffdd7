import { RRType } from '../../../iana/index.ts'
import { characterString } from '../field/text.ts'
import type { RdataFormat } from '../format.ts'

/** A position in degrees and metres (RFC 1712 3). */
export const gpos: RdataFormat = {
  type: RRType.GPOS,
  fields: [characterString('longitude'), characterString('latitude'), characterString('altitude')],
}
