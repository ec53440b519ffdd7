import { RRType } from '../../../iana/index.ts'
import { uint16, uint32 } from '../field/integer.ts'
import { typeBitmap } from '../field/type-code.ts'
import type { RdataFormat } from '../format.ts'

/** What a parent should copy from its child (RFC 7477 2). */
export const csync: RdataFormat = {
  type: RRType.CSYNC,
  fields: [uint32('serial'), uint16('flags'), typeBitmap('type bitmap')],
}
