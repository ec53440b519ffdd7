import { RRType } from '../../../iana/index.ts'
import { remainingBase64 } from '../field/base64.ts'
import type { RdataFormat } from '../format.ts'

/** An OpenPGP public key (RFC 7929 2). */
export const openpgpkey: RdataFormat = {
  type: RRType.OPENPGPKEY,
  fields: [remainingBase64('public key')],
}
