import { RRType } from '../../../iana/index.ts'
import { brokenDigest, delegationSignerFields } from '../field/digest.ts'
import type { RdataFormat } from '../format.ts'

/** The digest of a child zone's key (RFC 4034 5). */
export const ds: RdataFormat = {
  type: RRType.DS,
  fields: delegationSignerFields,
  broken: brokenDigest,
}
