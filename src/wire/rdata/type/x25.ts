import { RRType } from '../../../iana/index.ts'
import { characterString } from '../field/text.ts'
import type { RdataFormat } from '../format.ts'

/** A PSDN address in the X.121 numbering plan (RFC 1183 3.1): at least four digits, the first ones its DNIC. */
export const x25: RdataFormat = {
  type: RRType.X25,
  fields: [characterString('PSDN address')],
  broken(rdata, start, end) {
    const digits = rdata.subarray(start + 1, end).every((octet) => octet >= 0x30 && octet <= 0x39)
    return digits && end - start > 4 ? undefined : 'PSDN address of at least four decimal digits'
  },
}
