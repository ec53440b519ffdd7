import { RRType } from '../../../iana/index.ts'
import { domainName } from '../field/name.ts'
import type { RdataFormat } from '../format.ts'

/** A member of a mail group, experimental (RFC 1035 3.3.6). */
export const mg: RdataFormat = {
  type: RRType.MG,
  fields: [domainName('mail group member')],
  compressible: true,
  lowerCasedNames: true,
}
