import { describe, expect, it } from 'vitest'
import { dsOfKey } from '../verify/index.ts'
import { type Confirming, confirmations } from './confirmations.fixture.ts'
import { reportDs } from './ds-report.ts'
import type { KeyFacts } from './facts.ts'
import { DEFAULT_POLICY, type SigningPolicy } from './policy.ts'
import { DAY, HOUR, randomFrom, Simulation, type World } from './simulation.fixture.ts'

/** Two years in steps of an hour; the number is of a day in 2026, and says nothing. */
const BEGIN = 1_769_990_400
const YEARS_2 = (2 * 365 * DAY) / HOUR

interface Scenario {
  readonly policy?: Partial<SigningPolicy>
  /** What the policy is from a day on. */
  readonly later?: readonly (readonly [day: number, policy: Partial<SigningPolicy>])[]
  readonly world?: Partial<World>
  readonly kills?: number
}

function simulation({ policy, later = [], world, kills = 0 }: Scenario, seed: number): Simulation {
  const random = randomFrom(seed)
  const policies = [[0, policy ?? {}] as const, ...later].map(([day, change]) => ({ from: BEGIN + day * DAY, change }))
  const at = (now: number): SigningPolicy =>
    Object.assign({}, DEFAULT_POLICY, ...policies.filter(({ from }) => from <= now).map(({ change }) => change))
  return new Simulation(
    {
      policy: at,
      maxTtl: DAY,
      dsTtl: DAY,
      parentDelay: () => Math.floor(random() * 72),
      resignHours: 1,
      kills,
      random,
      ...world,
    },
    BEGIN,
  )
}

const MONTHS = 30 * DAY
const scenarios: readonly (readonly [title: string, scenario: Scenario, least: { trusted: number; signed: number }])[] =
  [
    ['a KSK and a ZSK', { policy: { lifetimes: { ksk: 6 * MONTHS, zsk: MONTHS } } }, { trusted: 4, signed: 18 }],
    [
      'a KSK rolled over by double-DS',
      { policy: { kskRollover: 'double-ds', lifetimes: { ksk: 3 * MONTHS, zsk: 2 * MONTHS } } },
      { trusted: 6, signed: 10 },
    ],
    ['one CSK', { policy: { keys: 'csk', lifetimes: { csk: 3 * MONTHS } } }, { trusted: 6, signed: 6 }],
    [
      'algorithm 8 to 13, and to 15, with a KSK and a ZSK',
      {
        policy: { algorithm: 8, lifetimes: { ksk: 4 * MONTHS, zsk: 2 * MONTHS } },
        later: [
          [200, { algorithm: 13 }],
          [500, { algorithm: 15 }],
        ],
      },
      { trusted: 6, signed: 9 },
    ],
    [
      'algorithm 8 to 13, and to 15, with a CSK',
      {
        policy: { keys: 'csk', algorithm: 8, lifetimes: { csk: 4 * MONTHS } },
        later: [
          [200, { algorithm: 13 }],
          [500, { algorithm: 15 }],
        ],
      },
      { trusted: 5, signed: 5 },
    ],
    [
      'algorithm 13 to 8 under double-DS',
      { policy: { kskRollover: 'double-ds', lifetimes: { ksk: 5 * MONTHS } }, later: [[300, { algorithm: 8 }]] },
      { trusted: 4, signed: 2 },
    ],
    [
      'a CSK in place of two keys, and back',
      {
        policy: { lifetimes: { ksk: 4 * MONTHS, zsk: 2 * MONTHS, csk: 4 * MONTHS } },
        later: [
          [200, { keys: 'csk' }],
          [500, { keys: 'split', kskRollover: 'double-ds' }],
        ],
      },
      { trusted: 5, signed: 6 },
    ],
    [
      'TTLs of minutes',
      {
        policy: {
          purgeAfter: 4 * DAY,
          dnskeyTtl: 300,
          propagationDelay: 60,
          safetyMargin: 0,
          parentPropagationDelay: 300,
          lifetimes: { ksk: MONTHS, zsk: 2 * DAY },
        },
        world: { maxTtl: 600, dsTtl: 300 },
      },
      { trusted: 15, signed: 150 },
    ],
    [
      'TTLs of two weeks, and a slow parent',
      {
        policy: {
          dnskeyTtl: 14 * DAY,
          propagationDelay: 2 * DAY,
          safetyMargin: 0,
          parentPropagationDelay: 2 * DAY,
          lifetimes: { ksk: 6 * MONTHS, zsk: 3 * MONTHS },
        },
        world: { maxTtl: 14 * DAY, dsTtl: 7 * DAY, parentDelay: () => 24 * 30 },
      },
      { trusted: 2, signed: 5 },
    ],
    [
      'TTLs that change',
      {
        policy: { safetyMargin: 0, lifetimes: { ksk: 2 * MONTHS, zsk: 20 * DAY } },
        later: Array.from(
          { length: 36 },
          (_, i) => [20 * (i + 1), { dnskeyTtl: i % 2 === 0 ? 5 * DAY : HOUR }] as const,
        ),
      },
      { trusted: 6, signed: 15 },
    ],
    [
      'signatures replaced over a week',
      {
        policy: { lifetimes: { ksk: 6 * MONTHS, zsk: 3 * MONTHS } },
        world: { resignHours: 42 },
        later: [[365, { algorithm: 15 }]],
      },
      { trusted: 3, signed: 5 },
    ],
  ]

