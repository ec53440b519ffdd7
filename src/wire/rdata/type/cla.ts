import { RRType } from '../../../iana/index.ts'
import { characterStrings } from '../field/text.ts'
import type { RdataFormat } from '../format.ts'

/** Convergence layer adapters of an interplanetary node; written as TXT is (IANA template CLA). */
export const cla: RdataFormat = {
  type: RRType.CLA,
  fields: [characterStrings('text')],
}
