import { RRType } from '../../iana/index.ts'
import type { RRsetChange, ZoneView } from '../../zone/index.ts'
import { ChangedZone, UnfitChangeError } from './changed-zone.ts'
import type { SigningContext } from './context.ts'
import { nextSerial, soaSerial, withSerial } from './serial.ts'
import { SignedChanges } from './signed-changes.ts'

/**
 * Changes to a zone that is not signed: what becomes other, and the SOA record with the next serial.
 * @param changes to its data; keys are no data of an unsigned zone
 * @returns every RRset that is to be other than in the view; none when the changes change nothing
 * @throws UnfitChangeError
 */
export function unsignedChanges(
  view: ZoneView,
  changes: readonly RRsetChange[],
  { serial, now }: Pick<SigningContext, 'serial' | 'now'>,
): RRsetChange[] {
  const zone = new ChangedZone(view, changes)
  const { origin } = view
  if (zone.isChanged(origin, RRType.DNSKEY)) throw new UnfitChangeError(origin, 'keys are published by signing')
  const soa = zone.node(origin)?.rrsets.find(({ type }) => type === RRType.SOA)
  if (soa?.rdatas.length !== 1) throw new UnfitChangeError(origin, 'a zone has exactly one SOA record')
  const result = new SignedChanges(view)
  for (const owner of zone.owners) {
    const present = [...(view.node(owner)?.rrsets ?? []), ...(zone.node(owner)?.rrsets ?? [])]
    for (const type of new Set(present.map((rrset) => rrset.type))) {
      if (!zone.isChanged(owner, type)) continue
      result.put(
        owner,
        type,
        zone.node(owner)?.rrsets.find((rrset) => rrset.type === type),
      )
    }
  }
  if (result.isEmpty) return []
  const [rdata] = soa.rdatas
  const next = serial === 'keep' ? soaSerial(rdata!) : nextSerial(view.serial, serial, now)
  result.put(origin, RRType.SOA, { ...soa, rdatas: [withSerial(rdata!, next)] })
  return result.list()
}
