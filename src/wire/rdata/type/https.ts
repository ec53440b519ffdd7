import { RRType } from '../../../iana/index.ts'
import { uint16 } from '../field/integer.ts'
import { domainName } from '../field/name.ts'
import { serviceParameters } from '../field/service-parameters.ts'
import type { RdataFormat } from '../format.ts'

/** How to reach a web server (RFC 9460 9). RFC 9460 2.2: the target is not compressed. */
export const https: RdataFormat = {
  type: RRType.HTTPS,
  fields: [uint16('priority'), domainName('target'), serviceParameters],
}
