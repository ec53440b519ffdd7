import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, describe, expect, it } from 'vitest'
import { Random } from '../../test/zones/random.ts'
import { CompiledAnswers } from '../answer/index.ts'
import { RRType } from '../iana/index.ts'
import { FullLoadNeededError, openZone, StoreError, type ZoneSnapshot } from '../store/index.ts'
import { nameFromText, rdataFromText } from '../wire/index.ts'
import { type RRsetChange, ZoneContentError } from '../zone/index.ts'
import { loadZone } from './load.ts'
import { ZoneUpdater } from './update.ts'

const folder = mkdtempSync(join(tmpdir(), 'zonecut-update-'))
const origin = nameFromText('zz.')
let loads = 0
let updater: ZoneUpdater | undefined
const snapshots: ZoneSnapshot[] = []

afterEach(async () => {
  for (const snapshot of snapshots.splice(0)) snapshot.close()
  await updater?.close()
  updater = undefined
})
afterAll(() => rmSync(folder, { recursive: true }))

const ZONE = `$ORIGIN zz.
$TTL 3600
@ SOA ns.example. host.example. 1 2 3 4 5
@ NS ns.example.
a NS ns1.a
a NS ns.c
ns1.a A 192.0.2.1
b NS ns.c
c NS ns.c
ns.c A 192.0.2.3
`

async function loaded(text = ZONE, state: readonly { key: Uint8Array; value: Uint8Array }[] = []): Promise<string> {
  const dataDir = join(folder, String(++loads))
  const file = join(folder, `${loads}.zone`)
  writeFileSync(file, text)
  expect((await loadZone({ dataDir, origin, file, state })).ok).toBe(true)
  return dataDir
}

async function opened(text?: string): Promise<{ dataDir: string; zone: ZoneUpdater }> {
  const dataDir = await loaded(text)
  updater = ZoneUpdater.open(dataDir, origin)
  return { dataDir, zone: updater }
}

function held(snapshot: ZoneSnapshot): ZoneSnapshot {
  snapshots.push(snapshot)
  return snapshot
}

/** The RRset of an owner, without rdata its removal. */
function change(owner: string, mnemonic: keyof typeof RRType, ...rdatas: string[]): RRsetChange {
  const type = RRType[mnemonic]
  const rrset = { type, ttl: 3600, rdatas: rdatas.map((text) => rdataFromText(type, text)), signatures: [] }
  return { owner: nameFromText(owner), type, rrset: rdatas.length === 0 ? undefined : rrset }
}

const soa = (serial: number) => change('zz.', 'SOA', `ns.example. host.example. ${serial} 2 3 4 5`)
const octets = (text: string) => new Uint8Array(Buffer.from(text))

