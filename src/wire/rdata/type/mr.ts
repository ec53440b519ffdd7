import { RRType } from '../../../iana/index.ts'
import { domainName } from '../field/name.ts'
import type { RdataFormat } from '../format.ts'

/** The new name of a mailbox, experimental (RFC 1035 3.3.8). */
export const mr: RdataFormat = {
  type: RRType.MR,
  fields: [domainName('new mailbox')],
  compressible: true,
  lowerCasedNames: true,
}
