import { describe, expect, it } from 'vitest'
import { nameFromText } from '../../wire/index.ts'
import { keyTag } from '../../zone/index.ts'
import type { StoredKey } from '../keystore/index.ts'
import { dsOfKey } from '../verify/index.ts'
import { type Advance, advance } from './advance.ts'
import { DEFAULT_DS_TTL, reportDs } from './ds-report.ts'
import type { ParentFacts } from './facts.ts'
import { emptyKeySet, type KeySet, type KeyState } from './key-set.ts'
import { requestGoal } from './operator.ts'
import { parseKeySet, printKeySet } from './parse.ts'
import { DEFAULT_POLICY, type SigningPolicy } from './policy.ts'

const HOUR = 3600
const DAY = 24 * HOUR
const NOW = 1_800_000_000
const policy: SigningPolicy = { ...DEFAULT_POLICY, safetyMargin: 0, parentPropagationDelay: HOUR, lifetimes: {} }

function key(number: number, isSep: boolean): StoredKey {
  const dnskey = Uint8Array.of(1, isSep ? 1 : 0, 3, 13, ...new Uint8Array(64).fill(number))
  const tag = keyTag(dnskey)
  const id = `Kzz.+013+${String(tag).padStart(5, '0')}`
  return { id, origin: nameFromText('zz.'), algorithm: 13, keyTag: tag, isSep, dnskey, bits: 256, timing: {} }
}

const ksk = key(1, true)
const zsk = key(2, false)
const stored = [ksk, zsk]
const ds = Buffer.from(dsOfKey(ksk.origin, ksk.dnskey, 2)!).toString('base64')
const served = {
  dnskeys: [ksk.id, zsk.id],
  dnskeyTtl: policy.dnskeyTtl,
  signatures: { [zsk.id]: 'all' as const },
  maxTtl: HOUR,
  cds: [ds],
}

/** One look; what servers show is known only where it is given. */
const look = (state: KeySet, now: number, parent?: ParentFacts): Advance =>
  advance(state, policy, { stored, served, parent }, now)
const servers = (at: number, shown: readonly string[]): ParentFacts => ({
  at,
  ttl: 2 * HOUR,
  everywhere: shown,
  anywhere: shown,
})
const kskOf = ({ keys }: KeySet): KeyState => keys.find(({ id }) => id === ksk.id)!

/** A zone whose KSK waits, from NOW on, for the parent to show its DS. */
const waiting = (() => {
  let { state } = look(emptyKeySet('zz.'), NOW - 2 * DAY)
  for (let at = NOW - 2 * DAY; at < NOW - DAY; at += HOUR) state = look(state, at).state
  const { since } = kskOf(state).ds
  const shift = NOW - since
  return parseKeySet(
    '',
    printKeySet(state).replace(/"(since|seen|published|active|added)": (\d+)/g, (_, name: string, time: string) => {
      return `"${name}": ${Number(time) + shift}`
    }),
  )
})()
const there = { id: ksk.id, sight: 'there' as const }
const gone = { id: ksk.id, sight: 'gone' as const }

