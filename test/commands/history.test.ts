import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { recordsOf } from '../../src/answer/zone.fixture.ts'
import { loadZone, ZoneUpdater } from '../../src/pipeline/index.ts'
import { nameFromText } from '../../src/wire/index.ts'
import { diffZones, MemoryZone } from '../../src/zone/index.ts'
import { runCommand, runSuccessfully } from '../peers/index.ts'
import { testFolder, zoneText } from './folder.ts'

const ORIGIN = nameFromText('zz.')

const zoneOf = (serial: number, more: string) => {
  const lines = [
    `zz. 3600 IN SOA ns1.zz. hostmaster.zz. ${serial} 1800 900 604800 900`,
    'zz. 3600 IN NS ns1.zz.',
    'ns1.zz. 3600 IN A 192.0.2.1',
    'zz. 3600 IN TXT "version 7"',
    'example.zz. 3600 IN NS ns1.example.zz.',
    'ns1.example.zz. 3600 IN A 192.0.2.2',
    more,
  ]
  return new MemoryZone(ORIGIN, recordsOf('zz.', lines.join('\n')))
}

/** A store with serial 7 and three updates: two from a feed, one by hand. */
async function updatedStore(): Promise<string> {
  const folder = testFolder({ 'zz.zone': zoneText('zz.', 7) })
  await loadZone({ dataDir: folder, origin: ORIGIN, file: join(folder, 'zz.zone') })
  const steps = [
    zoneOf(7, ''),
    zoneOf(8, 'new.zz. 86400 IN NS a.example.'),
    zoneOf(9, 'new.zz. 86400 IN NS b.example.\nother.zz. 86400 IN NS a.example.'),
    zoneOf(10, 'new.zz. 3600 IN NS b.example.\nother.zz. 86400 IN NS a.example.'),
  ]
  const updater = ZoneUpdater.open(folder, ORIGIN)
  for (const [i, zone] of steps.entries()) {
    if (i === 0) continue
    const options = i < 3 ? { cause: 'feed', seqs: { first: i, last: 2 * i - 1 } } : {}
    updater.apply(diffZones(steps[i - 1]!.nodes, zone.nodes), options)
  }
  await updater.close()
  return folder
}

describe('history', () => {
  test('tells which serial changed what, and for which events', async () => {
    const folder = await updatedStore()
    const history = async (...args: string[]) =>
      (await runSuccessfully('history', '--zone', 'zz', '--data', folder, ...args)).stdout.replaceAll(
        /\d{4}-\d\d-\d\dT[\d:.]+Z/g,
        'TIME',
      )
    const line10 = 'serial 10 (from 9, revision 3)  TIME  update: 2 RRsets, 2 records removed, 2 added\n'
    const line9 = 'serial 9 (from 8, revision 2)  TIME  feed events 2-3: 3 RRsets, 2 records removed, 3 added\n'
    const line8 = 'serial 8 (from 7, revision 1)  TIME  feed event 1: 2 RRsets, 1 records removed, 2 added\n'
    const end = 'the journal of zz. goes back to serial 7\n'
    expect(await history()).toBe(line10 + line9 + line8 + end)
    expect(await history('-n', '1')).toBe(line10)
    expect(await history('--serial', '9')).toBe(line9 + end)
    expect(await history('--name', 'NEW.zz')).toBe(
      line10 +
        '  - new.zz.\t86400\tin\tns\tb.example.\n  + new.zz.\t3600\tin\tns\tb.example.\n' +
        line9 +
        '  - new.zz.\t86400\tin\tns\ta.example.\n  + new.zz.\t86400\tin\tns\tb.example.\n' +
        line8 +
        '  + new.zz.\t86400\tin\tns\ta.example.\n' +
        end,
    )
    expect(await history('--name', 'other.zz')).toBe(`${line9}  + other.zz.\t86400\tin\tns\ta.example.\n${end}`)
    expect(await history('--name', 'example.zz')).toBe(end)
    // The records of all names: SOA changes with each.
    expect((await history('--records')).match(/^ {2}[-+] zz\.\t3600\tin\tsoa/gm)).toHaveLength(6)
  })

  test('--json is an object a line', async () => {
    const folder = await updatedStore()
    const args = ['history', '--zone', 'zz', '--data', folder, '--name', 'other.zz', '--json']
    const lines = (await runSuccessfully(...args)).stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(lines).toEqual([
      {
        kind: 'update',
        serial: 9,
        serialBefore: 8,
        revision: 2,
        at: expect.stringMatching(/^\d{4}-/),
        cause: 'feed',
        events: { first: 2, last: 3 },
        rrsets: 3,
        removed: 2,
        added: 3,
      },
      { kind: 'change', serial: 9, revision: 2, removed: [], added: ['other.zz.\t86400\tin\tns\ta.example.'] },
    ])
  })

  test.each([
    [['--name', 'www'], '--name www: it is not in the zone zz.; write it in full'],
    [['--name', 'a..zz'], '--name a..zz: '],
    [['--signing'], '--signing is about records'],
    [['--limit', 'x'], '--limit x: write a whole number'],
  ])('%s is a usage error', async (args, message) => {
    const { status, stderr } = await runCommand('history', '--zone', 'zz', ...args)
    expect(stderr).toContain(message)
    expect(status).toBe(2)
  })
})
