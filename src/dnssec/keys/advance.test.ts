import { describe, expect, it } from 'vitest'
import { RRType } from '../../iana/index.ts'
import { nameFromText, rdataToText } from '../../wire/index.ts'
import { keyTag } from '../../zone/index.ts'
import type { KeyTiming, StoredKey } from '../keystore/index.ts'
import { dsOfKey } from '../verify/index.ts'
import { type Advance, advance } from './advance.ts'
import type { KeyFacts } from './facts.ts'
import { emptyKeySet, type KeySet, type RecordPhase } from './key-set.ts'
import { adoptKey, forgetKey, requestAlgorithm, requestGoal, requestRetirement, requestRollover } from './operator.ts'
import { DEFAULT_POLICY, type SigningPolicy } from './policy.ts'
import { parentRequest, publication } from './publication.ts'

const HOUR = 3600
const DAY = 24 * HOUR
const NOW = 1_800_000_000
const policy: SigningPolicy = {
  ...DEFAULT_POLICY,
  safetyMargin: 0,
  propagationDelay: HOUR,
  parentPropagationDelay: HOUR,
}

/** A key made of one number. */
function key(number: number, isSep: boolean, algorithm = 13, timing: KeyTiming = {}): StoredKey {
  const dnskey = Uint8Array.of(1, isSep ? 1 : 0, 3, algorithm, ...new Uint8Array(64).fill(number))
  const id = `Kzz.+${String(algorithm).padStart(3, '0')}+${String(keyTag(dnskey)).padStart(5, '0')}`
  return { id, origin: nameFromText('zz.'), algorithm, keyTag: keyTag(dnskey), isSep, dnskey, bits: 256, timing }
}

const ksk = key(1, true)
const zsk = key(2, false)
const dsOf = ({ origin, dnskey }: StoredKey) => Buffer.from(dsOfKey(origin, dnskey, 2)!).toString('base64')

/** A world that shows what it is told to, under TTLs of a day. */
function facts(
  stored: readonly StoredKey[],
  shown: readonly StoredKey[],
  ds: readonly StoredKey[],
  at: number,
): KeyFacts {
  const all = ds.map(dsOf)
  return {
    stored,
    served: {
      dnskeys: shown.map(({ id }) => id),
      dnskeyTtl: shown.length === 0 ? 0 : policy.dnskeyTtl,
      signatures: Object.fromEntries(shown.filter(({ isSep }) => !isSep).map(({ id }) => [id, 'all'])),
      maxTtl: DAY,
      cds: all,
    },
    parent: { at, ttl: DAY, everywhere: all, anywhere: all },
  }
}

const phases = ({ state }: Advance): Record<string, RecordPhase[]> =>
  Object.fromEntries(
    state.keys.map(({ id, dnskey, signatures, ds }) => [id, [dnskey.phase, signatures.phase, ds.phase]]),
  )

const kinds = ({ actions }: Advance) => actions.map(({ kind }) => kind)

/** A zone in full use, with this KSK and ZSK. */
function established(): KeySet {
  let { state } = advance(emptyKeySet('zz.'), policy, facts([ksk, zsk], [], [], NOW - 30 * DAY), NOW - 30 * DAY)
  for (let day = 29; day > 0; day--) {
    const at = NOW - day * DAY
    state = advance(state, policy, facts([ksk, zsk], [ksk, zsk], [ksk], at), at).state
  }
  return state
}

