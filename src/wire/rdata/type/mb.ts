import { RRType } from '../../../iana/index.ts'
import { domainName } from '../field/name.ts'
import type { RdataFormat } from '../format.ts'

/** A host that has a mailbox, experimental (RFC 1035 3.3.3). */
export const mb: RdataFormat = {
  type: RRType.MB,
  fields: [domainName('mailbox host')],
  compressible: true,
  lowerCasedNames: true,
}
