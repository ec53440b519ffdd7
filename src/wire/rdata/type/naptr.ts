import { RRType } from '../../../iana/index.ts'
import { uint16 } from '../field/integer.ts'
import { domainName } from '../field/name.ts'
import { characterString } from '../field/text.ts'
import type { RdataFormat } from '../format.ts'

/** A naming authority pointer (RFC 3403 4.1). */
export const naptr: RdataFormat = {
  type: RRType.NAPTR,
  fields: [
    uint16('order'),
    uint16('preference'),
    characterString('flags'),
    characterString('services'),
    characterString('regular expression'),
    domainName('replacement'),
  ],
  lowerCasedNames: true,
}