describe('an update', () => {
  it('changes serial, counts and records together, and tells which values it wrote', async () => {
    const { dataDir, zone } = await opened()
    const before = zone.info
    const result = zone.apply([soa(2), change('d.zz.', 'NS', 'ns.d.zz.'), change('ns.d.zz.', 'A', '192.0.2.4')])
    expect(result.serial).toBe(2)
    expect(result.revision).toBe(1)
    expect(result.changedBuckets).toHaveLength(1)
    expect(result.changedDenials).toEqual([])
    const { info } = held(openZone(dataDir, origin))
    expect(info).toEqual(zone.info)
    expect(info.records).toBe(before.records + 2)
    expect(info.owners).toBe(before.owners + 2)
    expect(info.delegations).toBe(before.delegations + 1)
    expect(info.loadedAt).toBe(before.loadedAt)
  })

  it('is seen by the snapshots after it, and by none before', async () => {
    const { dataDir, zone } = await opened()
    for (const method of ['pages', 'lmdb'] as const) {
      const before = held(openZone(dataDir, origin, { method }))
      const name = nameFromText(`${method}.zz.`)
      zone.apply([change(`${method}.zz.`, 'TXT', '"new"')])
      expect(before.node(name)).toBeUndefined()
      const after = held(before.newest())
      expect(after.node(name)).toBeDefined()
      expect(after.info.revision).toBe(before.info.revision + 1)
      zone.apply([change(`${method}.zz.`, 'TXT')])
      expect(after.node(name)).toBeDefined()
      expect(zone.snapshot.node(name)).toBeUndefined()
    }
  })

  it('of a host reaches the delegations that hold its address as sibling glue, and no others', async () => {
    const { zone } = await opened()
    const glue = ['a', 'b', 'c'].map((label) => nameFromText(`${label}.zz.`))
    const result = zone.apply([change('ns.c.zz.', 'A', '192.0.2.33')])
    // The zone is one bucket: what it holds is what counts.
    expect(result.changedBuckets).toEqual([0])
    for (const name of glue) expect(zone.snapshot.node(name)).toBeDefined()
    expect(zone.apply([change('ns1.a.zz.', 'TXT', '"no glue"')]).changedBuckets).toEqual([])
  })

  it('that changes nothing writes no bucket', async () => {
    const { zone } = await opened()
    const { changedBuckets, revision } = zone.apply([change('b.zz.', 'NS', 'ns.c.zz.'), change('nobody.zz.', 'A')])
    expect(changedBuckets).toEqual([])
    expect(revision).toBe(1)
  })

  it('keeps what is kept with the zone', async () => {
    const dataDir = await loaded(ZONE, [{ key: octets('keys'), value: octets('one') }])
    updater = ZoneUpdater.open(dataDir, origin)
    expect(updater.snapshot.state(octets('keys'))).toEqual(octets('one'))
    updater.apply([soa(2)], {
      state: [
        { key: octets('keys'), value: undefined },
        { key: octets('cursor'), value: octets('42') },
      ],
    })
    const snapshot = held(openZone(dataDir, origin))
    expect(snapshot.state(octets('keys'))).toBeUndefined()
    expect(snapshot.state(octets('cursor'))).toEqual(octets('42'))
    updater.apply([], { state: ['j', 'j1', 'j2', 'k'].map((key) => ({ key: octets(key), value: octets(key) })) })
    for (const method of ['pages', 'lmdb'] as const) {
      const states = [...held(openZone(dataDir, origin, { method })).states(octets('j'))]
      expect(states.map(({ value }) => Buffer.from(value).toString())).toEqual(['j', 'j1', 'j2'])
    }
  })

  it('sets when the zone expires, and leaves that as it was otherwise', async () => {
    const { zone } = await opened()
    zone.apply([], { expiresAt: 1_900_000_000 })
    expect(zone.apply([soa(2)]).info.expiresAt).toBe(1_900_000_000)
    expect(zone.apply([], { expiresAt: undefined }).info.expiresAt).toBeUndefined()
  })

  it.each<[string, () => RRsetChange[], RegExp]>([
    ['that removes the SOA record', () => [change('zz.', 'SOA')], /lose its SOA/],
    ['that begins an NSEC chain', () => [change('zz.', 'NSEC', 'a.zz. SOA NS')], /from none to nsec;.*whole zone anew/],
    ['that begins an NSEC3 chain', () => [change('zz.', 'NSEC3PARAM', '1 0 0 -')], /from none to nsec3/],
  ])('%s is refused, and nothing changes', async (_, changes, message) => {
    const { dataDir, zone } = await opened()
    const attempt = () => zone.apply([change('new.zz.', 'A', '192.0.2.9'), ...changes()])
    expect(attempt).toThrow(FullLoadNeededError)
    expect(attempt).toThrow(message)
    expect(held(openZone(dataDir, origin)).node(nameFromText('new.zz.'))).toBeUndefined()
    expect(zone.apply([soa(2)]).revision).toBe(1)
  })

  it('outside the zone, or of an RRset that is none, is refused', async () => {
    const { zone } = await opened()
    expect(() => zone.apply([change('a.example.', 'A', '192.0.2.1')])).toThrow(ZoneContentError)
    const empty = { type: RRType.A, ttl: 60, rdatas: [], signatures: [] }
    expect(() => zone.apply([{ owner: origin, type: RRType.A, rrset: empty }])).toThrow(ZoneContentError)
  })
})

describe('the store of a zone that is updated', () => {
  it('is whole after each commit, also when LMDB counts pages at its end that it never writes', async () => {
    const { dataDir, zone } = await opened()
    const random = new Random(1)
    for (let commit = 0; commit < 300; commit++) {
      const from = random.below(20_000)
      const gone = random.below(2) === 0 ? random.below(20_000) : from
      const state = [from, gone].flatMap((first, i) =>
        Array.from({ length: 40 }, (_, n) => ({
          key: Buffer.from(`X${first + n}`),
          value: i === 0 ? Buffer.alloc(300 + random.below(1500)) : undefined,
        })),
      )
      zone.apply([], { state })
    }
    await zone.close()
    updater = ZoneUpdater.open(dataDir, origin)
  })

  it('is not loaded or updated by another meanwhile', async () => {
    const { dataDir } = await opened()
    const file = join(folder, 'other.zone')
    writeFileSync(file, ZONE)
    await expect(loadZone({ dataDir, origin, file })).rejects.toThrow(/is loading this zone or keeps it changing/)
    expect(() => ZoneUpdater.open(dataDir, origin)).toThrow(StoreError)
    await updater!.close()
    updater = undefined
    expect((await loadZone({ dataDir, origin, file })).ok).toBe(true)
    updater = ZoneUpdater.open(dataDir, origin)
    expect(updater.version).toBe('v2')
    expect(updater.info.revision).toBe(0)
  })

  it('is not there before the zone was loaded', () => {
    expect(() => ZoneUpdater.open(join(folder, 'none'), origin)).toThrow(/load it first/)
  })

  it('tells of changes as far back as it keeps them', async () => {
    const { dataDir, zone } = await opened()
    const first = held(openZone(dataDir, origin))
    for (let i = 0; i < 300; i++) zone.apply([change(`n${i % 7}.zz.`, 'NS', `ns${i}.example.`)])
    const last = held(first.newest())
    expect(last.info.revision).toBe(300)
    expect(last.changesSince(299)).toEqual({ buckets: [0], denials: [] })
    expect(last.changesSince(44)?.buckets).toHaveLength(256)
    expect(last.changesSince(43)).toBeUndefined()
    expect(last.changesSince(300)).toEqual({ buckets: [], denials: [] })
    expect(new CompiledAnswers(first).renewed(last)).toBeInstanceOf(CompiledAnswers)
  })
})
