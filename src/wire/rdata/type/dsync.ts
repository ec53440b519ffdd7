import { RRType } from '../../../iana/index.ts'
import { uint16 } from '../field/integer.ts'
import { namedNumber } from '../field/mnemonic.ts'
import { domainName } from '../field/name.ts'
import { typeCode } from '../field/type-code.ts'
import type { RdataFormat } from '../format.ts'

/** Where a child may send notifications to its parent (RFC 9859 2). */
export const dsync: RdataFormat = {
  type: RRType.DSYNC,
  fields: [
    typeCode('type'),
    namedNumber('scheme', 1, (text) => (text.toUpperCase() === 'NOTIFY' ? 1 : undefined)),
    uint16('port'),
    domainName('target'),
  ],
}
