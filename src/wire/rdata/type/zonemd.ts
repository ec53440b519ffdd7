import { RRType } from '../../../iana/index.ts'
import { remainingHex } from '../field/hex.ts'
import { uint8, uint32 } from '../field/integer.ts'
import type { RdataFormat } from '../format.ts'

/** A digest of the zone (RFC 8976 2). RFC 8976 2.2.4: at least 12 octets of digest. */
export const zonemd: RdataFormat = {
  type: RRType.ZONEMD,
  fields: [uint32('serial'), uint8('scheme'), uint8('hash algorithm'), remainingHex('digest', 12)],
}
