import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { DEFAULT_FEED_TTL, DEFAULT_RULES, type FeedRules } from '../../feed/index.ts'
import { nameFromText } from '../../wire/index.ts'
import { loadZone } from '../load.ts'
import { adoptZone } from './adopt.ts'
import type { BrakeSettings } from './brake.ts'
import { BrakeError, FedZone } from './fed-zone.ts'
import { UnsignedZone } from './unsigned-zone.ts'

const ORIGIN = nameFromText('zz.')
const NOON = Date.parse('2026-05-01T12:00:00Z')
const NO_BRAKE: BrakeSettings = { share: undefined, count: undefined, window: 0 }

const cleanups: (() => unknown)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

/** A zone with these delegations below it, adopted. */
async function zoneWith(...labels: string[]): Promise<UnsignedZone> {
  const folder = mkdtempSync(join(tmpdir(), 'zonecut-brake-'))
  cleanups.push(() => rmSync(folder, { recursive: true }))
  const file = join(folder, 'zz.zone')
  const delegations = labels.map((label) => `${label} NS ns1.example.net.\n`).join('')
  writeFileSync(file, `$ORIGIN zz.\n$TTL 60\n@ SOA a b 1 1 1 1 1\n@ NS ns1.example.net.\n${delegations}`)
  await loadZone({ dataDir: folder, origin: ORIGIN, file })
  const zone = new UnsignedZone(folder, ORIGIN, 'increment')
  cleanups.push(() => zone.close())
  await adoptZone(zone, NOON)
  return zone
}

function follow(zone: UnsignedZone, brake: BrakeSettings, rules: Partial<FeedRules> = {}): FedZone {
  return new FedZone({ zone, settings: { rules: { ...DEFAULT_RULES, ...rules }, ttl: DEFAULT_FEED_TTL }, brake })
}

function deletion(seq: number, label: string, more: object = {}): string {
  const at = new Date(NOON).toISOString()
  const name = `${label}.zz.`
  return JSON.stringify({ v: 1, seq, at, kind: 'domain', op: 'delete', name, registrar: null, ...more })
}

function upsert(seq: number, label: string, registrar: string): string {
  const state = { name: `${label}.zz.`, registrar, statuses: [], ns: ['ns1.example.net.'], ds: [] }
  return JSON.stringify({ v: 1, seq, at: new Date(NOON).toISOString(), kind: 'domain', op: 'upsert', ...state })
}

function give(fed: FedZone, ...texts: string[]): void {
  const common = { fault: undefined, position: '0', arrivedAt: NOON, endsGroup: true }
  void fed.take(
    'test',
    texts.map((text) => ({ ...common, text })),
    NOON,
  )
}

const hasDelegation = (zone: UnsignedZone, label: string) =>
  zone.updater.snapshot.node(nameFromText(`${label}.zz.`)) !== undefined

test('a commit waits until it is approved by the event it goes up to, and passes then', async () => {
  const zone = await zoneWith('a', 'b', 'c')
  const fed = follow(zone, { ...NO_BRAKE, count: 1 })
  give(fed, deletion(1, 'a'), deletion(2, 'b'))
  await expect(fed.commit(NOON)).rejects.toThrow(
    'the commit up to event 2 would withdraw 2 delegations; more than 1 delegations need',
  )
  expect(fed.state.hold).toMatchObject({ seq: 2, withdraws: 2, before: 0, delegations: 3 })
  expect(fed.nextAt(NOON)).toBeUndefined()
  expect(await fed.approve(NOON, 3)).toBeUndefined()
  expect(fed.state.hold).toBeDefined()
  expect(await fed.approve(NOON, 2)).toBe(2)
  expect(fed.nextAt(NOON)).toBe(0)
  expect(await fed.commit(NOON)).toMatchObject({ withdrawn: 2 })
  expect([hasDelegation(zone, 'a'), hasDelegation(zone, 'c')]).toEqual([false, true])
})

