import { RRType } from '../../../iana/index.ts'
import { domainName } from '../field/name.ts'
import type { RdataFormat } from '../format.ts'

/** A pointer to another name (RFC 1035 3.3.12). */
export const ptr: RdataFormat = {
  type: RRType.PTR,
  fields: [domainName('name pointed to')],
  compressible: true,
  lowerCasedNames: true,
}
