import { nameFromText } from '../../wire/index.ts'
import { dsMatchesKey } from '../verify/index.ts'
import { enter, type KeyDraft, type KeySetDraft } from './draft.ts'
import type { KeyFacts, ParentFacts, ServedFacts } from './facts.ts'
import { isSep, type RecordKind, recordKinds, signsZone } from './key-set.ts'
import type { SigningPolicy } from './policy.ts'
import { wait } from './waits.ts'

/** What the world shows of a record: there for all who ask, gone for all, or for some so and for some not. */
type Sight = 'there' | 'gone' | 'between'

/** Compares each record with what the facts show of it, and notes when the world has followed. */
export function observe(draft: KeySetDraft, { served, parent }: KeyFacts, now: number): void {
  for (const key of draft.keys) {
    if (served !== undefined) {
      note(key, 'dnskey', served.dnskeys.includes(key.id) ? 'there' : 'gone', now, now)
      if (signsZone(key)) note(key, 'signatures', signaturesSight(served, key.id), now, now)
    }
    if (parent !== undefined && isSep(key)) note(key, 'ds', dsSight(draft.zone, key, parent), parent.at, now)
  }
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

/**
 * A moment that lies in the future was noted by a clock that was wrong: the wait begins anew.
 * @param at when it was looked, which for the parent lies before now
 */
function note(key: KeyDraft, kind: RecordKind, sight: Sight, at: number, now: number): void {
  const record = key[kind]
  switch (record.phase) {
    case 'rumoured':
      record.seen = sight === 'there' ? Math.min(record.seen ?? at, now) : null
      return
    case 'omnipresent':
      // An older version is served, or the parent took the DS back: it has to spread anew.
      if (sight !== 'there') enter(key, kind, 'rumoured', now)
      return
    case 'unretentive':
      if (sight !== 'gone') record.seen = null
      // What was not there before it was withdrawn may have come in between.
      else if (at >= Math.min(record.since, now)) record.seen = Math.min(record.seen ?? at, now)
      return
    case 'hidden':
      if (sight === 'gone') return
      enter(key, kind, key.goal === 'use' ? 'rumoured' : 'unretentive', now)
      if (sight === 'there' && key.goal === 'use') key[kind].seen = at
  }
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
      // The parent is not ours: what it showed at the beginning of the wait, it must show at its end too.
      if (kind === 'ds' && (parent === undefined || parent.at < due)) continue
      enter(key, kind, key[kind].phase === 'rumoured' ? 'omnipresent' : 'hidden', now)
    }
  }
}
