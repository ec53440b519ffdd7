import { RRType } from '../../../iana/index.ts'
import { characterStrings } from '../field/text.ts'
import type { RdataFormat } from '../format.ts'

/** Sender policy, obsolete; written as TXT is (RFC 7208 3.1). */
export const spf: RdataFormat = {
  type: RRType.SPF,
  fields: [characterStrings('text')],
}
