import { describe, expect, test } from 'vitest'
import { RRType, typeToText } from '../../iana/index.ts'
import { nameToText } from '../../wire/index.ts'
import { Rrsig } from '../../zone/index.ts'
import { DEFAULT_POLICY } from '../keys/index.ts'
import { renewals, SignatureSchedule, type SigningContext, signZone } from './index.ts'
import { ModelZone, quickKey } from './model-zone.fixture.ts'
import { contextOf, NOW, nodesOf, publishedOf, TLD } from './sign.fixture.ts'

const ZZ = nodesOf(TLD, 'zz.')[0]!.owner
const KEYS = [quickKey(ZZ, true), quickKey(ZZ, false)]
const DENIALS = ['nsec', 'nsec3', 'nsec3-opt-out'] as const

function signed(context: SigningContext): ModelZone {
  return new ModelZone(ZZ, signZone(nodesOf(TLD, 'zz.'), context, publishedOf(KEYS)))
}

const renewedIn = (zone: ModelZone, context: SigningContext) => [...renewals(zone.view(), zone.nodes(), context)]
const signatures = (zone: ModelZone) =>
  zone.nodes().flatMap(({ rrsets }) => rrsets.filter((r) => r.signatures.length > 0))

describe.each(DENIALS)('with %s', (denial) => {
  const context = contextOf(KEYS, { denial })

  test('nothing is renewed just after signing, and everything when all is due', () => {
    const zone = signed(context)
    expect(renewedIn(zone, context)).toEqual([])
    const later = { ...context, now: NOW + DEFAULT_POLICY.validity }
    const renewed = renewedIn(zone, later)
    expect(renewed.length).toBe(signatures(zone).length)
    zone.apply(renewed)
    expect(renewedIn(zone, later)).toEqual([])
  })

  test('only what is due is renewed, and its data stays', () => {
    const zone = signed(context)
    const { validity, jitter, refresh } = DEFAULT_POLICY
    const later = { ...context, now: NOW + validity - refresh - Math.floor(jitter / 2) }
    const renewed = renewedIn(zone, later)
    const due = signatures(zone).filter((r) => r.signatures.some((rrsig) => context.schedule.isDue(rrsig, later.now)))
    expect(renewed.length).toBe(due.length)
    expect(due.length).toBeGreaterThan(0)
    expect(due.length).toBeLessThan(signatures(zone).length)
    for (const { owner, type, rrset } of renewed) {
      const { ttl, rdatas } = zone.rrset(owner, type)!
      expect({ ttl: rrset!.ttl, rdatas: rrset!.rdatas }).toEqual({ ttl, rdatas })
    }
  })
})

const context = contextOf(KEYS, { denial: 'nsec' })

test('signatures of a key that signs no more are replaced, and those of the other stay', () => {
  const zone = signed(context)
  const other = { ...quickKey(ZZ, false), keyTag: 4711 }
  const renewed = renewedIn(zone, { ...context, keys: { ...context.keys, forZone: [other] } })
  expect(renewed.map(({ type }) => type)).not.toContain(RRType.DNSKEY)
  expect(renewed.length).toBe(signatures(zone).filter(({ type }) => type !== RRType.DNSKEY).length)
  for (const { rrset } of renewed) expect(rrset!.signatures.map((rrsig) => Rrsig.keyTag(rrsig))).toEqual([4711])
})

test('a second key adds its signature to the one that is good', () => {
  const zone = signed(context)
  const other = { ...quickKey(ZZ, false), keyTag: 4711 }
  const renewed = renewedIn(zone, { ...context, keys: { ...context.keys, forZone: [...context.keys.forZone, other] } })
  for (const { owner, type, rrset } of renewed) {
    const [before] = zone.rrset(owner, type)!.signatures
    expect(rrset!.signatures).toHaveLength(2)
    expect(rrset!.signatures).toContainEqual(before)
  }
})

test('a shorter validity holds for what is signed already', () => {
  const zone = signed(context)
  const periods = { validity: 86_400, jitter: 0, refresh: 3600, inceptionOffset: 3600 }
  expect(renewedIn(zone, { ...context, schedule: new SignatureSchedule(periods) }).length).toBe(signatures(zone).length)
})

test('another TTL of the denial signs the NSEC records anew, and nothing else', () => {
  const zone = signed(context)
  const renewed = renewedIn(zone, { ...context, denialTtl: 60 })
  expect(new Set(renewed.map(({ type }) => typeToText(type)))).toEqual(new Set(['NSEC']))
  expect(renewed.every(({ rrset }) => rrset!.ttl === 60)).toBe(true)
})

test('what is not to be signed is left alone, also where signatures are missing', () => {
  const bare = new ModelZone(ZZ, nodesOf(TLD, 'zz.'))
  const names = renewedIn(bare, context).map(({ owner, type }) => `${nameToText(owner)} ${typeToText(type)}`)
  expect(names).toContain('secure.zz. DS')
  for (const name of ['plain.zz. NS', 'ns.glued.zz. A', 'occluded.glued.zz. TXT']) expect(names).not.toContain(name)
})