describe('no cache ever holds what does not fit together', () => {
  describe.each(scenarios)('%s', (_, scenario, least) => {
    it.each([
      ['undisturbed', 1, 0],
      ['killed every other hour', 2, 0.5],
    ])(
      '%s',
      (_, seed, kills) => {
        const world = simulation({ ...scenario, kills }, seed)
        for (let hour = 0; hour < YEARS_2; hour++) world.step()
        expect([...world.actions]).not.toContain('lost-ds')
        expect([...world.actions]).not.toContain('missing-key')
        expect(world.trusted.size).toBeGreaterThanOrEqual(kills === 0 ? least.trusted : Math.floor(least.trusted * 0.7))
        expect(world.signed.size).toBeGreaterThanOrEqual(kills === 0 ? least.signed : Math.floor(least.signed * 0.7))
      },
      120_000,
    )
  })
})

describe('the same where an operator tells what the parent shows', () => {
  it.each(scenarios)(
    '%s',
    (_, scenario, least) => {
      const random = randomFrom(3)
      const prompt: Confirming = { rest: () => 0, late: () => 0, random }
      const careless = { rest: () => random() * 10 * DAY, late: () => random() * 5 * DAY, forgets: 0.5, random }
      for (const [confirming, kills, share] of [
        [prompt, 0, 1],
        [careless, 0.5, 0.3],
      ] as const) {
        const operate = confirmations({ ...confirming, ttl: scenario.world?.dsTtl ?? DAY })
        const world = simulation({ ...scenario, kills, world: { ...scenario.world, asksParent: false, operate } }, 1)
        for (let hour = 0; hour < YEARS_2; hour++) world.step()
        expect([...world.actions]).not.toContain('lost-ds')
        expect(world.trusted.size).toBeGreaterThanOrEqual(Math.floor(least.trusted * share))
        expect(world.signed.size).toBeGreaterThanOrEqual(Math.floor(least.signed * share))
      }
    },
    120_000,
  )

  it.each([
    ['never', 0],
    ['no more after a year', 365],
  ])(
    '%s: what waits for the parent waits for ever, and ZSKs are rolled over all the same',
    (_, days) => {
      const confirm = confirmations({ rest: () => DAY, late: () => 0, random: randomFrom(1) })
      const operate: NonNullable<World['operate']> = (state, now, parent) =>
        now < BEGIN + days * DAY ? confirm(state, now, parent) : state
      const policy = { lifetimes: { ksk: 4 * MONTHS, zsk: MONTHS } }
      const world = simulation({ policy, world: { asksParent: false, operate } }, 1)
      for (let hour = 0; hour < YEARS_2; hour++) world.step()
      expect(world.signed.size).toBeGreaterThanOrEqual(18)
      // The parent follows CDS without being asked; the key before stays as long as nobody tells of that.
      const ksks = world.state.keys.filter(({ role, dnskey }) => role === 'ksk' && dnskey.phase === 'omnipresent')
      expect(ksks).toHaveLength(days === 0 ? 1 : 2)
      expect(world.trusted.size).toBe(days === 0 ? 1 : 4)
    },
    120_000,
  )

  it.each([
    ['a TTL that is too short', { ttl: HOUR }, undefined],
    ['a DS that is not there', {}, true],
  ] as const)('%s is found', (_, confirming, lies) => {
    const confirm = confirmations({ rest: () => 0, late: () => 0, random: randomFrom(1), ...confirming })
    const operate: NonNullable<World['operate']> = (state, now, parent) => {
      if (lies === undefined) return confirm(state, now, parent)
      return state.keys.reduce((before, { id, role, goal, ds }) => {
        if (role !== 'ksk' || ds.phase === 'hidden') return before
        return reportDs(before, { id, sight: goal === 'use' ? 'there' : 'gone', at: now }, now)
      }, state)
    }
    const policy = { propagationDelay: 300, parentPropagationDelay: 300, safetyMargin: 0, lifetimes: { ksk: MONTHS } }
    const parentDelay = () => (lies ? 24 * 7 : 10)
    const world = simulation({ policy, world: { maxTtl: HOUR, parentDelay, asksParent: false, operate } }, 1)
    expect(() => {
      for (let hour = 0; hour < YEARS_2 / 2; hour++) world.step()
    }).toThrow('bogus at')
  })
})