test('an approval does not let pass what comes due later without an event', async () => {
  const zone = await zoneWith('a', 'b', 'c', 'd')
  const fed = follow(zone, { ...NO_BRAKE, count: 1 })
  const publishAt = new Date(NOON + 60_000).toISOString()
  give(fed, deletion(1, 'a', { publishAt }), deletion(2, 'b', { publishAt }), deletion(3, 'c'), deletion(4, 'd'))
  await expect(fed.commit(NOON)).rejects.toBeInstanceOf(BrakeError)
  await fed.approve(NOON)
  await fed.commit(NOON)
  expect(fed.state).toMatchObject({ pending: 2, nextDue: NOON + 60_000 })
  await expect(fed.commit(NOON + 60_000)).rejects.toBeInstanceOf(BrakeError)
  expect(hasDelegation(zone, 'a')).toBe(true)
  await fed.approve(NOON + 60_000)
  await fed.commit(NOON + 60_000)
  expect([hasDelegation(zone, 'a'), hasDelegation(zone, 'b')]).toEqual([false, false])
  expect(fed.state).toMatchObject({ pending: 0, nextDue: undefined, hold: undefined })
})

test('how many changes wait for their time is known after a restart too', async () => {
  const zone = await zoneWith('a', 'b')
  const fed = follow(zone, NO_BRAKE)
  const at = (seconds: number) => new Date(NOON + seconds * 1000).toISOString()
  give(fed, deletion(1, 'a', { publishAt: at(60) }), deletion(2, 'b', { publishAt: at(60) }))
  await fed.commit(NOON)
  give(fed, deletion(3, 'b', { publishAt: at(120) }))
  await fed.commit(NOON)
  expect([fed.state.pending, follow(zone, NO_BRAKE).state.pending]).toEqual([2, 2])
  await fed.commit(NOON + 60_000)
  expect([fed.state.pending, follow(zone, NO_BRAKE).state.pending]).toEqual([1, 1])
})

test('a retry that the brake stops does not hold up the feed, and passes when it is approved itself', async () => {
  const zone = await zoneWith('x')
  const strict = follow(zone, NO_BRAKE)
  give(strict, upsert(1, 'a', 'one'), deletion(2, 'a', { registrar: 'two' }))
  expect((await strict.commit(NOON))!.outcomes).toMatchObject({ applied: 1, refused: 1 })
  const fed = follow(zone, { share: undefined, count: 0, window: 60 }, { firstCome: false })
  await expect(fed.retry([1], false, NOON)).rejects.toThrow('zonecut feed retry --yes')
  expect(fed.state.hold).toBeUndefined()
  give(fed, upsert(3, 'b', 'one'))
  expect((await fed.commit(NOON))!.outcomes).toMatchObject({ applied: 1 })
  expect((await fed.retry([1], true, NOON)).outcomes).toMatchObject([{ outcome: 'applied', seq: 2 }])
  expect(hasDelegation(zone, 'a')).toBe(false)
})

test('what a retry withdraws counts for the commits after it', async () => {
  const zone = await zoneWith('x', 'y')
  const strict = follow(zone, NO_BRAKE)
  give(strict, upsert(1, 'a', 'one'), deletion(2, 'a', { registrar: 'two' }))
  await strict.commit(NOON)
  const fed = follow(zone, { share: undefined, count: 1, window: 60 }, { firstCome: false })
  await fed.retry([], false, NOON)
  give(fed, deletion(3, 'x'))
  await expect(fed.commit(NOON)).rejects.toThrow('would withdraw 1 delegations, after 1 in the last 60 s')
})

test('a dead letter that is named twice is tried once, and counts as one', async () => {
  const zone = await zoneWith('x')
  const strict = follow(zone, NO_BRAKE)
  give(strict, upsert(1, 'a', 'one'), deletion(2, 'a', { registrar: 'two' }), deletion(3, 'a', { registrar: 'three' }))
  await strict.commit(NOON)
  expect(strict.state.cursor.dead.kept).toBe(2)
  const fed = follow(zone, NO_BRAKE, { firstCome: false })
  expect((await fed.retry([1, 1, 7], false, NOON)).outcomes).toMatchObject([{ outcome: 'applied' }, undefined])
  expect(fed.state.cursor).toMatchObject({ dead: { kept: 1 }, counts: { applied: 2, refused: 1 } })
})
