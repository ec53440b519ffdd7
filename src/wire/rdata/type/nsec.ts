import { RRType } from '../../../iana/index.ts'
import { domainName } from '../field/name.ts'
import { typeBitmap } from '../field/type-code.ts'
import type { RdataFormat } from '../format.ts'

/** The next owner in a zone and the types at this one (RFC 4034 4). RFC 6840 5.1: the name keeps its case. */
export const nsec: RdataFormat = {
  type: RRType.NSEC,
  fields: [domainName('next owner'), typeBitmap('type bitmap')],
}
