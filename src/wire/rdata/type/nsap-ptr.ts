import { RRType } from '../../../iana/index.ts'
import { domainName } from '../field/name.ts'
import type { RdataFormat } from '../format.ts'

/** A pointer from an NSAP address (RFC 1348). */
export const nsapPtr: RdataFormat = {
  type: RRType['NSAP-PTR'],
  fields: [domainName('owner of the address')],
}