describe('what an operator tells of the parent', () => {
  it('is taken up by the next look, and the wait begins when it was seen', () => {
    expect(kskOf(waiting).ds).toEqual({ phase: 'rumoured', since: NOW, seen: null })
    const told = reportDs(waiting, { ...there, at: NOW + HOUR, ttl: 5 * HOUR }, NOW + 3 * HOUR)
    expect(told.reports).toEqual([{ ...there, at: NOW + HOUR, ttl: 5 * HOUR }])
    expect(kskOf(told)).toEqual(kskOf(waiting))
    const taken = look(told, NOW + 3 * HOUR)
    expect(taken.state.reports).toEqual([])
    expect(kskOf(taken.state)).toMatchObject({
      ds: { phase: 'rumoured', seen: NOW + HOUR },
      parent: { sight: 'there', at: NOW + HOUR, ttl: 5 * HOUR, from: 'operator' },
    })
    const due = NOW + HOUR + 5 * HOUR + policy.parentPropagationDelay
    expect(taken.nextAt).toBe(due)
    expect(kskOf(look(taken.state, due - 1).state).ds.phase).toBe('rumoured')
    // Nobody has to tell it twice.
    expect(kskOf(look(taken.state, due).state).ds.phase).toBe('omnipresent')
  })

  it('has a TTL of a day unless one is told, or a longer one was seen', () => {
    expect(reportDs(waiting, { ...there, at: NOW }, NOW).reports[0]!.ttl).toBe(DEFAULT_DS_TTL)
    const seen = { ...waiting, ttls: { ...waiting.ttls, ds: [{ ttl: 3 * DAY, until: null }] } }
    expect(reportDs(seen, { ...there, at: NOW }, NOW).reports[0]!.ttl).toBe(3 * DAY)
    expect(reportDs(seen, { ...there, at: NOW, ttl: 60 }, NOW).reports[0]!.ttl).toBe(60)
  })

  it('lets a DS go, and tells of one that was lost', () => {
    const due = NOW + 2 * DAY
    const { state: used } = look(look(reportDs(waiting, { ...there, at: NOW }, NOW), NOW).state, due)
    expect(kskOf(used).ds.phase).toBe('omnipresent')
    const lost = look(reportDs(used, { ...gone, at: due + 1 }, due + 1), due + 1)
    expect(kskOf(lost.state).ds).toMatchObject({ phase: 'rumoured', seen: null })
    expect(lost.actions).toContainEqual({ kind: 'lost-ds', id: ksk.id })

    const going = look(requestGoal(used, 'insecure'), due + HOUR).state
    expect(kskOf(going).ds).toMatchObject({ phase: 'unretentive', seen: null })
    const taken = look(reportDs(going, { ...gone, at: due + HOUR }, due + HOUR), due + HOUR).state
    expect(kskOf(look(taken, due + HOUR + DAY + HOUR - 1).state).ds.phase).toBe('unretentive')
    expect(kskOf(look(taken, due + HOUR + DAY + HOUR).state).ds.phase).toBe('hidden')
  })

  it('of an earlier phase is not taken up, whoever wrote it into the state', () => {
    const old = { ...waiting, reports: [{ ...there, at: NOW - 1, ttl: 60 }] }
    const { state } = look(old, NOW + HOUR)
    expect([kskOf(state).ds.seen, state.reports]).toEqual([null, []])
  })

  it('told again is known already', () => {
    const { state } = look(reportDs(waiting, { ...there, at: NOW }, NOW), NOW)
    expect(reportDs(state, { ...there, at: NOW + 9 }, NOW + 9)).toBe(state)
    expect(reportDs(state, { ...there, at: NOW + 9, ttl: 60 }, NOW + 9)).not.toBe(state)
    expect(reportDs(state, { ...gone, at: NOW + 9 }, NOW + 9)).not.toBe(state)
  })

  const nonsense: readonly (readonly [string, Parameters<typeof reportDs>[1], string])[] = [
    ['an unknown key', { ...there, id: 'Kzz.+013+00000', at: NOW }, 'Kzz.+013+00000 is not in use in zz.'],
    ['a ZSK', { ...there, id: zsk.id, at: NOW }, `${zsk.id} is a ZSK, to which no DS points`],
    ['a time to come', { ...there, at: NOW + 1 }, '2027-01-15T08:00:01Z is in the future'],
    [
      'a time before the DS was to come',
      { ...there, at: NOW - 1 },
      `the DS of ${ksk.id} is rumoured since 2027-01-15T08:00:00Z: what was seen at 2027-01-15T07:59:59Z says nothing`,
    ],
  ]
  it.each(nonsense)('is refused of %s', (_, request, message) => {
    expect(() => reportDs(waiting, request, NOW)).toThrow(message)
  })

  it('is refused when something was seen later', () => {
    const told = reportDs(waiting, { ...there, at: NOW + HOUR }, NOW + HOUR)
    expect(() => reportDs(told, { ...gone, at: NOW + 60 }, NOW + HOUR)).toThrow(
      `the DS of ${ksk.id} was seen there at 2027-01-15T09:00:00Z, later than 2027-01-15T08:01:00Z`,
    )
    const { state } = look(waiting, NOW + HOUR, servers(NOW + HOUR, []))
    expect(() => reportDs(state, { ...there, at: NOW + 60 }, NOW + HOUR)).toThrow('was seen gone at')
  })
})

