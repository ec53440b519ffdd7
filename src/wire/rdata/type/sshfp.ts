import { RRType } from '../../../iana/index.ts'
import { remainingHex } from '../field/hex.ts'
import { uint8 } from '../field/integer.ts'
import type { RdataFormat } from '../format.ts'

/** The fingerprint of an SSH host key (RFC 4255 3). */
export const sshfp: RdataFormat = {
  type: RRType.SSHFP,
  fields: [uint8('algorithm'), uint8('fingerprint type'), remainingHex('fingerprint')],
}
