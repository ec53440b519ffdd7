import { RRType } from '../../../iana/index.ts'
import { ipv4Address } from '../field/address.ts'
import { uint16 } from '../field/integer.ts'
import type { RdataFormat } from '../format.ts'

/** A 32-bit locator (RFC 6742 2.2). */
export const l32: RdataFormat = {
  type: RRType.L32,
  fields: [uint16('preference'), ipv4Address('locator')],
}
