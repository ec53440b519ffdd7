import { RRType } from '../../../iana/index.ts'
import { domainName } from '../field/name.ts'
import type { RdataFormat } from '../format.ts'

/** The mailboxes responsible for a mailing list, experimental (RFC 1035 3.3.7). */
export const minfo: RdataFormat = {
  type: RRType.MINFO,
  fields: [domainName('responsible mailbox'), domainName('error mailbox')],
  compressible: true,
  lowerCasedNames: true,
}
