import { RRType } from '../../../iana/index.ts'
import { uint32 } from '../field/integer.ts'
import { domainName } from '../field/name.ts'
import { seconds } from '../field/seconds.ts'
import type { RdataFormat } from '../format.ts'

/** The start of a zone of authority (RFC 1035 3.3.13). */
export const soa: RdataFormat = {
  type: RRType.SOA,
  fields: [
    domainName('primary nameserver'),
    domainName('mailbox of the person responsible'),
    uint32('serial'),
    seconds('refresh'),
    seconds('retry'),
    seconds('expire'),
    seconds('minimum'),
  ],
  compressible: true,
  lowerCasedNames: true,
}
