import { RRType } from '../../../iana/index.ts'
import { uint16 } from '../field/integer.ts'
import { domainName } from '../field/name.ts'
import type { RdataFormat } from '../format.ts'

/** A key exchanger (RFC 2230 3). */
export const kx: RdataFormat = {
  type: RRType.KX,
  fields: [uint16('preference'), domainName('exchanger')],
  lowerCasedNames: true,
}
