import { RRType } from '../../../iana/index.ts'
import { uint16 } from '../field/integer.ts'
import { remainingText } from '../field/text.ts'
import type { RdataFormat } from '../format.ts'

/** A mapping to a URI (RFC 7553 4). RFC 7553 4.4: the target has at least one octet. */
export const uri: RdataFormat = {
  type: RRType.URI,
  fields: [uint16('priority'), uint16('weight'), remainingText('target', 1)],
}