describe('a zone that is not signed', () => {
  it('gets keys, is signed, and asks for a DS when caches know its keys and signatures', () => {
    const first = advance(emptyKeySet('zz.'), policy, facts([], [], [], NOW), NOW)
    expect(first.actions).toEqual([
      { kind: 'generate', role: 'ksk', algorithm: 13, rsaBits: 2048 },
      { kind: 'generate', role: 'zsk', algorithm: 13, rsaBits: 2048 },
    ])
    // Half of it done, and then all.
    expect(kinds(advance(first.state, policy, facts([ksk], [], [], NOW), NOW))).toEqual(['generate'])
    const second = advance(first.state, policy, facts([ksk, zsk], [], [], NOW), NOW)
    expect(kinds(second)).toEqual(['publish'])
    expect(publication(second.state)).toEqual({
      dnskeys: [ksk.id, zsk.id],
      signDnskeyWith: [ksk.id],
      signZoneWith: [zsk.id],
      signCdsWith: [ksk.id, zsk.id],
      cds: [],
      cdsDelete: false,
    })
    const third = advance(second.state, policy, facts([ksk, zsk], [ksk, zsk], [], NOW + 60), NOW + 60)
    expect(third.nextAt).toBe(NOW + 60 + DAY + HOUR)
    // Until the wait is over nothing more happens, however often it is looked.
    const waiting = advance(third.state, policy, facts([ksk, zsk], [ksk, zsk], [], NOW + DAY), NOW + DAY)
    expect(phases(waiting)).toEqual({
      [ksk.id]: ['rumoured', 'hidden', 'hidden'],
      [zsk.id]: ['rumoured', 'rumoured', 'hidden'],
    })
    const then = waiting.nextAt!
    const fourth = advance(waiting.state, policy, facts([ksk, zsk], [ksk, zsk], [], NOW + DAY), then)
    expect(phases(fourth)).toEqual({
      [ksk.id]: ['omnipresent', 'hidden', 'rumoured'],
      [zsk.id]: ['omnipresent', 'omnipresent', 'hidden'],
    })
    expect(publication(fourth.state).cds).toEqual([ksk.id])
    expect(kinds(fourth)).toEqual(['set-timing', 'set-timing', 'publish', 'check-parent'])
    // Seen at the parent, and seen again when the wait is over.
    const seen = advance(fourth.state, policy, facts([ksk, zsk], [ksk, zsk], [ksk], then + HOUR), then + HOUR)
    const end = then + HOUR + DAY + HOUR
    expect(seen.nextAt).toBe(end)
    const stale = advance(seen.state, policy, facts([ksk, zsk], [ksk, zsk], [ksk], then + HOUR), end)
    expect([phases(stale)[ksk.id]![2], kinds(stale).includes('check-parent')]).toEqual(['rumoured', true])
    expect(phases(advance(seen.state, policy, facts([ksk, zsk], [ksk, zsk], [ksk], end), end))[ksk.id]![2]).toBe(
      'omnipresent',
    )
  })

  it('takes one CSK where the policy has it so', () => {
    const { state, actions } = advance(emptyKeySet('zz.'), { ...policy, keys: 'csk' }, facts([ksk], [], [], NOW), NOW)
    expect(actions).toEqual([{ kind: 'publish' }])
    expect(publication(state)).toMatchObject({ dnskeys: [ksk.id], signDnskeyWith: [ksk.id], signZoneWith: [ksk.id] })
  })
})

