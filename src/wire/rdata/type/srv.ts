import { RRType } from '../../../iana/index.ts'
import { uint16 } from '../field/integer.ts'
import { domainName } from '../field/name.ts'
import type { RdataFormat } from '../format.ts'

/** The location of a service (RFC 2782). */
export const srv: RdataFormat = {
  type: RRType.SRV,
  fields: [uint16('priority'), uint16('weight'), uint16('port'), domainName('target')],
  lowerCasedNames: true,
}
