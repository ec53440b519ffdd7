import { RRType } from '../../../iana/index.ts'
import { remainingBase64 } from '../field/base64.ts'
import { uint8, uint16, uint32 } from '../field/integer.ts'
import { algorithmNumber } from '../field/mnemonic.ts'
import { domainName } from '../field/name.ts'
import { signatureTime } from '../field/time.ts'
import { typeCode } from '../field/type-code.ts'
import type { RdataFormat } from '../format.ts'

/** A signature of the first DNSSEC (RFC 2535 4), or of a transaction (RFC 2931 3). */
export const sig: RdataFormat = {
  type: RRType.SIG,
  fields: [
    typeCode('type covered'),
    algorithmNumber('algorithm'),
    uint8('labels'),
    uint32('original TTL'),
    signatureTime('expiration'),
    signatureTime('inception'),
    uint16('key tag'),
    domainName('signer'),
    remainingBase64('signature'),
  ],
  lowerCasedNames: true,
}
