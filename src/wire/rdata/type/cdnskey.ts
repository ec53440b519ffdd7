import { RRType } from '../../../iana/index.ts'
import { remainingBase64 } from '../field/base64.ts'
import { uint8, uint16 } from '../field/integer.ts'
import { algorithmNumber } from '../field/mnemonic.ts'
import type { RdataFormat } from '../format.ts'

/** The DNSKEY that a child zone wants its parent to trust (RFC 7344 3.2); RFC 8078 4 deletes with key 0. */
export const cdnskey: RdataFormat = {
  type: RRType.CDNSKEY,
  fields: [uint16('flags'), uint8('protocol'), algorithmNumber('algorithm'), remainingBase64('public key')],
}
