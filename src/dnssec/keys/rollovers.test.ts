import { describe, expect, it } from 'vitest'
import type { KeySet } from './key-set.ts'
import { requestAlgorithm, requestGoal, requestRollover } from './operator.ts'
import { DEFAULT_POLICY, type SigningPolicy } from './policy.ts'
import { publication } from './publication.ts'
import { HOUR, type Kill, randomFrom, Simulation } from './simulation.fixture.ts'

const BEGIN = 1_770_000_000
const ASKED = BEGIN + 100 * HOUR

interface Timeline {
  readonly lines: readonly string[]
  /** At which the state changed. */
  readonly hours: readonly number[]
}

/**
 * What the zone shows, from the hour a rollover is asked for. TTLs: DNSKEY RRset 1 h, zone 12 h, DS 24 h; delays 2 h
 * within the zone and 3 h at the parent, no safety margin; the parent follows its CDS after 10 h, and the zone is signed
 * anew within 4 h.
 */
function timeline(
  change: Partial<SigningPolicy>,
  ask: (state: KeySet) => KeySet,
  kill?: { readonly hour: number; readonly kind: Kill },
): Timeline {
  const policy: SigningPolicy = {
    ...DEFAULT_POLICY,
    dnskeyTtl: HOUR,
    propagationDelay: 2 * HOUR,
    parentPropagationDelay: 3 * HOUR,
    safetyMargin: 0,
    lifetimes: {},
    ...change,
  }
  const killAt = kill === undefined ? -1 : ASKED + (kill.hour + 1) * HOUR
  const simulation = new Simulation(
    {
      policy: () => policy,
      maxTtl: 12 * HOUR,
      dsTtl: 24 * HOUR,
      parentDelay: () => 10,
      resignHours: 1,
      kills: 0,
      kill: (now) => (now === killAt ? kill?.kind : undefined),
      random: randomFrom(1),
    },
    BEGIN,
  )
  while (simulation.now < ASKED) simulation.step()
  const names = new Map<string, string>()
  const lines: string[] = []
  const hours: number[] = []
  simulation.state = ask(simulation.state)
  for (let hour = 0; hour < 80; hour++) {
    const before = JSON.stringify(simulation.state)
    simulation.step()
    if (JSON.stringify(simulation.state) !== before) hours.push(hour)
    const shown = publication(simulation.state)
    for (const { id, role, algorithm } of simulation.state.keys) {
      const alike = [...names.values()].filter((name) => name.startsWith(role.toUpperCase()))
      if (!names.has(id)) names.set(id, `${role.toUpperCase()}${alike.length + 1}/${algorithm}`)
    }
    const list = (ids: readonly string[]) => ids.map((id) => names.get(id)).join(' ') || '-'
    const line = `DNSKEY ${list(shown.dnskeys)}; signed by ${list(shown.signZoneWith)}; CDS ${shown.cdsDelete ? 'delete' : list(shown.cds)}`
    if (!lines.at(-1)?.endsWith(line)) lines.push(`${String(hour).padStart(3)} h: ${line}`)
  }
  return { lines, hours }
}

