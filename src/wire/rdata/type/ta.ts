import { RRType } from '../../../iana/index.ts'
import { brokenDigest, delegationSignerFields } from '../field/digest.ts'
import type { RdataFormat } from '../format.ts'

/** A trust anchor in the form of a DS (IANA template TA). */
export const ta: RdataFormat = {
  type: RRType.TA,
  fields: delegationSignerFields,
  broken: brokenDigest,
}
