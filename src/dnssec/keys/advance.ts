import type { KeyTiming } from '../keystore/index.ts'
import { draftOf, type KeyDraft, type KeySetDraft } from './draft.ts'
import type { KeyAction, KeyFacts, ServedFacts } from './facts.ts'
import { type KeySet, recordKinds } from './key-set.ts'
import { dueAt, observe, settle } from './observe.ts'
import type { SigningPolicy } from './policy.ts'
import { parentRequest, publication } from './publication.ts'
import { appointKeys, effectivePolicy, noteMoments, rolesOf, rolloverAt } from './succession.ts'
import { applyTransitions } from './transitions.ts'
import { noteTtls } from './waits.ts'

/** While the parent has not followed it is asked this often, in seconds. */
const PARENT_CHECK_EVERY = 3600
/** Seconds between two readings of one clock that may be rounded differently. */
const CLOCK_TOLERANCE = 60

export interface Advance {
  /** To be stored before any action is taken. */
  readonly state: KeySet
  readonly actions: readonly KeyAction[]
  /** When to call again though nothing else happened, in seconds since 1970; undefined: never. */
  readonly nextAt: number | undefined
}

/**
 * Takes the life of a zone's keys as far as the facts allow (RFC 7583, RFC 6781 4.1). A pure function: the same
 * arguments give the same result, and with unchanged facts a second call changes nothing.
 * @param now seconds since 1970
 */
export function advance(state: KeySet, policy: SigningPolicy, observed: KeyFacts, now: number): Advance {
  const facts = withoutFuture(observed, now)
  const draft = draftOf(state)
  const actions: KeyAction[] = []
  forget(draft, facts)
  noteTtls(draft, policy, facts, now)
  observe(draft, policy, facts, now)
  settle(draft, policy, facts, now)
  noteMoments(draft, now)
  appointKeys(draft, policy, facts.stored, now, actions)
  applyTransitions(draft, policy, now)
  noteMoments(draft, now)
  addActions(draft, policy, facts, now, actions)
  return { state: draft, actions, nextAt: nextAt(draft, policy, facts, now) }
}

/** What was seen by a clock that was ahead is not known any more: the parent is to be asked again. */
function withoutFuture({ stored, served, parent }: KeyFacts, now: number): KeyFacts {
  const isPast = parent !== undefined && parent.at <= now + CLOCK_TOLERANCE
  return { stored, served, parent: isPast ? { ...parent, at: Math.min(parent.at, now) } : undefined }
}

/** A key that is gone from the zone, and then from the store, leaves the state. */
function forget(draft: KeySetDraft, { stored }: KeyFacts): void {
  draft.keys = draft.keys.filter(({ id, moments }) => moments.gone === null || stored.some((key) => key.id === id))
}

function addActions(
  draft: KeySetDraft,
  policy: SigningPolicy,
  facts: KeyFacts,
  now: number,
  actions: KeyAction[],
): void {
  for (const key of draft.keys) {
    if (hasLostDs(key)) actions.push({ kind: 'lost-ds', id: key.id })
    const stored = facts.stored.find(({ id }) => id === key.id)
    if (stored === undefined) actions.push({ kind: 'missing-key', id: key.id })
    else if (purgeAt(policy, key) <= now) actions.push({ kind: 'delete', id: key.id })
    else {
      const timing = timingOf(key)
      const changed = Object.entries(timing).some(([name, time]) => stored.timing[name as keyof KeyTiming] !== time)
      if (changed) actions.push({ kind: 'set-timing', id: key.id, timing })
    }
  }
  if (facts.served !== undefined && !isPublished(draft, policy, facts.served)) actions.push({ kind: 'publish' })
  if (awaitsParent(draft, policy, facts, now)) actions.push({ kind: 'check-parent' })
}

/** A key that was trusted from above, and is no longer. */
function hasLostDs({ goal, ds, parent, moments }: KeyDraft): boolean {
  if (parent === null || parent.sight === 'there') return false
  return goal === 'use' && moments.active !== null && ds.phase === 'rumoured' && ds.seen === null
}

function purgeAt({ purgeAfter }: SigningPolicy, { moments }: KeyDraft): number {
  return moments.gone === null || purgeAfter === undefined ? Number.POSITIVE_INFINITY : moments.gone + purgeAfter
}

function timingOf({ moments }: KeyDraft): KeyTiming {
  const { published, active, retired, gone } = moments
  return {
    ...(published === null ? {} : { publish: published }),
    ...(active === null ? {} : { activate: active }),
    ...(retired === null ? {} : { inactive: retired }),
    ...(gone === null ? {} : { delete: gone }),
  }
}

/** True when the served zone shows the keys and signatures that it should, and no others. */
function isPublished(
  draft: KeySetDraft,
  policy: SigningPolicy,
  { dnskeys, dnskeyTtl, signatures, cds }: ServedFacts,
): boolean {
  const wanted = publication(draft)
  if (wanted.dnskeys.length > 0 && dnskeyTtl !== policy.dnskeyTtl) return false
  const same = (a: readonly string[], b: readonly string[]) =>
    a.length === b.length && a.every((item) => b.includes(item))
  const complete = Object.keys(signatures).filter((id) => signatures[id] === 'all')
  const request = parentRequest(draft, policy).cds.map((rdata) => Buffer.from(rdata).toString('base64'))
  return (
    same(wanted.dnskeys, dnskeys) &&
    same(wanted.signZoneWith, Object.keys(signatures)) &&
    same(wanted.signZoneWith, complete) &&
    same(request, cds)
  )
}

/** True when a DS is to come or go, and the last look at the parent can't yet settle it. */
function awaitsParent(draft: KeySetDraft, policy: SigningPolicy, { parent }: KeyFacts, now: number): boolean {
  return draft.keys.some((key) => {
    if (key.ds.phase !== 'rumoured' && key.ds.phase !== 'unretentive') return false
    if (parent === undefined || parent.at + PARENT_CHECK_EVERY <= now) return true
    if (key.ds.seen === null) return parent.at < key.ds.since
    const due = dueAt(draft, policy, key, 'ds')!
    return due <= now && parent.at < due
  })
}

function nextAt(draft: KeySetDraft, configured: SigningPolicy, { parent }: KeyFacts, now: number): number | undefined {
  const policy = effectivePolicy(draft, configured)
  const times: number[] = []
  for (const key of draft.keys) {
    for (const kind of recordKinds(key.role)) {
      const due = dueAt(draft, configured, key, kind)
      if (due !== undefined) times.push(due)
      else if (kind === 'ds' && (key.ds.phase === 'rumoured' || key.ds.phase === 'unretentive')) {
        times.push((parent?.at ?? now) + PARENT_CHECK_EVERY)
      }
    }
    if (rolesOf(policy).includes(key.role)) times.push(rolloverAt(draft, policy, key) ?? Number.POSITIVE_INFINITY)
    times.push(purgeAt(configured, key))
  }
  // What is past waits for something else than time.
  const next = times
    .filter((time) => time > now)
    .reduce((least, time) => Math.min(least, time), Number.POSITIVE_INFINITY)
  return Number.isFinite(next) ? next : undefined
}
