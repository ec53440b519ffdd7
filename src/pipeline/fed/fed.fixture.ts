import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach } from 'vitest'
import { DEFAULT_FEED_TTL, DEFAULT_RULES, type FeedRules, type FeedSettings } from '../../feed/index.ts'
import { nameFromText } from '../../wire/index.ts'
import { loadZone } from '../load.ts'
import { adoptZone } from './adopt.ts'
import { FedZone } from './fed-zone.ts'
import { UnsignedZone } from './unsigned-zone.ts'

export const ORIGIN = nameFromText('zz.')
export const NOON = Date.parse('2026-05-01T12:00:00Z')
export const NO_BRAKE = { share: undefined, count: undefined, window: 0 } as const

const cleanups: (() => unknown)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

/** Done after the test, before what was to be done earlier. */
export function afterTest(cleanup: () => unknown): void {
  cleanups.push(cleanup)
}

/** A folder of the test's own. */
export function testFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'zonecut-fed-'))
  afterTest(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** A data folder with zz., serial 1: these lines beside SOA and NS. */
export async function loadedFolder(lines: string): Promise<string> {
  const folder = testFolder()
  const file = join(folder, 'zz.zone')
  writeFileSync(file, `$ORIGIN zz.\n$TTL 60\n@ SOA a b 1 1 1 1 1\n@ NS ns1.example.net.\n${lines}\n`)
  await loadZone({ dataDir: folder, origin: ORIGIN, file })
  return folder
}

/** Opens a zone whose records are its feed's first objects. */
export async function openAdopted(folder: string): Promise<UnsignedZone> {
  const zone = new UnsignedZone(folder, ORIGIN, 'increment')
  afterTest(() => zone.close())
  await adoptZone(zone, NOON)
  return zone
}

export function settingsWith(rules: Partial<FeedRules> = {}): FeedSettings {
  return { rules: { ...DEFAULT_RULES, ...rules }, ttl: DEFAULT_FEED_TTL }
}

export function follow(zone: UnsignedZone, rules: Partial<FeedRules> = {}): FedZone {
  return new FedZone({ zone, settings: settingsWith(rules), brake: NO_BRAKE })
}

/** An event's text: what is given, and what every event has. */
export function eventText(seq: number, of: object): string {
  return JSON.stringify({ v: 1, seq, at: new Date(NOON).toISOString(), op: 'upsert', ...of })
}

export const domain = (label: string, ns: readonly string[], more: object = {}) => ({
  kind: 'domain',
  name: `${label}.zz.`,
  registrar: 'REG-1',
  statuses: [],
  ns,
  ds: [],
  ...more,
})

export const host = (label: string, addrs: readonly string[], more: object = {}) => ({
  kind: 'host',
  name: `${label}.zz.`,
  registrar: 'REG-1',
  statuses: [],
  addrs,
  ...more,
})

export const rrset = (name: string, type: string, rdata: readonly string[], more: object = {}) => ({
  kind: 'rrset',
  name,
  type,
  ttl: 60,
  rdata,
  ...more,
})

export function give(fed: FedZone, ...texts: string[]): void {
  const common = { fault: undefined, position: '0', arrivedAt: NOON, endsGroup: true }
  void fed.take(
    'test',
    texts.map((text) => ({ ...common, text })),
    NOON,
  )
}

/** A day after noon. */
export const LATER = new Date(NOON + 86_400_000).toISOString()

/** A zone whose feed has told of everything there is. */
export async function zoneWithObjects(): Promise<UnsignedZone> {
  const zone = await openAdopted(
    await loadedFolder('old NS ns1.old\nns1.old A 192.0.2.1\nwww TXT "own"\nold TXT "hidden"'),
  )
  const fed = follow(zone)
  const ds = [{ keyTag: 1, algorithm: 13, digestType: 2, digest: '00'.repeat(32) }]
  give(
    fed,
    eventText(1, host('ns1.shared', ['192.0.2.7', '2001:db8::7'], { ttl: { A: 300 } })),
    eventText(2, domain('shared', ['ns1.shared.zz.', 'ns.example.net.'], { ds, ttl: { NS: 7200 } })),
    eventText(3, domain('held', ['ns1.shared.zz.'], { statuses: ['serverHold'] })),
    eventText(4, domain('later', ['ns1.old.zz.'], { publishAt: LATER })),
    eventText(5, host('ns.unused', ['192.0.2.9'])),
    eventText(6, rrset('mail.zz.', 'MX', ['10 mx.example.net.'])),
    eventText(7, { kind: 'host', op: 'upsert', name: 'ns.example.net.', registrar: null, statuses: [], addrs: [] }),
    eventText(8, { op: 'delete', kind: 'domain', name: 'shared.zz.', registrar: 'REG-1', publishAt: LATER }),
    eventText(9, rrset('mail.zz.', 'TXT', ['"later"'], { publishAt: LATER })),
  )
  const commit = await fed.commit(NOON)
  if (commit?.outcomes.refused !== 0) throw new Error('an event was refused')
  return zone
}
