import { describe, expect, test } from 'vitest'
import { RRType, typeToText } from '../../iana/index.ts'
import { nameFromText, nameToText, rdataToText } from '../../wire/index.ts'
import { ZonemdHash, type ZoneNode } from '../../zone/index.ts'
import { ApexError, signZone } from './index.ts'
import { contextOf, findingsIn, makeKeys, nodesOf, publishedOf, TLD } from './sign.fixture.ts'

const ZZ = nameFromText('zz.')
const keys = makeKeys('zz.', true)
const unsigned = nodesOf(TLD, 'zz.')

/** What the TLD holds on purpose. */
const OCCLUDED = { occluded: 1 }

const rrsets = (nodes: readonly ZoneNode[]) =>
  nodes.flatMap(({ owner, rrsets }) => rrsets.map((rrset) => ({ owner: nameToText(owner), ...rrset })))

for (const denial of ['nsec', 'nsec3', 'nsec3-opt-out'] as const) {
  describe(`a TLD with ${denial}`, () => {
    const signed = signZone(unsigned, contextOf(keys, { denial }), publishedOf(keys))

    test('passes every zone check, and every signature verifies', () => {
      expect(findingsIn(signed, ZZ).countsByCheck).toEqual(OCCLUDED)
    })

    test('signs what is the zone’s own, and nothing else (RFC 4035 2.2)', () => {
      const unsignedRRsets = rrsets(signed)
        .filter(({ signatures }) => signatures.length === 0)
        .map(({ owner, type }) => `${owner} ${typeToText(type)}`)
      expect(unsignedRRsets).toEqual([
        'one.co.zz. NS',
        'two.co.zz. NS',
        'glued.zz. NS',
        'ns.glued.zz. A',
        'occluded.glued.zz. TXT',
        'one.gov.zz. NS',
        'two.gov.zz. NS',
        'own.zz. A',
        'own.zz. NS',
        'plain.zz. NS',
        'plain2.zz. NS',
        'secure.zz. NS',
        'secureglue.zz. NS',
        'ns.secureglue.zz. A',
        'a.b.x.shallow.zz. NS',
      ])
    })

    test('raises the serial', () => {
      const soa = signed[0]!.rrsets.find(({ type }) => type === RRType.SOA)!
      expect(rdataToText(RRType.SOA, soa.rdatas[0]!).split(' ')[2]).toBe('42')
    })

    test('signed again, it has nothing of the first signing left', () => {
      const again = signZone(signed, contextOf(keys, { denial: 'nsec', serial: 'keep' }), publishedOf(keys.slice(0, 1)))
      expect(rrsets(again).filter(({ type }) => type === RRType.NSEC3 || type === RRType.NSEC3PARAM)).toEqual([])
      expect(rrsets(again).find(({ type }) => type === RRType.DNSKEY)!.rdatas).toHaveLength(1)
    })
  })
}

test('the chain of NSEC leaves out empty non-terminals and what lies below a cut', () => {
  const signed = signZone(unsigned, contextOf(keys, { denial: 'nsec' }), publishedOf(keys))
  const chain = rrsets(signed).filter(({ type }) => type === RRType.NSEC)
  expect(chain.map(({ owner, rdatas }) => `${owner} ${rdataToText(RRType.NSEC, rdatas[0]!)}`).slice(-7)).toEqual([
    'redirect.zz. secure.zz. DNAME RRSIG NSEC',
    'secure.zz. secureglue.zz. NS DS RRSIG NSEC',
    'secureglue.zz. a.b.x.shallow.zz. NS DS RRSIG NSEC',
    'a.b.x.shallow.zz. types.zz. NS RRSIG NSEC',
    'types.zz. upper.zz. RRSIG NSEC CAA TYPE65280',
    'upper.zz. *.wild.zz. TXT RRSIG NSEC',
    '*.wild.zz. zz. TXT RRSIG NSEC',
  ])
})

test('the Opt-Out flag leaves unsigned delegations out, and empty non-terminals above nothing else (RFC 5155 7.1)', () => {
  const count = (denial: 'nsec3' | 'nsec3-opt-out') => {
    const signed = signZone(unsigned, contextOf(keys, { denial }), publishedOf(keys))
    return rrsets(signed).filter(({ type }) => type === RRType.NSEC3).length
  }
  // one.co, two.co, glued, one.gov, own, plain, plain2 and a.b.x.shallow; co, shallow, x.shallow and b.x.shallow.
  expect(count('nsec3') - count('nsec3-opt-out')).toBe(12)
})

test('a chain has the TTL that RFC 9077 allows, and less where asked for', () => {
  const ttls = (denialTtl?: number) => {
    const context = contextOf(keys, denialTtl === undefined ? {} : { denialTtl })
    const signed = signZone(unsigned, context, publishedOf(keys))
    return new Set(rrsets(signed).flatMap(({ type, ttl }) => (type === RRType.NSEC3 ? [ttl] : [])))
  }
  expect(ttls()).toEqual(new Set([900]))
  expect(ttls(60)).toEqual(new Set([60]))
  expect(ttls(86_400)).toEqual(new Set([900]))
})

test('ZONEMD digests hold (RFC 8976)', () => {
  const context = contextOf(keys, { zonemd: [ZonemdHash.SHA384, ZonemdHash.SHA512] })
  const signed = signZone(unsigned, context, publishedOf(keys))
  expect(findingsIn(signed, ZZ).countsByCheck).toEqual(OCCLUDED)
  expect(signed[0]!.rrsets.find(({ type }) => type === RRType.ZONEMD)!.rdatas).toHaveLength(2)
  const changed = signed.map((node, index) => (index === 1 ? { ...node, rrsets: node.rrsets.slice(1) } : node))
  expect(findingsIn(changed, ZZ).countsByCheck).toHaveProperty('zonemd-mismatch')
})

test('an apex without SOA is refused', () => {
  const [apex, ...others] = unsigned
  const without = { ...apex!, rrsets: apex!.rrsets.filter(({ type }) => type !== RRType.SOA) }
  expect(() => signZone([without, ...others], contextOf(keys), publishedOf(keys))).toThrow(ApexError)
})

test('the root zone, a cut and a wildcard right below it', () => {
  const root = makeKeys('.', true)
  const nodes = nodesOf('. 60 SOA a. b. 1 2 3 4 5\n. NS a.\na. NS a.\na. A 192.0.2.1\n*. TXT x', '.')
  for (const denial of ['nsec', 'nsec3', 'nsec3-opt-out'] as const) {
    const signed = signZone(nodes, contextOf(root, { denial }), publishedOf(root))
    expect(findingsIn(signed, nameFromText('.')).errors).toBe(0)
  }
})
