import { RRType } from '../../../iana/index.ts'
import { uint8, uint16 } from '../field/integer.ts'
import { domainName } from '../field/name.ts'
import { typeCode } from '../field/type-code.ts'
import type { RdataFormat } from '../format.ts'

/** Where a child may send notifications to its parent (RFC 9859 2). */
export const dsync: RdataFormat = {
  type: RRType.DSYNC,
  fields: [typeCode('type'), uint8('scheme'), uint16('port'), domainName('target')],
}
