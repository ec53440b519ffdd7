import { describe, expect, test, vi } from 'vitest'
import { requestGoal, type SigningPolicy } from '../../dnssec/keys/index.ts'
import { FileKeyStore } from '../../dnssec/keystore/index.ts'
import { DigestType, DnssecAlgorithm, typeToText } from '../../iana/index.ts'
import { nameToText } from '../../wire/index.ts'
import type { RRset } from '../../zone/index.ts'
import { DAY, HOUR, Kept, ORIGIN, POLICY } from './kept.fixture.ts'
import { RECORD_KEY } from './signing-record.ts'
import { needsWholeSigning } from './whole.ts'

/** Every RRset that is signed, by owner and type. */
function signedSets(kept: Kept): Map<string, { readonly name: string; readonly rrset: RRset }> {
  const found = new Map<string, { readonly name: string; readonly rrset: RRset }>()
  for (const { node } of kept.nodes()) {
    const atApex = node.owner.length === ORIGIN.length
    for (const rrset of node.rrsets) {
      if (rrset.signatures.length === 0) continue
      const type = typeToText(rrset.type)
      found.set(`${nameToText(node.owner)} ${type}`, { name: atApex ? `apex ${type}` : type, rrset })
    }
  }
  return found
}

const text = ({ signatures }: RRset) => signatures.map((signature) => Buffer.from(signature).toString('hex')).join()

/** What is signed otherwise than before: types, those of the apex marked; with `all` where no such RRset is as it was. */
function resigned(before: ReturnType<typeof signedSets>, after: ReturnType<typeof signedSets>): string[] {
  const changed = new Set<string>()
  const kept = new Set<string>()
  for (const [key, { name, rrset }] of after) {
    const was = before.get(key)
    if (was !== undefined && text(was.rrset) === text(rrset)) kept.add(name)
    else changed.add(name)
  }
  for (const [key, { name }] of before) if (!after.has(key)) changed.add(`${name} gone`)
  const isSingle = (name: string) => name.startsWith('apex') || name.endsWith('gone')
  return [...changed].map((name) => (isSingle(name) ? name : `${kept.has(name) ? 'some' : 'all'} ${name}`)).sort()
}

const SOA = 'apex SOA'
/** All that a key of the zone signs, in the test's zone. */
const ZONE = ['all A', 'all DS', 'all NSEC3', 'all TXT', 'apex NS', 'apex NSEC3PARAM', SOA]
const FOR_PARENT = ['apex CDNSKEY', 'apex CDS']

/** What a change of each field of a policy has signed anew, by itself and at once. */
const FIELDS: readonly (readonly [keyof SigningPolicy, Partial<SigningPolicy>, readonly string[] | 'whole'])[] = [
  // A new key is published first, and signs the zone when every cache has it.
  ['keys', { keys: 'csk' }, [...FOR_PARENT, 'apex DNSKEY', SOA]],
  ['algorithm', { algorithm: DnssecAlgorithm.ED25519 }, [...ZONE, ...FOR_PARENT]],
  ['rsaBits', { rsaBits: 3072 }, []],
  ['denial', { denial: 'nsec' }, 'whole'],
  ['denial', { denial: 'nsec3' }, 'whole'],
  ['validity', { validity: 30 * DAY }, []],
  ['validity', { validity: 6 * DAY }, [...ZONE, 'apex DNSKEY']],
  ['jitter', { jitter: DAY }, []],
  ['refresh', { refresh: 2 * DAY }, []],
  ['inceptionOffset', { inceptionOffset: 2 * HOUR }, []],
  ['dnskeyTtl', { dnskeyTtl: 2 * HOUR }, ['apex DNSKEY', SOA]],
  ['denialTtl', { denialTtl: 60 }, ['all NSEC3', SOA]],
  ['serial', { serial: 'unix' }, []],
  ['lifetimes', { lifetimes: { zsk: 90 * DAY } }, []],
  ['kskRollover', { kskRollover: 'double-ds' }, []],
  ['propagationDelay', { propagationDelay: DAY }, []],
  ['parentPropagationDelay', { parentPropagationDelay: DAY }, []],
  ['safetyMargin', { safetyMargin: DAY }, []],
  ['cds', { cds: false }, []],
  ['dsDigests', { dsDigests: [DigestType.SHA384] }, []],
  ['purgeAfter', { purgeAfter: DAY }, []],
  ['zonemd', { zonemd: 'sha384' }, ['apex ZONEMD', SOA, 'some NSEC3']],
]

