import { digestSize } from '../../../iana/index.ts'
import type { Field, RdataFormat } from '../format.ts'
import { remainingHex } from './hex.ts'
import { uint8, uint16 } from './integer.ts'
import { algorithmNumber } from './mnemonic.ts'

/** The fields of a DS record and its kin (RFC 4034 5.1). */
export const delegationSignerFields: readonly Field[] = [
  uint16('key tag'),
  algorithmNumber('algorithm'),
  uint8('digest type'),
  remainingHex('digest'),
]

/** A digest of a known type has that type's size (RFC 4034 A.2, RFC 4509 2.1, RFC 5933 5.1, RFC 6605 2). */
export const brokenDigest: NonNullable<RdataFormat['broken']> = (rdata, start, end) => {
  const size = digestSize(rdata[start + 3]!)
  // RFC 8078 4: "0 0 0 00" asks the parent to delete its DS; digest type 0 has no size here.
  if (size === undefined || end - start - 4 === size) return undefined
  return `digest of ${size} octets for digest type ${rdata[start + 3]}`
}
