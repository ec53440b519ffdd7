import { RRType } from '../../../iana/index.ts'
import { uint16 } from '../field/integer.ts'
import { domainName } from '../field/name.ts'
import type { RdataFormat } from '../format.ts'

/** An AFS cell database server (RFC 1183 1). */
export const afsdb: RdataFormat = {
  type: RRType.AFSDB,
  fields: [uint16('subtype'), domainName('server')],
  lowerCasedNames: true,
}
