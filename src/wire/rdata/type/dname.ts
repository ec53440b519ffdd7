import { RRType } from '../../../iana/index.ts'
import { domainName } from '../field/name.ts'
import type { RdataFormat } from '../format.ts'

/** The new name of a subtree (RFC 6672 2.1). Its target is not compressed (2.5). */
export const dname: RdataFormat = {
  type: RRType.DNAME,
  fields: [domainName('target')],
  lowerCasedNames: true,
}
