import { RRType } from '../../../iana/index.ts'
import { domainName } from '../field/name.ts'
import type { RdataFormat } from '../format.ts'

/** The neighbours in a list of trust anchors (draft-wijngaards-dnsop-trust-history). */
export const talink: RdataFormat = {
  type: RRType.TALINK,
  fields: [domainName('previous name'), domainName('next name')],
}
