import { RRType } from '../../../iana/index.ts'
import { uint16 } from '../field/integer.ts'
import { domainName } from '../field/name.ts'
import type { RdataFormat } from '../format.ts'

/** A mail exchange (RFC 1035 3.3.9). */
export const mx: RdataFormat = {
  type: RRType.MX,
  fields: [uint16('preference'), domainName('mail exchange')],
  compressible: true,
  lowerCasedNames: true,
}