describe('a policy that changes has signed anew what it must, and nothing else', () => {
  test.each(FIELDS)('%s: %j', async (_, change, expected) => {
    const kept = await Kept.begin()
    // Other keys wait until those there are in full use.
    if ('keys' in change || 'algorithm' in change) for (let hour = 0; hour < 24; hour++) await kept.advance(HOUR)
    else await kept.settle()
    const before = signedSets(kept)
    kept.now += 60
    kept.policy = { ...POLICY, ...change }
    await kept.reopen()
    if (expected === 'whole') {
      const error = await kept.settle().catch((thrown: unknown) => thrown)
      expect(needsWholeSigning(error)).toBe(true)
      await kept.resign()
    }
    await kept.settle()
    expect(kept.faults('algorithm' in change)).toEqual([])
    const after = signedSets(kept)
    if (expected === 'whole') for (const [key, { rrset }] of after) expect(text(rrset), key).not.toBe(before.get(key))
    else expect(resigned(before, after)).toEqual([...expected].sort())
    await kept.close()
  })

  test('every field has its row', () => {
    const fields = new Set<string>(FIELDS.map(([field]) => field))
    expect(Object.keys({ ...POLICY, denialTtl: 0 }).filter((field) => !fields.has(field))).toEqual([])
  })

  test('what is asked of the parent is signed anew with its TTL, digests and absence', async () => {
    const kept = await Kept.begin()
    for (let hour = 0; hour < 24; hour++) await kept.advance(HOUR)
    for (const [change, expected] of [
      [{ dnskeyTtl: 2 * HOUR }, [...FOR_PARENT, 'apex DNSKEY', SOA]],
      [{ dsDigests: [DigestType.SHA384] }, ['apex CDS', SOA]],
      [{ cds: false }, ['apex CDNSKEY gone', 'apex CDS gone', SOA, 'some NSEC3']],
    ] as const) {
      const before = signedSets(kept)
      kept.policy = { ...kept.policy, ...change }
      kept.now += 60
      await kept.reopen()
      await kept.settle()
      expect(kept.faults()).toEqual([])
      expect(resigned(before, signedSets(kept))).toEqual([...expected].sort())
    }
    await kept.close()
  })
})

describe('a TTL that changes', () => {
  test.each([
    ['of an RRset: it alone', 'delete txt.zz. TXT\nadd txt.zz. 60 TXT "in-zone data"', [SOA, 'some TXT'], false],
    [
      'the SOA’s MINIMUM: all of the chain, at once (once it waited for the next sweep)',
      'delete zz. SOA\nadd zz. 3600 SOA ns.zz. host.zz. 1 7200 3600 1209600 300',
      [SOA, 'all NSEC3'],
      true,
    ],
    [
      'the SOA’s own, where that is the less: all of the chain',
      'delete zz. SOA\nadd zz. 120 SOA ns.zz. host.zz. 1 7200 3600 1209600 600',
      [SOA, 'all NSEC3'],
      true,
    ],
  ])('%s', async (_, change, expected, isSwept) => {
    const kept = await Kept.begin()
    await kept.settle()
    const before = signedSets(kept)
    await kept.change(change)
    expect(kept.zone.isToBeSwept).toBe(isSwept)
    await kept.settle()
    expect(kept.zone.isToBeSwept).toBe(false)
    expect(kept.faults()).toEqual([])
    expect(resigned(before, signedSets(kept))).toEqual([...expected].sort())
    await kept.close()
  })

  test('a larger one counts at once for the waits of rollovers (once only after the next sweep)', async () => {
    const kept = await Kept.begin()
    await kept.settle()
    await kept.change(`add long.zz. ${3 * DAY} TXT "stays in caches"`)
    const record = () => JSON.parse(Buffer.from(kept.zone.updater.snapshot.state(RECORD_KEY)!).toString())
    expect(record().maxTtl).toBe(3 * DAY)
    await kept.reopen()
    expect(record().maxTtl).toBe(3 * DAY)
    await kept.close()
  })
})

