import { RRType } from '../../../iana/index.ts'
import { remainingHex } from '../field/hex.ts'
import type { RdataFormat } from '../format.ts'

/** A Nimrod endpoint identifier (draft-ietf-nimrod-dns). */
export const eid: RdataFormat = {
  type: RRType.EID,
  fields: [remainingHex('endpoint identifier')],
}
