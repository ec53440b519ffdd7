import { RRType } from '../../../iana/index.ts'
import { remainingBase64 } from '../field/base64.ts'
import { uint8, uint16 } from '../field/integer.ts'
import { algorithmNumber } from '../field/mnemonic.ts'
import type { RdataFormat } from '../format.ts'

/** A public key for encrypted NAPTR records (draft-reid-dnsext-rkey). */
export const rkey: RdataFormat = {
  type: RRType.RKEY,
  fields: [uint16('flags'), uint8('protocol'), algorithmNumber('algorithm'), remainingBase64('public key')],
}
