import { canSign, type StoredKey } from '../keystore/index.ts'
import type { KeyDraft, KeySetDraft } from './draft.ts'
import type { KeyAction } from './facts.ts'
import { isComplete, isHidden, isSep, type KeyRole, signsZone } from './key-set.ts'
import type { SigningPolicy } from './policy.ts'
import { wait } from './waits.ts'

/** Which keys are to be used: which retire, and who follows them. */

/** The roles a zone's keys have under a policy. */
export function rolesOf(policy: SigningPolicy): readonly KeyRole[] {
  return policy.keys === 'csk' ? ['csk'] : ['ksk', 'zsk']
}

/** The policy, with what an operator asked for that it does not say yet. */
export function effectivePolicy({ algorithm }: KeySetDraft, policy: SigningPolicy): SigningPolicy {
  return algorithm === null || !canSign(algorithm) ? policy : { ...policy, algorithm }
}

/** A key enters the set: nothing of it is anywhere yet. */
export function newKey(stored: StoredKey, role: KeyRole, now: number): KeyDraft {
  const hidden = () => ({ phase: 'hidden' as const, since: now, seen: null })
  return {
    id: stored.id,
    role,
    algorithm: stored.algorithm,
    keyTag: stored.keyTag,
    publicKey: Buffer.from(stored.dnskey).toString('base64'),
    goal: 'use',
    dnskey: hidden(),
    signatures: hidden(),
    ds: hidden(),
    parent: null,
    moments: { added: now, published: null, active: null, retired: null, gone: null },
  }
}

function retire(key: KeyDraft, now: number): void {
  key.goal = 'retire'
  key.moments.retired ??= now
}

/** A key in the store that no role has yet: made for this purpose, or by the operator beforehand. The oldest first. */
function spareKey(set: KeySetDraft, policy: SigningPolicy, role: KeyRole, stored: readonly StoredKey[], now: number) {
  const fits = ({ id, algorithm, isSep: sep, timing }: StoredKey) =>
    algorithm === policy.algorithm &&
    sep === (role !== 'zsk') &&
    (timing.inactive ?? Number.POSITIVE_INFINITY) > now &&
    (timing.delete ?? Number.POSITIVE_INFINITY) > now &&
    !set.keys.some((key) => key.id === id)
  return stored.filter(fits).sort((a, b) => (a.timing.created ?? 0) - (b.timing.created ?? 0))[0]
}

/**
 * Brings keys into all these roles, or none. What can't be had from the store is asked for by actions.
 * @returns true when the keys are in the set
 */
function appoint(
  set: KeySetDraft,
  policy: SigningPolicy,
  roles: readonly KeyRole[],
  stored: readonly StoredKey[],
  now: number,
  actions: KeyAction[],
): boolean {
  const found = roles.map((role) => ({ role, key: spareKey(set, policy, role, stored, now) }))
  for (const { role, key } of found) {
    if (key === undefined) {
      actions.push({ kind: 'generate', role, algorithm: policy.algorithm, rsaBits: policy.rsaBits })
    }
  }
  if (found.some(({ key }) => key === undefined)) return false
  for (const { role, key } of found) set.keys.push(newKey(key!, role, now))
  return true
}

/** Nothing is under way: every key is either in full use or gone. */
function isSettled(keys: readonly KeyDraft[]): boolean {
  return keys.every((key) => (key.goal === 'use' ? isComplete(key) : isHidden(key)))
}

/** When the key is to be followed by another by its lifetime; undefined: never. */
export function rolloverAt(set: KeySetDraft, policy: SigningPolicy, key: KeyDraft): number | undefined {
  const lifetime = policy.lifetimes[key.role]
  if (lifetime === undefined || key.moments.active === null || key.goal !== 'use') return undefined
  // RFC 7583 3.2.1: so much earlier that the next key is ready when this one's lifetime ends.
  return key.moments.active + Math.max(lifetime - wait(set, policy, 'dnskey'), 0)
}

/** Decides on the goals, and says which keys have to be made. */
export function appointKeys(
  set: KeySetDraft,
  configured: SigningPolicy,
  stored: readonly StoredKey[],
  now: number,
  actions: KeyAction[],
): void {
  if (set.algorithm === configured.algorithm) set.algorithm = null
  if (set.goal === 'insecure') {
    set.requests = []
    for (const key of set.keys) if (key.goal === 'use') retire(key, now)
    return
  }
  const policy = effectivePolicy(set, configured)
  const roles = rolesOf(policy)
  const fits = (key: KeyDraft) => key.algorithm === policy.algorithm && roles.includes(key.role)
  retireDoubles(set, now)
  reuseRetired(set, roles, fits)
  const inUse = set.keys.filter(({ goal }) => goal === 'use')
  const vacant = roles.filter((role) => !inUse.some((key) => key.role === role && fits(key)))
  if (vacant.length > 0) {
    // Another algorithm, or other roles. It waits for rollovers under way, so that no more than two sets ever meet.
    const misfits = inUse.filter((key) => !fits(key))
    if (misfits.length > 0 && !isSettled(set.keys)) return
    if (appoint(set, policy, vacant, stored, now, actions)) for (const key of misfits) retire(key, now)
    return
  }
  if (!set.keys.every((key) => fits(key) || isHidden(key))) return
  for (const role of roles) {
    const key = inUse.find((candidate) => candidate.role === role)!
    const asked = set.requests.includes(role)
    const due = (rolloverAt(set, policy, key) ?? Number.POSITIVE_INFINITY) <= now
    if (!asked && !due) continue
    if (!isSettled(set.keys.filter((other) => other.role === role))) continue
    if (!appoint(set, policy, [role], stored, now, actions)) continue
    retire(key, now)
    set.requests = set.requests.filter((other) => other !== role)
  }
}

/** Of several keys in one role, as imported ones can be, the newest stays. */
function retireDoubles(set: KeySetDraft, now: number): void {
  const newest = new Map<string, KeyDraft>()
  for (const key of set.keys) {
    if (key.goal !== 'use') continue
    const place = `${key.role} ${key.algorithm}`
    const before = newest.get(place)
    if (before !== undefined) retire(before, now)
    newest.set(place, key)
  }
}

/** A zone that was to become insecure, and is to stay secure after all, goes on with the keys it still shows. */
function reuseRetired(set: KeySetDraft, roles: readonly KeyRole[], fits: (key: KeyDraft) => boolean): void {
  if (set.keys.some(({ goal }) => goal === 'use')) return
  for (const role of roles) {
    const key = set.keys.findLast((candidate) => candidate.role === role && fits(candidate) && !isHidden(candidate))
    if (key === undefined) continue
    key.goal = 'use'
    key.moments.retired = null
  }
}

/** Keeps the moments of each key's life. */
export function noteMoments(set: KeySetDraft, now: number): void {
  for (const key of set.keys) {
    const { moments } = key
    if (key.dnskey.seen !== null && key.dnskey.phase === 'rumoured') moments.published ??= key.dnskey.seen
    if (key.dnskey.phase === 'omnipresent') moments.published ??= now
    const trusted = !isSep(key) || key.ds.phase === 'omnipresent'
    const signing = !signsZone(key) || key.signatures.phase === 'omnipresent' || key.signatures.seen !== null
    if (key.goal === 'use' && moments.published !== null && trusted && signing) moments.active ??= now
    moments.gone = key.goal === 'retire' && isHidden(key) ? (moments.gone ?? now) : null
  }
}
