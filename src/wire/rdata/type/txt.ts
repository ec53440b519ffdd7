import { RRType } from '../../../iana/index.ts'
import { characterStrings } from '../field/text.ts'
import type { RdataFormat } from '../format.ts'

/** Text (RFC 1035 3.3.14). */
export const txt: RdataFormat = {
  type: RRType.TXT,
  fields: [characterStrings('text')],
}
