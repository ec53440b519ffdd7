import { RRType } from '../../../iana/index.ts'
import { characterStrings } from '../field/text.ts'
import type { RdataFormat } from '../format.ts'

/** What a resolver can do; written as TXT is (RFC 9606 4). */
export const resinfo: RdataFormat = {
  type: RRType.RESINFO,
  fields: [characterStrings('text')],
}
