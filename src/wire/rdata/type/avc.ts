import { RRType } from '../../../iana/index.ts'
import { characterStrings } from '../field/text.ts'
import type { RdataFormat } from '../format.ts'

/** Application visibility and control; written as TXT is (IANA template AVC). */
export const avc: RdataFormat = {
  type: RRType.AVC,
  fields: [characterStrings('text')],
}
