import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { open } from 'lmdb'
import { afterAll, describe, expect, it, test } from 'vitest'
import { RRType } from '../../src/iana/index.ts'
import { exportZone, NotKeptError, ZoneUpdater } from '../../src/pipeline/index.ts'
import { JournalError, openZone, type ZoneSnapshot } from '../../src/store/index.ts'
import { compareNames, nameFromText, nameToText, rdataFromText } from '../../src/wire/index.ts'
import type { JournalSettings, RRset, RRsetChange, ZoneNode } from '../../src/zone/index.ts'
import { Random } from '../zones/random.ts'
import { type Chains, ORIGIN, RandomZone } from './random-zone.ts'
import { buildStore } from './scratch-store.ts'

const folder = mkdtempSync(join(tmpdir(), 'zonecut-journal-'))
let stores = 0
afterAll(() => rmSync(folder, { recursive: true }))

function nodesOf(zone: RandomZone): ZoneNode[] {
  const nodes = new Map<string, { owner: ZoneNode['owner']; rrsets: RRset[] }>()
  for (const { owner, rrset } of zone.rrsets) {
    const node = nodes.get(nameToText(owner)) ?? { owner, rrsets: [] }
    node.rrsets.push(rrset)
    nodes.set(nameToText(owner), node)
  }
  for (const { rrsets } of nodes.values()) rrsets.sort((a, b) => a.type - b.type)
  return [...nodes.values()].sort((a, b) => compareNames(a.owner, b.owner))
}

async function textOf(dataDir: string, at?: { serial: number } | { revision: number }): Promise<string> {
  const pieces: string[] = []
  const write = (piece: Uint8Array) => void pieces.push(Buffer.from(piece).toString('latin1'))
  await exportZone({ dataDir, origin: ORIGIN, write, ...(at === undefined ? {} : { at }) })
  return pieces.join('')
}

/** A store of a random zone. */
async function stored(zone: RandomZone): Promise<string> {
  const dataDir = join(folder, String(++stores))
  await buildStore(dataDir, ORIGIN, nodesOf(zone))
  return dataDir
}

const countOf = (rrset: RRset | undefined) => (rrset === undefined ? 0 : rrset.rdatas.length + rrset.signatures.length)

/** All RRsets of a snapshot, by type and owner. */
function rrsetsOf(snapshot: ZoneSnapshot): Map<string, RRset> {
  const nodes = [...[...snapshot.nodes()].map(({ node }) => node), ...snapshot.denialNodes()]
  return new Map(
    nodes.flatMap(({ owner, rrsets }) => rrsets.map((rrset) => [`${nameToText(owner)} ${rrset.type}`, rrset])),
  )
}

describe.each<Chains>(['none', 'nsec', 'nsec3'])('the journal of a random zone, denial %s', (chains) => {
  test.each([1, 2])(
    'gives every old version octet for octet, and the newest from the oldest, seed %d',
    async (seed) => {
      const zone = new RandomZone(new Random(seed * 77), chains)
      const dataDir = await stored(zone)
      const updater = ZoneUpdater.open(dataDir, ORIGIN)
      const oldest = openZone(dataDir, ORIGIN)
      const bySerial = new Map<number, string>()
      const byRevision: string[] = []
      for (let step = 0; step <= 24; step++) {
        if (step > 0) updater.apply(zone.step(), { cause: `step ${step}` })
        byRevision.push(await textOf(dataDir))
        bySerial.set(updater.info.serial, byRevision.at(-1)!)
      }
      for (const [serial, text] of bySerial) expect(await textOf(dataDir, { serial }), `serial ${serial}`).toBe(text)
      for (const [revision, text] of byRevision.entries()) expect(await textOf(dataDir, { revision })).toBe(text)
      const newest = openZone(dataDir, ORIGIN)
      const rrsets = rrsetsOf(oldest)
      const entries = [...newest.journal.back()].reverse()
      expect(entries.length).toBeGreaterThan(15)
      for (const { revision, cause, removed, added } of entries) {
        expect(cause).toBe(`step ${revision}`)
        let change = 0
        for (const { owner, type, before, after } of newest.journal.replacements(revision)) {
          const key = `${nameToText(owner)} ${type}`
          expect(before).toEqual(rrsets.get(key))
          change += countOf(after) - countOf(before)
          if (after === undefined) rrsets.delete(key)
          else rrsets.set(key, after)
        }
        expect(added - removed).toBe(change)
      }
      expect(new Map([...rrsets].sort())).toEqual(new Map([...rrsetsOf(newest)].sort()))
      oldest.close()
      newest.close()
      await updater.close()
    },
  )
})

