import { RRType } from '../../../iana/index.ts'
import { remainingHex } from '../field/hex.ts'
import { uint8 } from '../field/integer.ts'
import type { RdataFormat } from '../format.ts'

/** RFC 4255 3.1.2 and RFC 6594 4: SHA-1 and SHA-256. */
const fingerprintSizes = new Map([
  [1, 20],
  [2, 32],
])

/** The fingerprint of an SSH host key (RFC 4255 3). */
export const sshfp: RdataFormat = {
  type: RRType.SSHFP,
  fields: [uint8('algorithm'), uint8('fingerprint type'), remainingHex('fingerprint')],
  broken(rdata, start, end) {
    const size = fingerprintSizes.get(rdata[start + 1]!)
    if (size === undefined || end - start - 2 === size) return undefined
    return `fingerprint of ${size} octets for fingerprint type ${rdata[start + 1]}`
  },
}
