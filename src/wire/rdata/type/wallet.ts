import { RRType } from '../../../iana/index.ts'
import { characterStrings } from '../field/text.ts'
import type { RdataFormat } from '../format.ts'

/** A public wallet address; written as TXT is (IANA template WALLET). */
export const wallet: RdataFormat = {
  type: RRType.WALLET,
  fields: [characterStrings('text')],
}