describe('a zone in full use', () => {
  const state = established()
  const calm = facts([ksk, zsk], [ksk, zsk], [ksk], NOW)

  it('is left alone until a lifetime ends', () => {
    const { actions, nextAt } = advance(state, policy, calm, NOW)
    expect(actions.map(({ kind }) => kind)).toEqual(['set-timing', 'set-timing'])
    const { active } = state.keys[1]!.moments
    expect(nextAt).toBe(active! + 90 * DAY - 2 * HOUR)
    const due = advance(state, policy, facts([ksk, zsk], [ksk, zsk], [ksk], nextAt!), nextAt!)
    expect(due.actions).toContainEqual({ kind: 'generate', role: 'zsk', algorithm: 13, rsaBits: 2048 })
  })

  it('waits where nothing is known', () => {
    const blind = advance(
      requestRollover(state, ['zsk']),
      policy,
      { stored: [ksk, zsk, key(3, false)], served: undefined, parent: undefined },
      NOW,
    )
    const later = advance(
      blind.state,
      policy,
      { stored: [ksk, zsk, key(3, false)], served: undefined, parent: undefined },
      NOW + 999 * DAY,
    )
    expect(phases(later)[zsk.id]).toEqual(['omnipresent', 'omnipresent', 'hidden'])
    expect(phases(later)[key(3, false).id]).toEqual(['rumoured', 'hidden', 'hidden'])
  })

  it('begins anew to spread what an older version of the zone does not have', () => {
    const older = advance(state, policy, facts([ksk, zsk], [ksk], [ksk], NOW), NOW)
    expect(phases(older)[zsk.id]).toEqual(['rumoured', 'rumoured', 'hidden'])
    expect(kinds(older)).toContain('publish')
  })

  it('tells of a DS that the parent took back, and of a key that is missing', () => {
    const lost = advance(state, policy, facts([ksk, zsk], [ksk, zsk], [], NOW), NOW)
    expect(lost.actions).toContainEqual({ kind: 'lost-ds', id: ksk.id })
    expect(publication(lost.state).cds).toEqual([ksk.id])
    const missing = advance(state, policy, facts([ksk], [ksk, zsk], [ksk], NOW), NOW)
    expect(missing.actions).toContainEqual({ kind: 'missing-key', id: zsk.id })
  })

  it('does not let a KSK go while one server of the parent shows its DS', () => {
    const next = key(3, true)
    const stored = [ksk, zsk, next]
    const begun = advance(requestRollover(state, ['ksk']), policy, facts(stored, [ksk, zsk], [ksk], NOW), NOW)
    const all = [...stored]
    let { state: at } = advance(begun.state, policy, facts(stored, all, [ksk], NOW + HOUR), NOW + HOUR)
    let now = NOW + 4 * HOUR
    for (; now < NOW + 30 * DAY; now += HOUR) {
      const slow = facts(stored, all, [next], now)
      const parent = { ...slow.parent!, anywhere: [dsOf(ksk), dsOf(next)] }
      at = advance(at, policy, { ...slow, parent }, now).state
    }
    expect(publication(at).dnskeys).toContain(ksk.id)
    for (; now < NOW + 33 * DAY; now += HOUR) at = advance(at, policy, facts(stored, all, [next], now), now).state
    expect(publication(at).dnskeys).not.toContain(ksk.id)
  })

  it('takes a DS of an unknown digest for one that is still there', () => {
    const gost = Buffer.from(dsOf(ksk), 'base64')
    gost[3] = 3
    const going = advance(requestGoal(state, 'insecure'), policy, calm, NOW).state
    const seen = advance(
      going,
      policy,
      { ...calm, parent: { at: NOW + 1, ttl: DAY, everywhere: [], anywhere: [gost.toString('base64')] } },
      NOW + 1,
    )
    expect(seen.state.keys[0]!.ds).toMatchObject({ phase: 'unretentive', seen: null })
  })

  it('asks the parent for a DS or for none by CDS and CDNSKEY (RFC 7344 3, RFC 8078 4)', () => {
    const texts = (request: { cds: readonly Uint8Array[]; cdnskey: readonly Uint8Array[] }) => [
      request.cds.map((rdata) => rdataToText(RRType.CDS, rdata)),
      request.cdnskey.map((rdata) => rdataToText(RRType.CDNSKEY, rdata)),
    ]
    const both = parentRequest(state, { ...policy, dsDigests: [2, 4] })
    expect(both.cds.map((rdata) => rdata[3])).toEqual([2, 4])
    expect(both.cdnskey).toEqual([Buffer.from(ksk.dnskey)])
    expect(texts(parentRequest(state, { ...policy, cds: false }))).toEqual([[], []])
    const going = advance(requestGoal(state, 'insecure'), policy, calm, NOW).state
    expect(texts(parentRequest(going, policy))).toEqual([['0 0 0 00'], ['0 3 0 AA==']])
    expect(publication(going).signZoneWith).toEqual([zsk.id])
  })

  it('waits from now where the clock was ahead', () => {
    const next = key(3, false)
    const stored = [ksk, zsk, next]
    const asked = requestRollover(state, ['zsk'])
    const ahead = NOW + 100 * DAY
    const wrong = advance(asked, policy, facts(stored, [ksk, zsk, next], [ksk], ahead), ahead)
    expect(wrong.state.keys[2]!.dnskey.phase).toBe('rumoured')
    const seenAhead = advance(wrong.state, policy, facts(stored, [ksk, zsk, next], [ksk], ahead), ahead)
    const right = advance(seenAhead.state, policy, facts(stored, [ksk, zsk, next], [ksk], NOW), NOW)
    expect(right.state.keys[2]!.dnskey).toMatchObject({ phase: 'rumoured', seen: NOW })
    const later = NOW + policy.dnskeyTtl + policy.propagationDelay
    const done = advance(right.state, policy, facts(stored, [ksk, zsk, next], [ksk], ahead), later)
    expect(done.state.keys[2]!.dnskey.phase).toBe('omnipresent')
    // A look at the parent in the future is none.
    const going = advance(requestGoal(state, 'insecure'), policy, facts([ksk, zsk], [ksk, zsk], [], ahead), NOW)
    expect(going.state.keys[0]!.ds).toMatchObject({ phase: 'unretentive', seen: null })
    expect(kinds(going)).toContain('check-parent')
  })

  it('deletes a key when it has been gone long enough', () => {
    const next = key(3, false)
    const stored = [ksk, zsk, next]
    let at = requestRollover(state, ['zsk'])
    const seen: string[] = []
    let gone: number | null = null
    for (let now = NOW; now < NOW + 120 * DAY; now += 6 * HOUR) {
      const shown = stored.filter(({ id }) => publication(at).dnskeys.includes(id))
      const signing = Object.fromEntries(publication(at).signZoneWith.map((id) => [id, 'all' as const]))
      const told = facts(stored, shown, [ksk], now)
      const { state: after, actions } = advance(
        at,
        policy,
        { ...told, served: { ...told.served!, signatures: signing } },
        now,
      )
      at = after
      gone = at.keys.find(({ id }) => id === zsk.id)?.moments.gone ?? gone
      if (actions.some((action) => action.kind === 'delete') && !seen.includes('delete')) {
        expect(now - gone!).toBeGreaterThanOrEqual(90 * DAY)
        seen.push('delete')
        stored.splice(stored.indexOf(zsk), 1)
      }
    }
    expect(seen).toEqual(['delete'])
    expect(at.keys.map(({ id }) => id)).toEqual([ksk.id, next.id])
  })
})

