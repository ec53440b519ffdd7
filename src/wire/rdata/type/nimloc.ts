import { RRType } from '../../../iana/index.ts'
import { remainingHex } from '../field/hex.ts'
import type { RdataFormat } from '../format.ts'

/** A Nimrod locator (draft-ietf-nimrod-dns). */
export const nimloc: RdataFormat = {
  type: RRType.NIMLOC,
  fields: [remainingHex('locator')],
}
