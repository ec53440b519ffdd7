import { RRType } from '../../../iana/index.ts'
import { remainingBase64 } from '../field/base64.ts'
import type { RdataFormat } from '../format.ts'

/** The identity of a DHCP client (RFC 4701 3). */
export const dhcid: RdataFormat = {
  type: RRType.DHCID,
  fields: [remainingBase64('identifier')],
}
