import { RRType } from '../../../iana/index.ts'
import { characterString } from '../field/text.ts'
import type { RdataFormat } from '../format.ts'

/** The machine and system of a host (RFC 1035 3.3.2). */
export const hinfo: RdataFormat = {
  type: RRType.HINFO,
  fields: [characterString('CPU'), characterString('operating system')],
}
