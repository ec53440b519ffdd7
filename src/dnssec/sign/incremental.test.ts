import { describe, expect, test } from 'vitest'
import { Random } from '../../../test/zones/random.ts'
import { DnssecAlgorithm, RRType } from '../../iana/index.ts'
import { type Name, nameFromText, nameToText, rdataFromText } from '../../wire/index.ts'
import { type RRset, type RRsetChange, ZonemdHash } from '../../zone/index.ts'
import { HashCollisionError } from '../denial/index.ts'
import type { SigningKey } from '../keystore/index.ts'
import { OtherDenialError, type SigningContext, signChanges, signZone, UnfitChangeError } from './index.ts'
import { ModelZone, quickKey } from './model-zone.fixture.ts'
import { contextOf, findingsIn, makeKeys, NOW, nodesOf, publishedOf, TLD } from './sign.fixture.ts'

const ZZ = nameFromText('zz.')
const DENIALS = ['nsec', 'nsec3', 'nsec3-opt-out'] as const
const DS = '1 13 2 571242425051c1ccd17f9acae01f5057ca02135e92b1d3f28ede0d7ac3baea9e'
const LABELS = ['a', 'b', 'c', 'd', '*', 'e1', 'e2', 'e3', 'e4', 'e5', 'e6']

/** A zone kept twice: unsigned, and signed by one change after another. */
class Kept {
  readonly #unsigned: ModelZone
  readonly signed: ModelZone
  readonly #context: SigningContext
  readonly #keys: readonly SigningKey[]

  constructor(text: string, keys: readonly SigningKey[], context: SigningContext) {
    const nodes = nodesOf(text, nameToText(context.origin))
    this.#unsigned = new ModelZone(context.origin, nodes)
    this.signed = new ModelZone(context.origin, signZone(nodes, context, publishedOf(keys)))
    this.#context = context
    this.#keys = keys
  }

