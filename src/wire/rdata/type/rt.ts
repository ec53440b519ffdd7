import { RRType } from '../../../iana/index.ts'
import { uint16 } from '../field/integer.ts'
import { domainName } from '../field/name.ts'
import type { RdataFormat } from '../format.ts'

/** A route through another host (RFC 1183 3.3). */
export const rt: RdataFormat = {
  type: RRType.RT,
  fields: [uint16('preference'), domainName('intermediate host')],
  lowerCasedNames: true,
}