const soa = (serial: number): RRsetChange => {
  const rdata = rdataFromText(RRType.SOA, `ns.example. host.example. ${serial} 2 3 4 5`)
  return {
    owner: ORIGIN,
    type: RRType.SOA,
    rrset: { type: RRType.SOA, ttl: 600, rdatas: [rdata], signatures: [] },
  }
}

/** Updates that each change so many names. */
async function updated(count: number, settings?: JournalSettings | 'off', names = 1) {
  const dataDir = await stored(new RandomZone(new Random(5), 'none'))
  const updater = ZoneUpdater.open(dataDir, ORIGIN, settings)
  const change = (i: number, n: number): RRsetChange => ({
    owner: nameFromText(`x${n}.zz.`),
    type: 16,
    rrset: {
      type: 16,
      ttl: 60 + i,
      rdatas: [Buffer.concat([Uint8Array.of(200), Buffer.alloc(200, i)])],
      signatures: [],
    },
  })
  for (let i = 1; i <= count; i++) updater.apply(Array.from({ length: names }, (_, n) => change(i, n)))
  return { dataDir, updater }
}

function damage(
  dataDir: string,
  change: (table: ReturnType<ReturnType<typeof open>['openDB']>) => void,
): Promise<void> {
  const options = { encoding: 'binary', keyEncoding: 'binary' } as const
  const env = open({ path: join(dataDir, 'zz', 'v1'), maxDbs: 16, noSubdir: false, ...options })
  change(env.openDB({ name: 'journal', ...options }))
  return env.close()
}

