import { RRType } from '../../../iana/index.ts'
import { domainName } from '../field/name.ts'
import type { RdataFormat } from '../format.ts'

/** A responsible person (RFC 1183 2.2). */
export const rp: RdataFormat = {
  type: RRType.RP,
  fields: [domainName('mailbox'), domainName('name of a TXT record')],
  lowerCasedNames: true,
}
