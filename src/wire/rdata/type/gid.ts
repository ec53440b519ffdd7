import { RRType } from '../../../iana/index.ts'
import { uint32 } from '../field/integer.ts'
import type { RdataFormat } from '../format.ts'

/** A group number, reserved (IANA registry). */
export const gid: RdataFormat = {
  type: RRType.GID,
  fields: [uint32('group number')],
}
