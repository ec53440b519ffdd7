import { RRType } from '../../../iana/index.ts'
import { remainingHex } from '../field/hex.ts'
import { uint8 } from '../field/integer.ts'
import type { RdataFormat } from '../format.ts'

/** An S/MIME certificate association (RFC 8162 2). */
export const smimea: RdataFormat = {
  type: RRType.SMIMEA,
  fields: [uint8('usage'), uint8('selector'), uint8('matching type'), remainingHex('certificate association data')],
}
