import { RRType } from '../../iana/index.ts'
import { type RRset, sameData, serialTimeBefore, Zonemd } from '../../zone/index.ts'
import type { FutureZone } from './future-zone.ts'
import { GateRefusal } from './refusal.ts'

/** Octets that end SOA rdata from the serial on: five numbers (RFC 1035 3.3.13). */
const FROM_SERIAL = 20

function serialOf({ rdatas }: RRset): number {
  const rdata = rdatas[0]!
  return new DataView(rdata.buffer, rdata.byteOffset, rdata.length).getUint32(rdata.length - FROM_SERIAL)
}

/**
 * Sees that the zone has one SOA record, with a later serial (RFC 1982 3.2) when anything changes, and that its ZONEMD
 * records are for that serial (RFC 8976 4); the digest itself would take a pass over the zone.
 * @param keepsSerial see `GateOptions`
 * @throws GateRefusal
 */
export function checkApex(zone: FutureZone, keepsSerial: boolean): void {
  const { origin, view } = zone
  const soa = zone.rrset(origin, RRType.SOA)
  if (soa?.rdatas.length !== 1) {
    throw new GateRefusal('serial', origin, RRType.SOA, `the zone would have ${soa?.rdatas.length ?? 0} SOA records`)
  }
  const serial = serialOf(soa)
  const refuse = (problem: string) => new GateRefusal('serial', origin, RRType.SOA, problem)
  if (serial === view.serial) {
    if (!keepsSerial && !zone.changes.every(({ type, rrset }) => type === RRType.SOA && isAsBefore(zone, rrset))) {
      throw refuse(`the zone changes, but its serial stays ${serial}: secondaries would not take the change`)
    }
  } else if (!serialTimeBefore(view.serial, serial) || ((serial - view.serial) | 0) === -(2 ** 31)) {
    throw refuse(`the serial ${serial} is not after ${view.serial}: secondaries would not take the change`)
  }
  for (const rdata of zone.rrset(origin, RRType.ZONEMD)?.rdatas ?? []) {
    if (Zonemd.serial(rdata) === serial) continue
    const problem = `the digest is for serial ${Zonemd.serial(rdata)}, where the zone will have ${serial}`
    throw new GateRefusal('digest', origin, RRType.ZONEMD, problem)
  }
}

/** The SOA record at the apex with the same data, and so perhaps signed anew. */
function isAsBefore(zone: FutureZone, rrset: RRset | undefined): boolean {
  const before = zone.view.node(zone.origin)?.rrsets.find(({ type }) => type === RRType.SOA)
  return before !== undefined && rrset !== undefined && sameData(before, rrset)
}