describe('what an operator asks for', () => {
  const state = established()

  it('is refused where it makes no sense', () => {
    expect(() => requestRollover(state, ['csk'])).toThrow('zz. has no CSK in use, but KSK and ZSK')
    expect(() => requestRollover(emptyKeySet('zz.'), ['ksk'])).toThrow('zz. has no KSK in use')
    expect(() => requestAlgorithm(state, 13)).toThrow('the keys of zz. have algorithm 13 already')
    expect(() => requestRetirement(state, 'Kzz.+013+00000')).toThrow('Kzz.+013+00000 is not in use in zz.')
    expect(() => forgetKey(state, ksk.id)).toThrow('is in use: retire it first')
    const asked = advance(
      requestRetirement(state, ksk.id),
      policy,
      facts([ksk, zsk, key(3, true)], [ksk, zsk], [ksk], NOW),
      NOW,
    )
    expect(() => requestRetirement(asked.state, ksk.id)).toThrow('is being retired already')
    expect(() => forgetKey(asked.state, ksk.id)).toThrow('caches may still need it')
    expect(() => adoptKey(state, ksk, false, NOW)).toThrow('is in use already')
  })

  it('goes ahead of the policy until that says the same', () => {
    const asked = requestAlgorithm(state, 15)
    const began = advance(asked, policy, facts([ksk, zsk], [ksk, zsk], [ksk], NOW), NOW)
    expect(began.actions).toContainEqual({ kind: 'generate', role: 'ksk', algorithm: 15, rsaBits: 2048 })
    expect(began.state.algorithm).toBe(15)
    const configured = advance(asked, { ...policy, algorithm: 15 }, facts([ksk, zsk], [ksk, zsk], [ksk], NOW), NOW)
    expect(configured.state.algorithm).toBe(null)
  })
})

describe('keys of another signer', () => {
  const adopt = (...keys: StoredKey[]) =>
    keys.reduce((state, stored) => adoptKey(state, stored, false, NOW), emptyKeySet('zz.'))
  const long = { publish: NOW - DAY, activate: NOW - DAY }

  it('go on where they are', () => {
    const old = key(5, false, 13, { ...long, activate: NOW - 9 * DAY, inactive: NOW - 1 })
    const state = adopt(
      key(3, true, 13, long),
      key(4, false, 13, long),
      old,
      key(6, false),
      key(7, false, 13, { publish: NOW + 1 }),
    )
    expect(state.keys.map(({ id, goal }) => [id, goal])).toEqual([
      [old.id, 'retire'],
      [key(3, true).id, 'use'],
      [key(4, false).id, 'use'],
    ])
    expect(publication(state)).toMatchObject({
      dnskeys: [old.id, key(3, true).id, key(4, false).id],
      signDnskeyWith: [key(3, true).id],
      signZoneWith: [key(4, false).id],
      cds: [key(3, true).id],
    })
  })

  it('that were published for a rollover carry it on', () => {
    const [active, next] = [key(4, false, 13, long), key(5, false, 13, { publish: NOW - HOUR })]
    const stored = [key(3, true, 13, long), active, next]
    const { state } = advance(adopt(...stored), policy, facts(stored, [], [], NOW), NOW)
    expect(state.keys.map(({ goal }) => goal)).toEqual(['use', 'retire', 'use'])
    expect(publication(state).dnskeys).toHaveLength(3)
    expect(publication(state).signZoneWith).toEqual([active.id])
  })
})
