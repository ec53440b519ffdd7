import { RRType } from '../../../iana/index.ts'
import { remainingHex } from '../field/hex.ts'
import { uint8, uint32 } from '../field/integer.ts'
import type { RdataFormat } from '../format.ts'

/** RFC 8976 2.2.3: SHA-384 and SHA-512. */
const digestSizes = new Map([
  [1, 48],
  [2, 64],
])

/** A digest of the zone (RFC 8976 2). */
export const zonemd: RdataFormat = {
  type: RRType.ZONEMD,
  // RFC 8976 2.2.4: a digest has at least 12 octets.
  fields: [uint32('serial'), uint8('scheme'), uint8('hash algorithm'), remainingHex('digest', 12)],
  broken(rdata, start, end) {
    const size = digestSizes.get(rdata[start + 5]!)
    if (size === undefined || end - start - 6 === size) return undefined
    return `digest of ${size} octets for hash algorithm ${rdata[start + 5]}`
  },
}
