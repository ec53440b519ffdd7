import { RRType } from '../../../iana/index.ts'
import { algorithmNumber } from '../field/algorithm.ts'
import { remainingBase64 } from '../field/base64.ts'
import { uint8, uint16 } from '../field/integer.ts'
import { domainName } from '../field/name.ts'
import { seconds } from '../field/seconds.ts'
import { signatureTime } from '../field/time.ts'
import { typeCode } from '../field/type-code.ts'
import type { RdataFormat } from '../format.ts'

/** The signature of an RRset (RFC 4034 3). */
export const rrsig: RdataFormat = {
  type: RRType.RRSIG,
  fields: [
    typeCode('type covered'),
    algorithmNumber('algorithm'),
    uint8('labels'),
    seconds('original TTL'),
    signatureTime('expiration'),
    signatureTime('inception'),
    uint16('key tag'),
    domainName('signer'),
    remainingBase64('signature'),
  ],
  lowerCasedNames: true,
}