describe('the journal', () => {
  it('keeps no more octets than it may, and gives up old entries a few at a time', async () => {
    const { dataDir, updater } = await updated(60, { age: 1e6, size: 4000 })
    const { journal } = updater.info
    expect(journal!.octets).toBeLessThanOrEqual(4000)
    expect(journal!.first).toBeGreaterThan(45)
    expect([...updater.snapshot.journal.back()].map(({ revision }) => revision).at(-1)).toBe(journal!.first)
    await expect(textOf(dataDir, { revision: 3 })).rejects.toThrow(NotKeptError)
    await expect(textOf(dataDir, { revision: 3 })).rejects.toThrow(
      /revision 3 is not kept; its journal leads from serial 1/,
    )
    await textOf(dataDir, { revision: journal!.first - 1 })
    await updater.close()
    // With a journal that is smaller at a stroke, the rest goes bit by bit.
    const next = ZoneUpdater.open(dataDir, ORIGIN, 'off')
    next.apply([soa(77)])
    expect(next.snapshot.journal.range).toBeUndefined()
    expect([...next.snapshot.journal.back()]).toEqual([])
    await expect(textOf(dataDir, { revision: 60 })).rejects.toThrow(NotKeptError)
    next.apply([])
    expect(next.info.journal).toBeUndefined()
    await next.close()
  })

  it('keeps entries as long as it may', async () => {
    const { updater } = await updated(10, { age: -1 })
    expect(updater.info.journal).toBeUndefined()
    await updater.close()
  })

  it('begins anew after updates that it was not told of', async () => {
    const { dataDir, updater } = await updated(3)
    await updater.close()
    const silent = ZoneUpdater.open(dataDir, ORIGIN, 'off')
    silent.apply([soa(78)])
    await silent.close()
    const next = ZoneUpdater.open(dataDir, ORIGIN)
    next.apply([soa(79)])
    expect(next.snapshot.journal.range).toEqual({ first: 5, last: 5 })
    expect([...next.snapshot.journal.back()]).toHaveLength(1)
    await expect(textOf(dataDir, { revision: 2 })).rejects.toThrow(NotKeptError)
    await next.close()
  })

  it('tells nothing of updates that change no record, and goes back over them', async () => {
    const { dataDir, updater } = await updated(2)
    const before = await textOf(dataDir)
    const state = { key: Buffer.from('cursor'), value: Buffer.from('1') }
    for (let i = 0; i < 3; i++) updater.apply([], { state: [state], cause: 'feed' })
    expect(updater.snapshot.journal.range).toEqual({ first: 1, last: 2 })
    updater.apply([soa(78)], { cause: 'feed', seqs: { first: 7, last: 2 ** 40 } })
    const entries = [...updater.snapshot.journal.back()]
    expect(entries.map(({ revision, previous }) => [revision, previous])).toEqual([
      [6, 2],
      [2, 1],
      [1, 0],
    ])
    expect(entries[0]).toMatchObject({ cause: 'feed', seqs: { first: 7, last: 2 ** 40 } })
    for (const revision of [2, 3, 4, 5]) expect(await textOf(dataDir, { revision })).toBe(before)
    expect(await textOf(dataDir, { revision: 6 })).toBe(await textOf(dataDir))
    await updater.close()
  })

  it('that lacks an entry does not go back over the gap', async () => {
    const { dataDir, updater } = await updated(4)
    await updater.close()
    await damage(dataDir, (table) => table.removeSync(Buffer.from([0, 0, 0, 3, 0, 0, 0, 0])))
    await textOf(dataDir, { revision: 3 })
    await expect(textOf(dataDir, { revision: 2 })).rejects.toThrow(JournalError)
  })

  it.each(['pages', 'lmdb'] as const)(
    'of a store without the table is empty, read by %s, until an update',
    async (method) => {
      const { dataDir, updater } = await updated(0)
      await updater.close()
      await damage(dataDir, (table) => table.dropSync())
      const old = openZone(dataDir, ORIGIN, { method })
      expect(old.journal.range).toBeUndefined()
      expect([...old.journal.back()]).toEqual([])
      old.close()
      await expect(textOf(dataDir, { serial: 7 })).rejects.toThrow(NotKeptError)
      const next = ZoneUpdater.open(dataDir, ORIGIN)
      next.apply([soa(78)])
      await next.close()
      const now = openZone(dataDir, ORIGIN, { method })
      expect([...now.journal.back()]).toHaveLength(1)
      now.close()
    },
  )

  it('reads entries of many pieces', async () => {
    const { dataDir, updater } = await updated(2, undefined, 2000)
    expect([...updater.snapshot.journal.replacements(2)]).toHaveLength(2000)
    expect(updater.snapshot.journal.back().next().value).toMatchObject({ rrsets: 2000, removed: 2000, added: 2000 })
    expect(updater.info.journal!.octets).toBeGreaterThan(1_000_000)
    await updater.close()
    await damage(dataDir, (table) => table.removeSync(Buffer.from([0, 0, 0, 2, 0, 0, 0, 3])))
    await expect(textOf(dataDir, { revision: 1 })).rejects.toThrow(/revision 2: a piece of its entry is missing/)
  })

  it.each([0, 4, 20, 60])('that is damaged at octet %d is never taken for a zone', async (at) => {
    const { dataDir, updater } = await updated(3)
    await updater.close()
    const key = Buffer.from([0, 0, 0, 2, 0, 0, 0, 0])
    await damage(dataDir, (table) => {
      const value = Buffer.from(table.get(key) as Uint8Array)
      value[at]! ^= 1
      table.putSync(key, value)
    })
    await textOf(dataDir, { revision: 2 })
    for (const revision of [0, 1]) await expect(textOf(dataDir, { revision })).rejects.toThrow(JournalError)
    await textOf(dataDir)
  })
})
