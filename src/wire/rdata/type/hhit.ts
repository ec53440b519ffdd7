import { RRType } from '../../../iana/index.ts'
import { remainingBase64 } from '../field/base64.ts'
import type { RdataFormat } from '../format.ts'

/** A hierarchical host identity tag (RFC 9886 5.1). */
export const hhit: RdataFormat = {
  type: RRType.HHIT,
  fields: [remainingBase64('data')],
}
