import { RRType } from '../../../iana/index.ts'
import { uint16 } from '../field/integer.ts'
import { domainName } from '../field/name.ts'
import type { RdataFormat } from '../format.ts'

/** A name that holds locators (RFC 6742 2.4). RFC 6742 2.4.1: it is not compressed. */
export const lp: RdataFormat = {
  type: RRType.LP,
  fields: [uint16('preference'), domainName('name of locators')],
}
