import { RRType } from '../../../iana/index.ts'
import { hashBase32Hex } from '../field/base32hex.ts'
import { saltHex } from '../field/hex.ts'
import { uint8, uint16 } from '../field/integer.ts'
import { typeBitmap } from '../field/type-code.ts'
import type { RdataFormat } from '../format.ts'

/** Octets before the salt: hash algorithm, flags, iterations, salt length. */
const FIXED = 5
const SHA1 = 1
const SHA1_SIZE = 20

/** The next hashed owner in a zone and the types at this one (RFC 5155 3). */
export const nsec3: RdataFormat = {
  type: RRType.NSEC3,
  fields: [
    uint8('hash algorithm'),
    uint8('flags'),
    uint16('iterations'),
    saltHex('salt'),
    hashBase32Hex('next hashed owner'),
    typeBitmap('type bitmap'),
  ],
  broken(rdata, start) {
    // RFC 5155 11: the one hash algorithm there is gives 20 octets, and hashes of other sizes could not be ordered.
    if (rdata[start] !== SHA1 || rdata[start + FIXED + rdata[start + 4]!] === SHA1_SIZE) return undefined
    return `next hashed owner of ${SHA1_SIZE} octets for hash algorithm ${SHA1}`
  },
}