describe('what the zone shows, step by step', () => {
  it('ZSK: pre-publication (RFC 6781 4.1.1.1, RFC 7583 3.2.1)', () => {
    expect(timeline({}, (state) => requestRollover(state, ['zsk'])).lines).toMatchInlineSnapshot(`
      [
        "  0 h: DNSKEY KSK1/13 ZSK1/13; signed by ZSK1/13; CDS KSK1/13",
        "  1 h: DNSKEY KSK1/13 ZSK1/13 ZSK2/13; signed by ZSK1/13; CDS KSK1/13",
        "  5 h: DNSKEY KSK1/13 ZSK1/13 ZSK2/13; signed by ZSK2/13; CDS KSK1/13",
        " 23 h: DNSKEY KSK1/13 ZSK2/13; signed by ZSK2/13; CDS KSK1/13",
      ]
    `)
  })

  it('KSK: double-KSK (RFC 6781 4.1.2, RFC 7583 3.3.1)', () => {
    expect(timeline({}, (state) => requestRollover(state, ['ksk'])).lines).toMatchInlineSnapshot(`
      [
        "  0 h: DNSKEY KSK1/13 ZSK1/13; signed by ZSK1/13; CDS KSK1/13",
        "  1 h: DNSKEY KSK1/13 ZSK1/13 KSK2/13; signed by ZSK1/13; CDS KSK1/13",
        "  5 h: DNSKEY KSK1/13 ZSK1/13 KSK2/13; signed by ZSK1/13; CDS KSK2/13",
        " 43 h: DNSKEY ZSK1/13 KSK2/13; signed by ZSK1/13; CDS KSK2/13",
      ]
    `)
  })

  it('KSK: double-DS (RFC 6781 4.1.2, RFC 7583 3.3.2)', () => {
    expect(
      timeline({ kskRollover: 'double-ds' }, (state) => requestRollover(state, ['ksk'])).lines,
    ).toMatchInlineSnapshot(`
      [
        "  0 h: DNSKEY KSK1/13 ZSK1/13; signed by ZSK1/13; CDS KSK1/13",
        "  1 h: DNSKEY KSK1/13 ZSK1/13; signed by ZSK1/13; CDS KSK1/13 KSK2/13",
        " 39 h: DNSKEY ZSK1/13 KSK2/13; signed by ZSK1/13; CDS KSK1/13 KSK2/13",
        " 43 h: DNSKEY ZSK1/13 KSK2/13; signed by ZSK1/13; CDS KSK2/13",
      ]
    `)
  })

  it('CSK (RFC 6781 4.1.3)', () => {
    expect(timeline({ keys: 'csk' }, (state) => requestRollover(state, ['csk'])).lines).toMatchInlineSnapshot(`
      [
        "  0 h: DNSKEY CSK1/13; signed by CSK1/13; CDS CSK1/13",
        "  1 h: DNSKEY CSK1/13 CSK2/13; signed by CSK1/13; CDS CSK1/13",
        "  5 h: DNSKEY CSK1/13 CSK2/13; signed by CSK2/13; CDS CSK2/13",
        " 43 h: DNSKEY CSK2/13; signed by CSK2/13; CDS CSK2/13",
      ]
    `)
  })

  it('algorithm, of a KSK and a ZSK (RFC 6781 4.1.4)', () => {
    expect(timeline({ algorithm: 8 }, (state) => requestAlgorithm(state, 13)).lines).toMatchInlineSnapshot(`
      [
        "  0 h: DNSKEY KSK1/8 ZSK1/8; signed by ZSK1/8; CDS KSK1/8",
        "  1 h: DNSKEY KSK1/8 ZSK1/8; signed by ZSK1/8 ZSK2/13; CDS KSK1/8",
        " 19 h: DNSKEY KSK1/8 ZSK1/8 KSK2/13 ZSK2/13; signed by ZSK1/8 ZSK2/13; CDS KSK1/8",
        " 23 h: DNSKEY KSK1/8 ZSK1/8 KSK2/13 ZSK2/13; signed by ZSK1/8 ZSK2/13; CDS KSK2/13",
        " 61 h: DNSKEY KSK2/13 ZSK2/13; signed by ZSK1/8 ZSK2/13; CDS KSK2/13",
        " 65 h: DNSKEY KSK2/13 ZSK2/13; signed by ZSK2/13; CDS KSK2/13",
      ]
    `)
  })

  it('algorithm, of a CSK', () => {
    expect(
      timeline({ keys: 'csk', algorithm: 13 }, (state) => requestAlgorithm(state, 15)).lines,
    ).toMatchInlineSnapshot(`
      [
        "  0 h: DNSKEY CSK1/13; signed by CSK1/13; CDS CSK1/13",
        "  1 h: DNSKEY CSK1/13; signed by CSK1/13 CSK2/15; CDS CSK1/13",
        " 19 h: DNSKEY CSK1/13 CSK2/15; signed by CSK1/13 CSK2/15; CDS CSK1/13",
        " 23 h: DNSKEY CSK1/13 CSK2/15; signed by CSK1/13 CSK2/15; CDS CSK2/15",
        " 61 h: DNSKEY CSK2/15; signed by CSK1/13 CSK2/15; CDS CSK2/15",
        " 65 h: DNSKEY CSK2/15; signed by CSK2/15; CDS CSK2/15",
      ]
    `)
  })

  it('a zone that becomes insecure (RFC 8078 4)', () => {
    expect(timeline({}, (state) => requestGoal(state, 'insecure')).lines).toMatchInlineSnapshot(`
      [
        "  0 h: DNSKEY KSK1/13 ZSK1/13; signed by ZSK1/13; CDS delete",
        " 38 h: DNSKEY -; signed by -; CDS -",
      ]
    `)
  })
})

describe('killed at any step, a rollover goes on where it was', () => {
  const rollovers: readonly (readonly [string, Partial<SigningPolicy>, (state: KeySet) => KeySet])[] = [
    ['ZSK', {}, (state) => requestRollover(state, ['zsk'])],
    ['KSK', {}, (state) => requestRollover(state, ['ksk'])],
    ['KSK by double-DS', { kskRollover: 'double-ds' }, (state) => requestRollover(state, ['ksk'])],
    ['CSK', { keys: 'csk' }, (state) => requestRollover(state, ['csk'])],
    ['algorithm', { algorithm: 8 }, (state) => requestAlgorithm(state, 13)],
    ['to insecure', {}, (state) => requestGoal(state, 'insecure')],
  ]
  const steps = ({ lines }: Timeline) => lines.map((line) => line.slice(line.indexOf('DNSKEY')))

  it.each(rollovers)(
    '%s',
    (_, change, ask) => {
      const undisturbed = timeline(change, ask)
      expect(undisturbed.hours.length).toBeGreaterThan(4)
      for (const kind of ['unstored', 'stored', 'half done'] as const) {
        for (const hour of undisturbed.hours) {
          expect(steps(timeline(change, ask, { hour, kind })), `${kind}, ${hour} h`).toEqual(steps(undisturbed))
        }
      }
    },
    60_000,
  )
})
