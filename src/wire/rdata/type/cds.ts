import { RRType } from '../../../iana/index.ts'
import { brokenDigest, delegationSignerFields } from '../field/digest.ts'
import type { RdataFormat } from '../format.ts'

/** The DS that a child zone wants its parent to publish (RFC 7344 3.1); "0 0 0 00" asks for none (RFC 8078 4). */
export const cds: RdataFormat = {
  type: RRType.CDS,
  fields: delegationSignerFields,
  broken: brokenDigest,
}