describe('where both servers and an operator tell', () => {
  it('the servers win over what was told of an earlier moment', () => {
    const told = reportDs(waiting, { ...there, at: NOW + 60 }, NOW + 60)
    const { state } = look(told, NOW + HOUR, servers(NOW + 120, []))
    expect(kskOf(state)).toMatchObject({ ds: { seen: null }, parent: { sight: 'gone', from: 'servers' } })
    // Also when it had been taken up before they were asked.
    const taken = look(told, NOW + 60).state
    expect(kskOf(taken).ds.seen).toBe(NOW + 60)
    expect(kskOf(look(taken, NOW + HOUR, servers(NOW + 120, [])).state).ds.seen).toBeNull()
  })

  it('an operator wins over what they showed before', () => {
    const old = servers(NOW + 60, [])
    const { state } = look(waiting, NOW + 60, old)
    const taken = look(reportDs(state, { ...there, at: NOW + HOUR }, NOW + HOUR), NOW + HOUR, old).state
    expect(kskOf(taken)).toMatchObject({ ds: { seen: NOW + HOUR }, parent: { from: 'operator' } })
    const due = NOW + HOUR + DAY + HOUR
    expect(kskOf(look(taken, due, old).state).ds.phase).toBe('omnipresent')
    // When they have been asked again it is they who must show it at the end of the wait.
    const asked = look(taken, NOW + 2 * HOUR, servers(NOW + 2 * HOUR, [ds]))
    expect(kskOf(asked.state)).toMatchObject({ ds: { seen: NOW + HOUR }, parent: { from: 'servers' } })
    const stale = look(asked.state, due + DAY, servers(NOW + 2 * HOUR, [ds]))
    expect(kskOf(stale.state).ds.phase).toBe('rumoured')
    expect(kskOf(look(asked.state, due + DAY, servers(due + DAY, [ds])).state).ds.phase).toBe('omnipresent')
  })

  it('a clock that was ahead shuts nobody out, and the wait begins anew', () => {
    const ahead = NOW + 1000 * DAY
    const wrong = look(reportDs(waiting, { ...there, at: ahead }, ahead), ahead).state
    const right = look(wrong, NOW + HOUR).state
    expect(kskOf(right).ds).toMatchObject({ phase: 'rumoured', seen: NOW + HOUR })
    expect(kskOf(look(right, NOW + HOUR + DAY + HOUR).state).ds.phase).toBe('omnipresent')
    expect(() => reportDs(right, { ...gone, at: NOW + HOUR }, NOW + HOUR)).not.toThrow()
    const asked = look(wrong, NOW + HOUR, servers(NOW + HOUR, []))
    expect(kskOf(asked.state).ds.seen).toBeNull()
  })

  it('what is told where a clock was ahead is not lost when the next look is a second later', () => {
    const ahead = look(waiting, NOW - HOUR).state
    const told = reportDs(ahead, { ...there, at: NOW - HOUR }, NOW - HOUR)
    expect(kskOf(look(told, NOW - HOUR + 1).state)).toMatchObject({
      ds: { seen: NOW - HOUR },
      parent: { sight: 'there', at: NOW - HOUR, from: 'operator' },
    })
    expect(() => reportDs(ahead, { ...there, at: NOW - HOUR - 1 }, NOW - HOUR)).toThrow(
      'as a clock that was ahead noted',
    )
  })
})

it('a DS that is wanted again is there only when the parent shows it again', () => {
  let { state } = look(waiting, NOW + 1, servers(NOW + 1, [ds]))
  state = look(state, NOW + 2 * DAY, servers(NOW + 2 * DAY, [ds])).state
  expect(kskOf(state).ds.phase).toBe('omnipresent')
  state = look(requestGoal(state, 'insecure'), NOW + 3 * DAY, servers(NOW + 3 * DAY, [ds])).state
  expect(kskOf(state).ds.phase).toBe('unretentive')
  const before = servers(NOW + 3 * DAY + 60, [ds])
  const wanted = look(requestGoal(state, 'secure'), NOW + 4 * DAY, before)
  expect(kskOf(wanted.state).ds).toEqual({ phase: 'rumoured', since: NOW + 4 * DAY, seen: null })
  // It is asked for, and not called lost.
  expect(wanted.actions.map(({ kind }) => kind)).toContain('check-parent')
  expect(wanted.actions.map(({ kind }) => kind)).not.toContain('lost-ds')
  expect(look(wanted.state, NOW + 4 * DAY, before)).toEqual(wanted)
  const asked = look(wanted.state, NOW + 4 * DAY + 60, servers(NOW + 4 * DAY + 60, [ds]))
  expect(kskOf(asked.state).ds.seen).toBe(NOW + 4 * DAY + 60)
})

describe('the stored state', () => {
  it('keeps what was told and seen, and is read where earlier builds wrote neither', () => {
    const told = reportDs(look(waiting, NOW + 1, servers(NOW + 1, [ds])).state, { ...gone, at: NOW + 2 }, NOW + 2)
    expect(parseKeySet('', printKeySet(told))).toEqual(told)
    const { reports: _, ...rest } = waiting
    const before = { ...rest, keys: rest.keys.map(({ parent: _parent, ...other }) => other) }
    expect(parseKeySet('', JSON.stringify(before))).toEqual(waiting)
    expect(() => parseKeySet('f', JSON.stringify({ ...before, reports: [{ ...there, sight: 'between' }] }))).toThrow(
      'reports[0].sight is not "there" or "gone"',
    )
  })
})
