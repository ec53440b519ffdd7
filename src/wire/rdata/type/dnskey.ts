import { RRType } from '../../../iana/index.ts'
import { remainingBase64 } from '../field/base64.ts'
import { uint8, uint16 } from '../field/integer.ts'
import { algorithmNumber } from '../field/mnemonic.ts'
import type { RdataFormat } from '../format.ts'

/** A public key of a zone (RFC 4034 2). */
export const dnskey: RdataFormat = {
  type: RRType.DNSKEY,
  fields: [uint16('flags'), uint8('protocol'), algorithmNumber('algorithm'), remainingBase64('public key')],
}
