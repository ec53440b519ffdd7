import { RRType } from '../../../iana/index.ts'
import { remainingBase64 } from '../field/base64.ts'
import { uint8 } from '../field/integer.ts'
import type { RdataFormat } from '../format.ts'

/** Data of any coding (draft-eastlake-kitchen-sink). */
export const sink: RdataFormat = {
  type: RRType.SINK,
  fields: [uint8('meaning'), uint8('coding'), uint8('subcoding'), remainingBase64('data', 0)],
}
