import { RRType } from '../../../iana/index.ts'
import { remainingBase64 } from '../field/base64.ts'
import type { RdataFormat } from '../format.ts'

/** A broadcast remote identification (RFC 9886 5.2). */
export const brid: RdataFormat = {
  type: RRType.BRID,
  fields: [remainingBase64('data')],
}