describe('a zone signed anew as a whole', () => {
  test('takes over all that is kept with it, but for the record of signing', async () => {
    const kept = await Kept.begin()
    await kept.settle()
    await kept.change('add later.zz. 60 TXT kept')
    const state = Array.from({ length: 300 }, (_, i) => ({
      key: Buffer.from(`feed/${i}`),
      value: Buffer.alloc(500, i),
    }))
    const cursor = { key: Buffer.from('\0'), value: Buffer.from('7') }
    kept.zone.updater.apply([], { state: [...state, cursor] })
    const { info } = kept.zone.updater
    kept.policy = { ...POLICY, denial: 'nsec' }
    await kept.resign()
    const { snapshot } = kept.zone.updater
    for (const { key, value } of [...state, cursor]) expect(Buffer.from(snapshot.state(key)!)).toEqual(value)
    expect([...snapshot.kept()]).toHaveLength(301)
    expect(snapshot.state(RECORD_KEY)).toBeUndefined()
    expect(kept.faults()).toEqual([])
    expect(kept.zone.updater.info).toMatchObject({
      serial: info.serial + 1,
      denial: 'nsec',
      source: info.source,
      loadedAt: info.loadedAt,
    })
    await kept.settle()
    expect(kept.faults()).toEqual([])
    await kept.close()
  })

  test.each([
    ['behind the last commit', -HOUR, /the zone was last changed at/],
    ['months ahead', 90 * DAY, /what is served expired at/],
  ])('a clock that is %s is refused, unless it is trusted', async (_, offset, message) => {
    const kept = await Kept.begin()
    await kept.settle()
    const { serial } = kept.zone.updater.info
    kept.now += offset
    await expect(kept.resign()).rejects.toMatchObject({ name: 'GateRefusal', reason: 'clock' })
    await expect(kept.resign()).rejects.toThrow(message)
    await kept.zone.close()
    await expect(kept.load()).rejects.toThrow(message)
    kept.open()
    expect(kept.zone.updater.info.serial).toBe(serial)
    await kept.resign({ trustsClock: true })
    expect(kept.zone.updater.info.serial).toBe(serial + 1)
    expect(kept.faults()).toEqual([])
    await kept.close()
  })

  test('keys that are not in the store are not replaced in silence', async () => {
    const kept = await Kept.begin()
    await kept.settle()
    const before = kept.keys
    kept.keys = `${before}-others`
    await expect(kept.resign()).rejects.toThrow(/shows keys that are not in the key store, with the tags \d+, \d+/)
    kept.keys = before
    await kept.zone.close()
    kept.open()
    expect(kept.faults()).toEqual([])
    await kept.close()
  })
})

describe('keys and their state', () => {
  test('are not read at every slice of a sweep, and a wish is seen at the next turn', async () => {
    const kept = await Kept.begin(POLICY, 5000)
    // The folder's last change is to be some time ago.
    const rest = () => new Promise((resolve) => setTimeout(resolve, 1100))
    await rest()
    const list = vi.spyOn(FileKeyStore.prototype, 'list')
    let turns = 0
    for (let nextAt = 0; nextAt <= kept.now; turns++) nextAt = (await kept.zone.turn(kept.now)).nextAt
    expect(turns).toBeGreaterThan(5)
    expect(list.mock.calls.length).toBeLessThan(turns / 2 + 3)
    await kept.zone.turn(kept.now)
    await rest()
    const quiet = list.mock.calls.length
    await kept.zone.turn(kept.now)
    await kept.zone.turn(kept.now)
    expect(list.mock.calls.length - quiet).toBeLessThanOrEqual(2)
    kept.request((state) => requestGoal(state, 'insecure'))
    await expect(kept.zone.turn(kept.now)).rejects.toThrow(/is to be insecure/)
    list.mockRestore()
    await kept.close()
  })
})
