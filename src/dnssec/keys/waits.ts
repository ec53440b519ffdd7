import type { KeySetDraft } from './draft.ts'
import type { KeyFacts } from './facts.ts'
import type { CachedTtl, KeySet, RecordKind } from './key-set.ts'
import type { SigningPolicy } from './policy.ts'

/**
 * How long a change takes to reach every cache (RFC 7583 3.2.1, 3.3.1):
 *
 *   DNSKEY       TTL of the DNSKEY RRset  + propagation delay of the zone    + safety margin
 *   signatures   largest TTL in the zone  + propagation delay of the zone    + safety margin
 *   DS           TTL of the DS RRset      + propagation delay of the parent  + safety margin
 *
 * A TTL counts as long as a cache may hold something under it, which is longer than it stands in the zone.
 */

/** Seconds from the moment a change was seen until no cache holds what was there before. */
export function wait(state: KeySet, policy: SigningPolicy, kind: RecordKind): number {
  return largestTtl(state.ttls[ttlOf(kind)]) + delay(policy, kind)
}

function ttlOf(kind: RecordKind): keyof KeySet['ttls'] {
  return kind === 'signatures' ? 'zone' : kind
}

function delay(policy: SigningPolicy, kind: RecordKind): number {
  return (kind === 'ds' ? policy.parentPropagationDelay : policy.propagationDelay) + policy.safetyMargin
}

function largestTtl(ttls: readonly CachedTtl[]): number {
  return ttls.reduce((largest, { ttl }) => Math.max(largest, ttl), 0)
}

/** Takes note of the TTLs that stand in the zone and at the parent now. */
export function noteTtls(draft: KeySetDraft, policy: SigningPolicy, { served, parent }: KeyFacts, now: number): void {
  if (served !== undefined) {
    // A cache that learnt that there is no DNSKEY keeps that for the negative TTL, which is no larger than the SOA's.
    const dnskeyTtl = served.dnskeys.length === 0 ? served.maxTtl : served.dnskeyTtl
    note(draft.ttls.dnskey, dnskeyTtl, now, delay(policy, 'dnskey'))
    note(draft.ttls.zone, Math.max(served.maxTtl, served.dnskeyTtl), now, delay(policy, 'signatures'))
  }
  if (parent !== undefined) noteDsTtl(draft, policy, parent.ttl, now)
}

/** Takes note of the TTL that the DS RRset has at the parent now. */
export function noteDsTtl(draft: KeySetDraft, policy: SigningPolicy, ttl: number, now: number): void {
  note(draft.ttls.ds, ttl, now, delay(policy, 'ds'))
}

function note(ttls: CachedTtl[], ttl: number, now: number, slack: number): void {
  const before = new Map<number, number>()
  for (const { ttl: other, until } of ttls) {
    // One that is as large counts no longer than the present one does.
    if (other <= ttl) continue
    // One that has just been lowered ends from now on; none that a wrong clock noted lasts longer than that.
    const end = Math.min(until ?? Number.POSITIVE_INFINITY, now + other + slack)
    if (end > now) before.set(other, Math.max(before.get(other) ?? 0, end))
  }
  const lowered = [...before].map(([other, until]) => ({ ttl: other, until }))
  ttls.splice(0, ttls.length, ...lowered, { ttl, until: null })
}
