import { RRType } from '../../../iana/index.ts'
import { ipv4Address } from '../field/address.ts'
import type { RdataFormat } from '../format.ts'

/** An IPv4 address (RFC 1035 3.4.1). */
export const a: RdataFormat = {
  type: RRType.A,
  fields: [ipv4Address('address')],
}
