import { RRType } from '../../../iana/index.ts'
import { domainName } from '../field/name.ts'
import type { RdataFormat } from '../format.ts'

/** The canonical name of an alias (RFC 1035 3.3.1). */
export const cname: RdataFormat = {
  type: RRType.CNAME,
  fields: [domainName('canonical name')],
  compressible: true,
  lowerCasedNames: true,
}
