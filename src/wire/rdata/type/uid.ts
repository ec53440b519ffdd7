import { RRType } from '../../../iana/index.ts'
import { uint32 } from '../field/integer.ts'
import type { RdataFormat } from '../format.ts'

/** A user number, reserved (IANA registry). */
export const uid: RdataFormat = {
  type: RRType.UID,
  fields: [uint32('user number')],
}
