import { describe, expect, test } from 'vitest'
import { Random } from '../../../test/zones/random.ts'
import { RRType, typeToText } from '../../iana/index.ts'
import { checkRdata, nameToText, RdataError } from '../../wire/index.ts'
import type { RRset, RRsetChange } from '../../zone/index.ts'
import { findingsIn } from '../sign/sign.fixture.ts'
import { DENIALS, GatedZone, randomEdit, ZZ } from './gate.fixture.ts'
import { GateRefusal } from './index.ts'

const isChain = ({ type }: RRsetChange) => type === RRType.NSEC || type === RRType.NSEC3

const flip = (random: Random, octets: Uint8Array) => {
  const at = random.below(octets.length)
  const bit = 1 << random.below(8)
  return octets.map((octet, i) => (i === at ? octet ^ bit : octet))
}

const withOne = (random: Random, all: readonly Uint8Array[], by: (one: Uint8Array) => Uint8Array) => {
  const at = random.below(all.length)
  return all.map((one, i) => (i === at ? by(one) : one))
}

/** A spoilt form of a change's RRset; undefined where the mutation does not apply. */
type Mutation = (random: Random, change: RRsetChange, rrset: RRset, zone: GatedZone) => RRset | undefined

const mutations: Readonly<Record<string, Mutation>> = {
  'an octet of the rdata': (random, _, rrset) => ({
    ...rrset,
    rdatas: withOne(random, rrset.rdatas, (rdata) => (rdata.length > 0 ? flip(random, rdata) : rdata)),
  }),
  'an octet of a signature': (random, _, rrset) =>
    rrset.signatures.length === 0
      ? undefined
      : { ...rrset, signatures: withOne(random, rrset.signatures, (signature) => flip(random, signature)) },
  'the TTL': (random, _, rrset) => ({ ...rrset, ttl: rrset.ttl + 1 + random.below(100) }),
  'no signatures': (_, __, rrset) => (rrset.signatures.length === 0 ? undefined : { ...rrset, signatures: [] }),
  'a signature where none belongs': (_, change, rrset, zone) =>
    rrset.signatures.length > 0 ? undefined : zone.resigned(change, {}).rrset,
  'a chain record that is wrong, and signed': (random, change, rrset, zone) => {
    if (!isChain(change)) return undefined
    const rdata = flip(random, rrset.rdatas[0]!)
    if (!isWellFormed(change.type, rdata)) return undefined
    // The case of a next name says nothing.
    if (
      change.type === RRType.NSEC &&
      Buffer.from(rdata).toString('latin1').toLowerCase() ===
        Buffer.from(rrset.rdatas[0]!).toString('latin1').toLowerCase()
    )
      return undefined
    return zone.resigned(change, { rdatas: [rdata] }).rrset
  },
}

function isWellFormed(type: number, rdata: Uint8Array): boolean {
  try {
    checkRdata(type, rdata)
    return true
  } catch (error) {
    if (error instanceof RdataError) return false
    throw error
  }
}

/** Whether the gate lets it pass. */
function passes(zone: GatedZone, changes: readonly RRsetChange[]): boolean {
  try {
    zone.check(changes)
    return true
  } catch (error) {
    if (error instanceof GateRefusal) return false
    throw error
  }
}

/** What the checks of a whole zone find wrong with its signing, were the changes made. */
function faults(zone: GatedZone, changes: readonly RRsetChange[]): string[] {
  const { countsByCheck } = findingsIn(zone.nodesAfter(changes), ZZ)
  return Object.keys(countsByCheck).filter((check) =>
    /^(?:nsec|signature|denial-missing|zonemd|algorithm|dnskey)/.test(check),
  )
}

/** Random edits, signed and good, each shown before the zone takes it. */
function eachChange(
  denial: (typeof DENIALS)[number],
  rounds: number,
  seed: number,
  show: (zone: GatedZone, changes: RRsetChange[], random: Random) => void,
): void {
  const random = new Random(seed)
  const zone = new GatedZone({ denial })
  for (let round = 0; round < rounds; round++) {
    const edits = Array.from({ length: random.pick([1, 1, 2, 4]) }, () => randomEdit(random, zone.model)).flat()
    const changes = zone.sign(...edits)
    if (changes.length === 0) continue
    show(zone, changes, random)
    zone.apply(changes)
  }
}

