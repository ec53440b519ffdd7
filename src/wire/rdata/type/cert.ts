import { RRType } from '../../../iana/index.ts'
import { remainingBase64 } from '../field/base64.ts'
import { uint16 } from '../field/integer.ts'
import { algorithmNumber, namedNumber } from '../field/mnemonic.ts'
import type { RdataFormat } from '../format.ts'

/** RFC 4398 2.1. */
const certificateTypes = new Map([
  ['PKIX', 1],
  ['SPKI', 2],
  ['PGP', 3],
  ['IPKIX', 4],
  ['ISPKI', 5],
  ['IPGP', 6],
  ['ACPKIX', 7],
  ['IACPKIX', 8],
  ['URI', 253],
  ['OID', 254],
])

/** A certificate or a revocation list (RFC 4398 2). */
export const cert: RdataFormat = {
  type: RRType.CERT,
  fields: [
    namedNumber('certificate type', 2, (text) => certificateTypes.get(text.toUpperCase())),
    uint16('key tag'),
    algorithmNumber('algorithm'),
    remainingBase64('certificate'),
  ],
}
