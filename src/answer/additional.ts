import { RRType } from '../iana/index.ts'
import { type Name, nameLength } from '../wire/index.ts'
import type { RRset } from '../zone/index.ts'
import { offerAddresses } from './referral.ts'
import type { Sections } from './sections.ts'

/** Where the target name stands in the rdata of the types whose askers need its addresses next. */
const TARGET_OFFSETS = new Map<number, number>([
  [RRType.NS, 0], // RFC 1035 3.3.11; RFC 9609 4.2 for the root's
  [RRType.MX, 2], // RFC 1035 3.3.9
  [RRType.SRV, 6], // RFC 2782
  [RRType.SVCB, 2], // RFC 9460 4.1
  [RRType.HTTPS, 2],
])

/** Adds the addresses that the zone holds of the names an answer leads to, up to the first RRset that does not fit. */
export function offerTargetAddresses(sections: Sections, owner: Name, answer: RRset): void {
  const offset = TARGET_OFFSETS.get(answer.type)
  if (offset === undefined) return
  for (const rdata of answer.rdatas) {
    const target = rdata.subarray(offset, offset + nameLength(rdata, offset))
    // RFC 9460 2.5.2: in ServiceMode the root stands for the owner. Elsewhere it means that there is no host.
    if (!offerAddresses(sections, target.length === 1 && isServiceMode(answer.type, rdata) ? owner : target)) return
  }
}

function isServiceMode(type: number, rdata: Uint8Array): boolean {
  return (type === RRType.SVCB || type === RRType.HTTPS) && (rdata[0] !== 0 || rdata[1] !== 0)
}
