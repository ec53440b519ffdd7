import { RRType } from '../../../iana/index.ts'
import { hashBase32Hex } from '../field/base32hex.ts'
import { saltHex } from '../field/hex.ts'
import { uint8, uint16 } from '../field/integer.ts'
import { typeBitmap } from '../field/type-code.ts'
import type { RdataFormat } from '../format.ts'

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
}
