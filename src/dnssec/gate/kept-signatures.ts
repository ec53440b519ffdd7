import { RRType } from '../../iana/index.ts'
import { type Name, nameFromText, octetText } from '../../wire/index.ts'
import { type RRset, sameData } from '../../zone/index.ts'
import type { FutureZone } from './future-zone.ts'
import { rrsetOf } from './names.ts'
import type { SignatureChecker } from './signatures.ts'

/** Places in the chain of denial where what stays is tried with other keys. */
const SAMPLES = 32

/**
 * When the keys change, tries them on what does not: all of the apex, and records of the chain from all over the zone. A key
 * withdrawn before all its signatures were replaced, or an algorithm published before all is signed with it, breaks nearly
 * every record, so that a few tell (RFC 6781 4.1.1.1, 4.1.4).
 * @throws GateRefusal
 */
export function checkKeptSignatures(zone: FutureZone, signatures: SignatureChecker): void {
  const before = rrsetOf(zone.view.node(zone.origin), RRType.DNSKEY)
  const after = zone.rrset(zone.origin, RRType.DNSKEY)
  if (before !== undefined && after !== undefined && sameData(before, after)) return
  for (const rrset of zone.node(zone.origin)?.rrsets ?? []) signatures.checkKept(zone.origin, rrset)
  const changed = new Set(zone.changes.map(({ rrset }) => rrset))
  const seen = new Set<RRset>()
  for (const [owner, rrset] of samples(zone)) {
    if (changed.has(rrset) || seen.has(rrset)) continue
    seen.add(rrset)
    signatures.checkKept(owner, rrset)
  }
}

/** Records of the chain that lie evenly spread over it, as they will be. */
function* samples(zone: FutureZone): Generator<readonly [Name, RRset]> {
  const { view, origin } = zone
  const changes = new Map(
    zone.changes.filter(({ type }) => type === RRType.NSEC3).map((change) => [octetText(change.owner), change.rrset]),
  )
  for (let i = 0; i < SAMPLES; i++) {
    if (view.denial === 'nsec3') {
      const hash = new Uint8Array(20).fill((i * 256) / SAMPLES, 0, 1)
      const node = view.nsec3Matching(hash) ?? view.nsec3Covering(hash)
      if (node === undefined) continue
      const key = octetText(node.owner)
      const rrset = changes.has(key) ? changes.get(key) : rrsetOf(node, RRType.NSEC3)
      if (rrset !== undefined) yield [node.owner, rrset]
    } else {
      // Letters and digits, where most names begin.
      const node = view.nsecAtOrBefore(nameFromText(((i + 4) % 36).toString(36), origin))
      const rrset = node === undefined ? undefined : zone.rrset(node.owner, RRType.NSEC)
      if (node !== undefined && rrset !== undefined) yield [node.owner, rrset]
    }
  }
}
