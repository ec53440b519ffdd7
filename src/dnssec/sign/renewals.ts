import { RRType } from '../../iana/index.ts'
import { isSignedAt, Place } from '../../zone/checks/index.ts'
import { type RRset, type RRsetChange, Rrsig, type ZoneNode, type ZoneView } from '../../zone/index.ts'
import { standingIn } from './changed-zone.ts'
import { denialTtlOf, type SigningContext } from './context.ts'
import { signatureFor } from './signature.ts'
import { inOrder, isBy, keysFor } from './zone-keys.ts'

/**
 * What is to be signed anew in part of a signed zone although nothing changed: signatures that are due, or missing because
 * keys, TTLs or periods of the policy are others now, while those of keys that no longer sign go. Signatures that are good
 * stay.
 * @param nodes of the zone, those of NSEC3 records or others
 * @returns changes for `signChanges` to take as renewed
 */
export function* renewals(view: ZoneView, nodes: Iterable<ZoneNode>, context: SigningContext): Generator<RRsetChange> {
  const soa = view.node(view.origin)?.rrsets.find(({ type }) => type === RRType.SOA)
  const denialTtl = soa === undefined ? undefined : denialTtlOf(soa, context.denialTtl)
  for (const { owner, rrsets } of nodes) {
    const isNsec3 = rrsets.length > 0 && rrsets.every(({ type }) => type === RRType.NSEC3)
    const standing = isNsec3 ? Place.NSEC3 : standingIn(view, owner)
    for (const rrset of rrsets) {
      if (!isSignedAt(standing, rrset.type)) continue
      const isDenial = rrset.type === RRType.NSEC || rrset.type === RRType.NSEC3
      const ttl = isDenial ? (denialTtl ?? rrset.ttl) : rrset.ttl
      const renewed = renewedRRset({ ...rrset, ttl }, owner, context)
      if (renewed !== undefined) yield { owner, type: rrset.type, rrset: renewed }
    }
  }
}

/** The RRset with the signatures it is to have; undefined when it has them. */
function renewedRRset(rrset: RRset, owner: Uint8Array, context: SigningContext): RRset | undefined {
  const { schedule, now } = context
  const times = schedule.timesFor(owner, rrset.type, now)
  const latest = now + schedule.periods.validity
  const signatures: Uint8Array[] = []
  let changed = false
  for (const key of keysFor(context.keys, rrset.type)) {
    const good = rrset.signatures.find(
      (signature) =>
        isBy(key, signature) &&
        !schedule.isDue(signature, now) &&
        Rrsig.originalTtl(signature) === rrset.ttl &&
        // A shorter validity than before holds for what is signed already, too.
        schedule.dueAt(signature, now) + schedule.periods.refresh <= latest,
    )
    changed ||= good === undefined
    signatures.push(good ?? signatureFor(key, owner, rrset, times))
  }
  changed ||= signatures.length !== rrset.signatures.length
  return changed ? { ...rrset, signatures: inOrder(signatures) } : undefined
}
