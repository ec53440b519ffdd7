import { RRType } from '../../../iana/index.ts'
import { domainName } from '../field/name.ts'
import type { RdataFormat } from '../format.ts'

/** A mail forwarder, obsolete (RFC 1035 3.3.5). */
export const mf: RdataFormat = {
  type: RRType.MF,
  fields: [domainName('mail forwarder')],
  compressible: true,
  lowerCasedNames: true,
}
