import { RRType } from '../../../iana/index.ts'
import { uint16 } from '../field/integer.ts'
import { domainName } from '../field/name.ts'
import type { RdataFormat } from '../format.ts'

/** An X.400 mail mapping (RFC 2163 4). */
export const px: RdataFormat = {
  type: RRType.PX,
  fields: [uint16('preference'), domainName('RFC 822 domain'), domainName('X.400 domain')],
  lowerCasedNames: true,
}
