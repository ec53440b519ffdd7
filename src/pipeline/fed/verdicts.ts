import {
  type DueChange,
  type EventOutcome,
  type Verdict as EventVerdict,
  type FeedEvent,
  FeedRefusal,
} from '../../feed/index.ts'
import type { UpdateResult } from '../update.ts'
import type { FeedCursor } from './cursor.ts'
import type { TakenEvent } from './intake.ts'
import type { RecentCommit } from './recent.ts'

/** What an event comes to, before it is committed. */
export type Verdict = EventVerdict | FeedRefusal

/** What a commit of the feed did. */
export interface FeedCommit {
  /** Undefined when nothing of the zone or what is kept with it changed. */
  readonly update: UpdateResult | undefined
  readonly events: number
  readonly outcomes: Readonly<Record<EventOutcome['outcome'], number>>
  /** Of the events applied: when the registry committed them and when they came, in milliseconds since 1970. */
  readonly applied: readonly { readonly at: number; readonly arrivedAt: number }[]
  /** Delegations that were withdrawn. */
  readonly withdrawn: number
}

/** What the event's giver is told once it is committed. @param serial in which it is served */
export function outcomeOf({ seq }: TakenEvent, verdict: Verdict, serial: number): EventOutcome {
  if (verdict instanceof FeedRefusal) return { outcome: 'refused', seq, reason: verdict.reason, text: verdict.message }
  if (verdict.kind === 'pending') return { outcome: 'pending', seq: seq!, until: verdict.until }
  return { outcome: 'applied', seq: seq!, serial }
}

/** The feed's counts with these events. @param again they are dead letters that were tried again */
export function countsAfter(
  { applied, refused, pending }: FeedCursor['counts'],
  verdicts: readonly Verdict[],
  again = false,
): FeedCursor['counts'] {
  const isRefused = (verdict: Verdict) => verdict instanceof FeedRefusal
  const isPending = (verdict: Verdict) => !(verdict instanceof FeedRefusal) && verdict.kind === 'pending'
  const refusals = verdicts.filter(isRefused).length
  const waits = verdicts.filter(isPending).length
  return {
    applied: applied + verdicts.length - refusals - waits,
    // What is refused again was counted before.
    refused: refused + (again ? 0 : refusals),
    pending: pending + waits,
  }
}

/** A change that came due, for `zonecut feed tail`. */
export function describeDue({ kind, name, type, seq, refusal }: DueChange): RecentCommit['events'][number] {
  const object = type === undefined ? `${kind} ${name}` : `${kind} ${name} ${type}`
  const common = { seq, object, op: 'due' }
  if (refusal === undefined) return { ...common, outcome: 'applied', note: null }
  return { ...common, outcome: 'refused', note: `${refusal.reason}: ${refusal.message}` }
}

function objectText(object: FeedEvent['object']): string {
  const of = object.kind === 'rrset' ? ` ${object.type}` : ''
  return `${object.kind} ${object.name}${of}`
}

/** An event, for `zonecut feed tail`. */
export function describe({ seq, event }: TakenEvent, verdict: Verdict): RecentCommit['events'][number] {
  const object = event === undefined ? null : objectText(event.object)
  const common = { seq: seq ?? null, object, op: event?.op ?? null }
  if (verdict instanceof FeedRefusal) {
    return { ...common, outcome: 'refused', note: `${verdict.reason}: ${verdict.message}` }
  }
  if (verdict.kind === 'pending') return { ...common, outcome: 'pending', note: new Date(verdict.until).toISOString() }
  return { ...common, outcome: 'applied', note: null }
}

/** What the commit of these events did. */
export function report(
  events: readonly TakenEvent[],
  outcomes: readonly EventOutcome[],
  update: UpdateResult | undefined,
  withdrawn: number,
): FeedCommit {
  const counts = { applied: 0, ignored: 0, refused: 0, pending: 0, gap: 0 }
  for (const { outcome } of outcomes) counts[outcome]++
  const applied = events.flatMap(({ event, arrivedAt }, i) =>
    outcomes[i]!.outcome === 'applied' ? [{ at: event!.at, arrivedAt }] : [],
  )
  return { update, events: events.length, outcomes: counts, applied, withdrawn }
}
