import { nameFromText } from '../../wire/index.ts'
import { dsMatchesKey } from '../verify/index.ts'
import { enter, type KeyDraft, type KeySetDraft } from './draft.ts'
import type { KeyFacts, ParentFacts, ServedFacts } from './facts.ts'
import {
  type DsReport,
  type DsSight,
  type DsSighting,
  isSep,
  type RecordKind,
  type RecordState,
  recordKinds,
  signsZone,
} from './key-set.ts'
import type { SigningPolicy } from './policy.ts'
import { noteDsTtl, wait } from './waits.ts'

/** What the world shows of a record: there for all who ask, gone for all, or for some so and for some not. */
type Sight = DsSight

/** What was seen of a record, and when: at the parent that was before now. */
interface Seen {
  readonly sight: Sight
  readonly at: number
  /** Who saw it at the parent. */
  readonly from?: DsSighting['from']
}

/**
 * Compares each record with what the facts show of it, and notes when the world has followed. Reports of an operator are
 * taken up, and are then no more.
 */
export function observe(draft: KeySetDraft, policy: SigningPolicy, { served, parent }: KeyFacts, now: number): void {
  for (const key of draft.keys) {
    if (served !== undefined) {
      note(key, 'dnskey', { sight: served.dnskeys.includes(key.id) ? 'there' : 'gone', at: now }, now)
      if (signsZone(key)) note(key, 'signatures', { sight: signaturesSight(served, key.id), at: now }, now)
    }
    if (!isSep(key)) continue
    beginAnew(key, now)
    if (parent !== undefined) {
      const { at, ttl } = parent
      seeParent(key, { sight: dsSight(draft.zone, key, parent), at, ttl, from: 'servers' }, now)
    }
    for (const report of draft.reports) {
      if (report.id === key.id && counts(report, key, parent, now)) {
        noteDsTtl(draft, policy, report.ttl, now)
        seeParent(key, { sight: report.sight, at: Math.min(report.at, now), ttl: report.ttl, from: 'operator' }, now)
      }
    }
  }
  draft.reports = []
}

/** What a clock noted that was ahead: servers are asked again, but an operator is not. */
function beginAnew({ ds, parent }: KeyDraft, now: number): void {
  if (parent?.from === 'operator' && ds.seen !== null && ds.seen > now) ds.seen = now
}

/**
 * What the servers showed at that time or later is known better than by hearsay; and what was seen before the DS was to come or
 * go says nothing of what the parent has done since.
 */
function counts({ at }: DsReport, { ds }: KeyDraft, parent: ParentFacts | undefined, now: number): boolean {
  return (parent === undefined || parent.at < at) && isOfPhase(ds, { at, from: 'operator' }, now)
}

function seeParent(key: KeyDraft, sighting: DsSighting, now: number): void {
  // A clock that was ahead must not make an old word the last one.
  const known = key.parent !== null && key.parent.at <= now ? key.parent : null
  if (sighting.from === 'servers' && known?.from === 'operator' && sighting.at < known.at) return
  // From before the DS was to come or go, and that there is none where there is to be none, is no news.
  const isOld = sighting.at <= Math.min(key.ds.since, now) || (key.ds.phase === 'hidden' && sighting.sight === 'gone')
  note(key, 'ds', sighting, now)
  if (sighting.from === 'servers' && isOld) return
  const goesOn = sighting.from === 'servers' && known?.from === 'servers' && known.sight === sighting.sight
  key.parent = goesOn ? { ...sighting, at: known.at } : { ...sighting }
}

function signaturesSight({ signatures }: ServedFacts, id: string): Sight {
  const found = Object.hasOwn(signatures, id) ? signatures[id] : undefined
  if (found === undefined) return 'gone'
  return found === 'all' ? 'there' : 'between'
}

function dsSight(zone: string, key: KeyDraft, { everywhere, anywhere }: ParentFacts): Sight {
  // By tag and algorithm alone at first, and for absence: the digest may be of a type that can't be computed here.
  const mayMatch = (ds: Uint8Array) => ((ds[0]! << 8) | ds[1]!) === key.keyTag && ds[2] === key.algorithm
  const candidates = (all: readonly string[]) => all.map((text) => Buffer.from(text, 'base64')).filter(mayMatch)
  const dnskey = Buffer.from(key.publicKey, 'base64')
  if (candidates(everywhere).some((ds) => dsMatchesKey(nameFromText(zone), ds, dnskey))) return 'there'
  return candidates(anywhere).length > 0 ? 'between' : 'gone'
}

/** A moment that lies in the future was noted by a clock that was wrong: the wait begins anew. */
function note(key: KeyDraft, kind: RecordKind, seen: Seen, now: number): void {
  const record = key[kind]
  const { sight, at } = seen
  switch (record.phase) {
    case 'rumoured':
    case 'unretentive':
      if (sight !== (record.phase === 'rumoured' ? 'there' : 'gone')) record.seen = null
      // What was so before it was wanted, or withdrawn, may have been otherwise in between.
      else if (isOfPhase(record, seen, now)) record.seen = Math.min(record.seen ?? at, now)
      return
    case 'omnipresent':
      // An older version is served, or the parent took the DS back: it has to spread anew.
      if (sight !== 'there') enter(key, kind, 'rumoured', now)
      return
    case 'hidden':
      if (sight === 'gone') return
      enter(key, kind, key.goal === 'use' ? 'rumoured' : 'unretentive', now)
      if (sight === 'there' && key.goal === 'use') key[kind].seen = at
  }
}

/**
 * Whether what was seen says anything of the phase that a record is in. Where a clock that was ahead noted its beginning, what is
 * seen now does, and what an operator tells, which {@link reportDs} took only as it was seen.
 */
function isOfPhase({ since }: RecordState, { at, from }: Pick<Seen, 'at' | 'from'>, now: number): boolean {
  return at >= Math.min(since, now) || (since > now && from === 'operator')
}

/** Seconds since 1970 when the record reaches its next phase by time alone; undefined when it waits for something else. */
export function dueAt(draft: KeySetDraft, policy: SigningPolicy, key: KeyDraft, kind: RecordKind): number | undefined {
  const { phase, seen } = key[kind]
  if (seen === null || phase === 'hidden' || phase === 'omnipresent') return undefined
  return seen + wait(draft, policy, kind)
}

/** Moves on every record whose wait is over. */
export function settle(draft: KeySetDraft, policy: SigningPolicy, { parent }: KeyFacts, now: number): void {
  for (const key of draft.keys) {
    for (const kind of recordKinds(key.role)) {
      const due = dueAt(draft, policy, key, kind)
      if (due === undefined || now < due) continue
      // The parent is not ours: what its servers showed at the beginning of the wait, they must show at its end too. An
      // operator says it once.
      const mustShowAgain = kind === 'ds' && key.parent?.from !== 'operator'
      if (mustShowAgain && (parent === undefined || parent.at < due)) continue
      enter(key, kind, key[kind].phase === 'rumoured' ? 'omnipresent' : 'hidden', now)
    }
  }
}