describe('the model finds what is too short', () => {
  const lifetimes = { ksk: MONTHS, zsk: MONTHS }
  const delays = { propagationDelay: 300, parentPropagationDelay: 300, safetyMargin: 0 }
  const shorter: readonly (readonly [title: string, tell: NonNullable<World['tell']>, scenario: Scenario])[] = [
    [
      'a TTL of signatures',
      (facts) => ({ ...facts, served: facts.served && { ...facts.served, maxTtl: 12 * HOUR, dnskeyTtl: 60 } }),
      { policy: { ...delays, lifetimes, dnskeyTtl: 60 } },
    ],
    [
      'a TTL of the DNSKEY RRset',
      (facts) => ({ ...facts, served: facts.served && { ...facts.served, dnskeyTtl: 12 * HOUR } }),
      { policy: { ...delays, lifetimes, dnskeyTtl: DAY }, world: { maxTtl: HOUR } },
    ],
    [
      'a TTL of the DS RRset',
      (facts) => ({ ...facts, parent: facts.parent && { ...facts.parent, ttl: 12 * HOUR } }),
      { policy: { ...delays, lifetimes }, world: { maxTtl: HOUR } },
    ],
    [
      'signatures that are not all replaced',
      (facts) => ({
        ...facts,
        served: facts.served && {
          ...facts.served,
          signatures: Object.fromEntries(
            Object.keys(facts.served.signatures)
              .slice(-1)
              .map((id) => [id, 'all']),
          ),
        },
      }),
      { policy: { ...delays, lifetimes }, world: { resignHours: 24 } },
    ],
    [
      'a DS that is not there',
      (facts) => ({ ...facts, parent: facts.parent && { ...facts.parent, everywhere: wantedDs(facts), anywhere: [] } }),
      { policy: { ...delays, lifetimes }, world: { parentDelay: () => 24 * 7 } },
    ],
    [
      'an algorithm whose signatures are said to be there',
      (facts) => ({
        ...facts,
        served: facts.served && {
          ...facts.served,
          maxTtl: HOUR,
          signatures: Object.fromEntries(facts.stored.map(({ id }) => [id, 'all'])),
        },
      }),
      {
        policy: { ...delays, algorithm: 8, dnskeyTtl: HOUR, lifetimes: {} },
        later: [[100, { algorithm: 13 }]],
        world: { maxTtl: DAY },
      },
    ],
  ]
  it.each(shorter)(
    '%s',
    (_, tell, scenario) => {
      const world = simulation({ ...scenario, world: { ...scenario.world, tell } }, 1)
      expect(() => {
        for (let hour = 0; hour < YEARS_2 / 2; hour++) world.step()
      }).toThrow('bogus at')
    },
    60_000,
  )
})

/** The DS as they are to be. */
function wantedDs({ stored }: KeyFacts): string[] {
  const ofKeys = stored
    .filter(({ isSep, timing }) => isSep && timing.inactive === undefined)
    .map(({ origin, dnskey }) => dsOfKey(origin, dnskey, 2)!)
  return ofKeys.map((ds) => Buffer.from(ds).toString('base64'))
}
