import { RRType } from '../../../iana/index.ts'
import { characterStrings } from '../field/text.ts'
import type { RdataFormat } from '../format.ts'

/** Information on a user, reserved (IANA registry). */
export const uinfo: RdataFormat = {
  type: RRType.UINFO,
  fields: [characterStrings('text')],
}
