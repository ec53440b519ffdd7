import { RRType } from '../../../iana/index.ts'
import { remainingHex } from '../field/hex.ts'
import { uint8 } from '../field/integer.ts'
import type { RdataFormat } from '../format.ts'

/** A TLS certificate association (RFC 6698 2). */
export const tlsa: RdataFormat = {
  type: RRType.TLSA,
  fields: [uint8('usage'), uint8('selector'), uint8('matching type'), remainingHex('certificate association data')],
}
