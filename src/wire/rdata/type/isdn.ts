import { RRType } from '../../../iana/index.ts'
import { characterString, optionalString } from '../field/text.ts'
import type { RdataFormat } from '../format.ts'

/** An ISDN number and an optional subaddress (RFC 1183 3.2). */
export const isdn: RdataFormat = {
  type: RRType.ISDN,
  fields: [characterString('ISDN number'), optionalString('subaddress')],
}
