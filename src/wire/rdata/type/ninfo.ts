import { RRType } from '../../../iana/index.ts'
import { characterStrings } from '../field/text.ts'
import type { RdataFormat } from '../format.ts'

/** Status of a zone; written as TXT is (draft-reid-dnsext-zs). */
export const ninfo: RdataFormat = {
  type: RRType.NINFO,
  fields: [characterStrings('text')],
}