const describeChange = ({ owner, type }: RRsetChange) => `${nameToText(owner)} ${typeToText(type)}`

describe.each(DENIALS)('%s', (denial) => {
  test.each(Object.entries(mutations))(
    '%s',
    (what, mutate) => {
      let refused = 0
      eachChange(denial, 40, what.length, (zone, changes, random) => {
        for (const change of changes) {
          const { rrset } = change
          const spoilt = rrset && mutate(random, change, rrset, zone)
          if (spoilt === undefined) continue
          const mutated = changes.map((other) => (other === change ? { ...change, rrset: spoilt } : other))
          if (!passes(zone, mutated)) {
            refused++
            continue
          }
          // Harmless is only what no signature vouches for: name servers of a delegation, glue, what is hidden.
          expect([describeChange(change), rrset!.signatures.length]).toEqual([describeChange(change), 0])
          expect([describeChange(change), ...faults(zone, mutated)]).toEqual([describeChange(change)])
        }
      })
      expect(refused).toBeGreaterThan(10)
    },
    60_000,
  )

  test('a change left out is refused exactly where the zone would be at fault, or the serial stay', () => {
    let refused = 0
    eachChange(denial, 25, 9, (zone, changes) => {
      for (const change of changes) {
        const rest = changes.filter((other) => other !== change)
        const isSoa = change.type === RRType.SOA
        const found = faults(zone, rest)
        const passed = passes(zone, rest)
        if (!passed) refused++
        expect([describeChange(change), passed, found.length > 0 || (isSoa && rest.length > 0)]).toEqual([
          describeChange(change),
          passed,
          !passed,
        ])
      }
    })
    expect(refused).toBeGreaterThan(15)
  }, 60_000)

  test('whatever is signed: no other error than a refusal', () => {
    let refused = 0
    eachChange(denial, 40, 19, (zone, changes, random) => {
      for (const change of changes) {
        const { rrset } = change
        if (rrset === undefined || rrset.signatures.length === 0) continue
        let rdata = rrset.rdatas[0]!
        for (let flips = random.below(5); flips >= 0; flips--) rdata = flip(random, rdata)
        if (random.chance(0.2)) rdata = rdata.subarray(0, random.below(rdata.length + 1))
        const spoilt = zone.resigned(change, { rdatas: [rdata] })
        const mutated = changes.map((other) => (other === change ? spoilt : other))
        if (!passes(zone, mutated)) refused++
        else expect([describeChange(change), ...faults(zone, mutated)]).toEqual([describeChange(change)])
      }
    })
    expect(refused).toBeGreaterThan(10)
  }, 60_000)

  test('any part of a change alone: what passes leaves no fault', () => {
    let passed = 0
    eachChange(denial, 40, 11, (zone, changes, random) => {
      for (let i = 0; i < 6; i++) {
        const part = changes.filter(({ type }) => type === RRType.SOA || random.chance(0.7))
        if (!passes(zone, part)) continue
        passed++
        expect(faults(zone, part)).toEqual([])
      }
    })
    expect(passed).toBeGreaterThan(20)
  }, 60_000)

  test('a record of the chain gone, beside a change that is good', () => {
    const records = (zone: GatedZone) => zone.rrsets().filter(isChain)
    eachChange(denial, 10, 13, (zone, changes) => {
      for (const { owner, type } of records(zone)) {
        if (changes.some((change) => change.type === type && nameToText(change.owner) === nameToText(owner))) continue
        expect(passes(zone, [...changes, { owner, type, rrset: undefined }])).toBe(false)
      }
    })
  }, 60_000)

  test('any signature of the zone spoilt in renewing it', () => {
    const zone = new GatedZone({ denial })
    const random = new Random(17)
    const soa = zone.sign({ owner: ZZ, type: RRType.TXT, rrset: undefined }).filter(({ type }) => type === RRType.SOA)
    for (const change of zone.rrsets()) {
      const { rrset } = change
      if (rrset === undefined || rrset.signatures.length === 0 || change.type === RRType.SOA) continue
      expect(passes(zone, [change, ...soa])).toBe(true)
      const signatures = [flip(random, rrset.signatures[0]!)]
      expect(passes(zone, [{ ...change, rrset: { ...rrset, signatures } }, ...soa])).toBe(false)
    }
  })
})
