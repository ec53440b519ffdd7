import { RRType } from '../../../iana/index.ts'
import { ipv6Address } from '../field/address.ts'
import type { RdataFormat } from '../format.ts'

/** An IPv6 address (RFC 3596 2.2). */
export const aaaa: RdataFormat = {
  type: RRType.AAAA,
  fields: [ipv6Address('address')],
}
