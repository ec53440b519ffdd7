import { RRType } from '../../../iana/index.ts'
import { uint64 } from '../field/integer.ts'
import type { RdataFormat } from '../format.ts'

/** A node number of the interplanetary scheme (IANA template IPN). */
export const ipn: RdataFormat = {
  type: RRType.IPN,
  fields: [uint64('node number')],
}
