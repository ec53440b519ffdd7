import { RRType } from '../../../iana/index.ts'
import { domainName } from '../field/name.ts'
import type { RdataFormat } from '../format.ts'

/** A mail destination, obsolete (RFC 1035 3.3.4). */
export const md: RdataFormat = {
  type: RRType.MD,
  fields: [domainName('mail destination')],
  compressible: true,
  lowerCasedNames: true,
}
