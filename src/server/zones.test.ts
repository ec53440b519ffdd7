import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { loadZone, ZoneUpdater } from '../pipeline/index.ts'
import { nameFromText } from '../wire/index.ts'
import { Keeper } from './keeper.ts'
import { Loads } from './loads.ts'
import { openLog } from './log.ts'
import type { ZoneAssignment } from './messages.ts'
import { updateNotice } from './update-notice.ts'
import { Zones } from './zones.ts'

const folder = mkdtempSync(join(tmpdir(), 'zonecut-zones-'))
afterAll(() => rmSync(folder, { recursive: true }))

const origin = nameFromText('zz.')

async function load(): Promise<void> {
  const file = join(folder, 'zz.zone')
  writeFileSync(file, 'zz. 60 SOA ns.example. host.example. 1 2 3 4 5\nzz. 60 NS ns.example.\n')
  expect((await loadZone({ dataDir: folder, origin, file })).ok).toBe(true)
}

it('tells the threads of each update once: of one it was told of, and of one it found', async () => {
  await load()
  const published: ZoneAssignment[] = []
  const log = openLog({ level: 'error', format: 'text' })
  const keeper = new Keeper(
    folder,
    log,
    () => {},
    () => {},
  )
  const zones = new Zones(folder, new Loads(), keeper, log, undefined, ([assignment]) => published.push(assignment!))
  const last = () => published.map(({ version, revision }) => `${version} ${revision}`).at(-1)
  zones.scan()
  expect(last()).toBe('v1 0')
  const updater = ZoneUpdater.open(folder, origin)
  const told = updateNotice(updater, updater.apply([]))
  zones.noteUpdate(told)
  expect(last()).toBe('v1 1')
  expect(zones.report()[0]?.version?.serial).toBe(1)
  zones.noteUpdate(told)
  zones.scan()
  expect(published).toHaveLength(2)
  updater.apply([])
  zones.scan()
  expect(last()).toBe('v1 2')
  const late = updateNotice(updater, updater.apply([]))
  await updater.close()
  await load()
  zones.scan()
  expect(last()).toBe('v2 0')
  // What it is told of a version that was replaced comes too late.
  zones.noteUpdate(late)
  expect(last()).toBe('v2 0')
  await zones.close()
})
