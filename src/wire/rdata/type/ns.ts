import { RRType } from '../../../iana/index.ts'
import { domainName } from '../field/name.ts'
import type { RdataFormat } from '../format.ts'

/** An authoritative nameserver (RFC 1035 3.3.11). */
export const ns: RdataFormat = {
  type: RRType.NS,
  fields: [domainName('nameserver')],
  compressible: true,
  lowerCasedNames: true,
}
