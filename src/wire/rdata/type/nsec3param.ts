import { RRType } from '../../../iana/index.ts'
import { saltHex } from '../field/hex.ts'
import { uint8, uint16 } from '../field/integer.ts'
import type { RdataFormat } from '../format.ts'

/** How a zone hashes its owner names (RFC 5155 4). */
export const nsec3param: RdataFormat = {
  type: RRType.NSEC3PARAM,
  fields: [uint8('hash algorithm'), uint8('flags'), uint16('iterations'), saltHex('salt')],
}