  change(changes: readonly RRsetChange[]): RRsetChange[] {
    const out = signChanges(this.signed.view(), changes, this.#context)
    this.#unsigned.apply(changes)
    this.signed.apply(out)
    return out
  }

  /** Lines of the same data signed from nothing, with the serial that the changes led to. */
  fromScratch(): string[] {
    const soa = this.signed.rrset(this.#context.origin, RRType.SOA)!
    this.#unsigned.apply([{ owner: this.#context.origin, type: RRType.SOA, rrset: { ...soa, signatures: [] } }])
    const context = { ...this.#context, serial: 'keep' as const }
    const nodes = signZone(this.#unsigned.view().nodes, context, publishedOf(this.#keys))
    return new ModelZone(this.#context.origin, nodes).lines()
  }

  has(owner: Name, type: number): boolean {
    return this.#unsigned.rrset(owner, type) !== undefined
  }
}

function rrsetOf(type: number, ...texts: string[]): RRset {
  const rdatas = [...new Set(texts)].map((text) => rdataFromText(type, text, ZZ)).sort(Buffer.compare)
  return { type, ttl: 3600, rdatas, signatures: [] }
}

const set = (owner: string, type: number, ...texts: string[]): RRsetChange => ({
  owner: nameFromText(owner, ZZ),
  type,
  rrset: texts.length === 0 ? undefined : rrsetOf(type, ...texts),
})

/** One random edit: of a delegation, a DS, a host, other data, or what hides names below it. */
function randomEdit(random: Random, zone: Kept): RRsetChange[] {
  const depth = random.pick([1, 1, 2, 2, 3, 4])
  const owner = Array.from({ length: depth }, () => random.pick(LABELS)).join('.')
  const name = nameFromText(owner, ZZ)
  const toggle = (type: number, text: string) => [set(owner, type, ...(zone.has(name, type) ? [] : [text]))]
  switch (random.below(10)) {
    case 0:
    case 1:
    case 2:
      return toggle(RRType.NS, `ns${random.below(5)}.example.`)
    case 3:
    case 4:
      if (!zone.has(name, RRType.NS)) return [set(owner, RRType.NS, 'ns.example.'), set(owner, RRType.DS, DS)]
      return toggle(RRType.DS, DS)
    case 5:
      return toggle(RRType.A, `192.0.2.${random.below(256)}`)
    case 6:
      return [set(owner, RRType.A, `192.0.2.${random.below(256)}`, '192.0.2.1')]
    case 7:
      return [RRType.NS, RRType.DS, RRType.A, RRType.TXT, RRType.DNAME].map((type) => set(owner, type))
    case 8:
      return toggle(RRType.TXT, `t${random.below(9)}`)
    default:
      if (random.chance(0.3)) return toggle(RRType.DNAME, 'example.')
      return [set('@', RRType.TXT, `t${random.below(9)}`)]
  }
}

const SEED_ZONE = '@ 3600 SOA ns host 1 1800 900 604800 300\n@ NS ns\nns A 192.0.2.1\n'

for (const denial of DENIALS) {
  describe(`with ${denial}`, () => {
    test('after 2,000 random edits, one by one and in batches, the zone is as if signed from nothing', () => {
      const random = new Random(DENIALS.indexOf(denial) + 1)
      const keys = [quickKey(ZZ, true), quickKey(ZZ, false)]
      const zone = new Kept(SEED_ZONE, keys, contextOf(keys, { denial }))
      for (let edits = 0; edits < 2000; ) {
        const size = random.pick([1, 1, 1, 2, 5, 20])
        const batch = Array.from({ length: size }, () => randomEdit(random, zone)).flat()
        zone.change(batch)
        edits += size
        expect(zone.signed.lines()).toEqual(zone.fromScratch())
      }
    }, 120_000)

    test('it verifies, with a digest kept true', () => {
      const random = new Random(77)
      const keys = makeKeys('zz.', true, DnssecAlgorithm.ED25519)
      const context = contextOf(keys, { denial, zonemd: [ZonemdHash.SHA384] })
      const zone = new Kept(TLD, keys, context)
      for (let round = 0; round < 15; round++) {
        zone.change(Array.from({ length: 8 }, () => randomEdit(random, zone)).flat())
        expect(zone.signed.lines()).toEqual(zone.fromScratch())
      }
      const nodes = new Map<string, { owner: Name; rrsets: RRset[] }>()
      const final = zone.signed.view()
      const scratch = signZone(final.nodes, { ...context, serial: 'keep' }, publishedOf(keys))
      for (const { owner, rrsets } of scratch) nodes.set(nameToText(owner), { owner, rrsets: [...rrsets] })
      const { countsByCheck } = findingsIn(nodes.values(), ZZ)
      const signing = Object.keys(countsByCheck).filter((check) =>
        /^(?:nsec|signature|denial|zonemd|algorithm)/.test(check),
      )
      expect(signing).toEqual([])
    }, 60_000)

    test('nothing is signed for changes that change nothing', () => {
      const keys = [quickKey(ZZ, false)]
      const zone = new Kept(TLD, keys, contextOf(keys, { denial }))
      expect(zone.change([])).toEqual([])
      expect(zone.change([set('mail', RRType.A, '192.0.2.2'), set('nothing', RRType.A)])).toEqual([])
    })
  })
}

/** What changes come out, by owner and type. */
const touched = (changes: readonly RRsetChange[]) =>
  changes.map(({ owner, type, rrset }) => `${rrset === undefined ? '-' : '+'}${nameToText(owner)} ${type}`).sort()

describe('a change touches what it must', () => {
  const keys = [quickKey(ZZ, false)]
  const optOut = () => new Kept(TLD, keys, contextOf(keys))

  test('a new unsigned delegation under Opt-Out: itself and the SOA', () => {
    expect(touched(optOut().change([set('fresh', RRType.NS, 'ns.example.')]))).toEqual(['+fresh.zz. 2', '+zz. 6'])
  })

  test('a delegation that gains a DS: its NSEC3 record and the one before', () => {
    const out = optOut().change([set('plain', RRType.DS, DS)])
    expect(out.filter(({ type }) => type === RRType.NSEC3)).toHaveLength(2)
    expect(out).toHaveLength(4)
  })

  test('and loses it', () => {
    const zone = optOut()
    const out = zone.change([set('secure', RRType.DS)])
    const gone = out.filter(({ type, rrset }) => type === RRType.NSEC3 && rrset === undefined)
    expect(gone).toHaveLength(1)
    expect(out).toHaveLength(4)
  })

  test('another DS: that alone, as the types are the same', () => {
    const out = optOut().change([set('secure', RRType.DS, DS.replace('1 13', '9 13'))])
    expect(touched(out)).toEqual(['+secure.zz. 43', '+zz. 6'])
  })

  test('the last signed name below an empty non-terminal takes its record along', () => {
    const out = optOut().change([set('two.gov', RRType.DS)])
    const gone = out.filter(({ type, rrset }) => type === RRType.NSEC3 && rrset === undefined)
    expect(gone).toHaveLength(2)
  })

  test('glue of a delegation that goes becomes data, and is signed', () => {
    const out = optOut().change([set('glued', RRType.NS)])
    const glue = out.find(({ owner }) => nameToText(owner) === 'ns.glued.zz.')!
    expect(glue.rrset!.signatures).toHaveLength(1)
  })

  test('data that a new delegation hides loses its signatures', () => {
    const out = optOut().change([set('deep', RRType.NS, 'ns.example.')])
    const hidden = out.find(({ owner, type }) => nameToText(owner) === 'a.b.c.deep.zz.' && type === RRType.TXT)!
    expect(hidden.rrset!.signatures).toEqual([])
  })

  test('the serial follows the scheme', () => {
    const serialAfter = (serial: SigningContext['serial'], changes: RRsetChange[]) => {
      const zone = new Kept(TLD, keys, contextOf(keys, { serial }))
      zone.change(changes)
      return zone.signed.view().serial
    }
    const change = set('mail', RRType.A, '192.0.2.9')
    const soa = set('@', RRType.SOA, 'a.nic hostmaster 77 1800 900 604800 900')
    expect(serialAfter('increment', [change])).toBe(43)
    expect(serialAfter('unix', [change])).toBe(NOW + 1)
    expect(serialAfter('keep', [change])).toBe(41)
    expect(serialAfter('keep', [change, soa])).toBe(77)
  })
})

describe('refused', () => {
  const keys = [quickKey(ZZ, false)]
  const view = (denial: SigningContext['denial']) =>
    new ModelZone(ZZ, signZone(nodesOf(TLD, 'zz.'), contextOf(keys, { denial }), publishedOf(keys)))

  test.each([
    ['a name outside the zone', { ...set('a', RRType.A, '192.0.2.1'), owner: nameFromText('a.example.') }],
    ['signatures', set('a', RRType.NSEC, 'b. A')],
    ['the end of the SOA', set('@', RRType.SOA)],
  ])('%s', (_, change) => {
    expect(() => signChanges(view('nsec').view(), [change], contextOf(keys, { denial: 'nsec' }))).toThrow(
      UnfitChangeError,
    )
  })

  test.each([
    ['nsec', 'nsec3'],
    ['nsec3', 'nsec'],
    ['nsec3', 'nsec3-opt-out'],
    ['nsec3-opt-out', 'nsec3'],
  ] as const)('a zone with %s where %s is asked for', (is, wanted) => {
    const change = set('a', RRType.A, '192.0.2.1')
    expect(() => signChanges(view(is).view(), [change], contextOf(keys, { denial: wanted }))).toThrow(OtherDenialError)
  })

  test('a name whose hash is another’s', () => {
    const zone = view('nsec3')
    const clean = signChanges(zone.view(), [set('clash', RRType.TXT, 'x')], contextOf(keys, { denial: 'nsec3' }))
    // The record of the new name, as if another had brought it.
    zone.apply(clean.filter(({ type }) => type === RRType.NSEC3))
    expect(() =>
      signChanges(zone.view(), [set('clash', RRType.TXT, 'x')], contextOf(keys, { denial: 'nsec3' })),
    ).toThrow(HashCollisionError)
  })
})
