import { RRType } from '../../../iana/index.ts'
import { uint16 } from '../field/integer.ts'
import { domainName } from '../field/name.ts'
import { serviceParameters } from '../field/service-parameters.ts'
import type { RdataFormat } from '../format.ts'

/** How to reach a service (RFC 9460 2). RFC 9460 2.2: the target is not compressed. */
export const svcb: RdataFormat = {
  type: RRType.SVCB,
  fields: [uint16('priority'), domainName('target'), serviceParameters],
}
