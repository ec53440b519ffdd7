import { RRType } from '../../../iana/index.ts'
import { brokenDigest, delegationSignerFields } from '../field/digest.ts'
import type { RdataFormat } from '../format.ts'

/** A DS published outside the parent zone, obsolete (RFC 4431 2). */
export const dlv: RdataFormat = {
  type: RRType.DLV,
  fields: delegationSignerFields,
  broken: brokenDigest,
}
