import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { RRType } from '../../src/iana/index.ts'
import { adoptZone, loadZone, UnsignedZone } from '../../src/pipeline/index.ts'
import { nameFromText } from '../../src/wire/index.ts'
import { runCommand, runSuccessfully } from '../peers/index.ts'
import { testFolder, zoneText } from './folder.ts'
import { startReady, testPort, until } from './server.ts'

const ORIGIN = nameFromText('zz.')

/** A data folder with a zone whose records are its feed's first objects. */
async function fedFolder(): Promise<string> {
  const folder = testFolder({ 'zz.zone': zoneText('zz.', 7) })
  await loadZone({ dataDir: folder, origin: ORIGIN, file: join(folder, 'zz.zone') })
  const zone = new UnsignedZone(folder, ORIGIN, 'increment')
  await adoptZone(zone, Date.now())
  await zone.close()
  return folder
}

test('to load a zone file anew says that the feed begins anew', async () => {
  const folder = await fedFolder()
  const load = () => runSuccessfully('load', join(folder, 'zz.zone'), '--zone', 'zz', '--data', folder)
  expect((await load()).stderr).toContain(
    'zz. followed a feed up to event 0: it begins anew, with these records at event 0',
  )
  expect((await load()).stderr).not.toContain('feed')
})

test('a zone that is signed, and that the server is not told to sign, follows no feed', async () => {
  const folder = testFolder({ 'zz.zone': zoneText('zz.', 7), 'events.jsonl': '' })
  const listen = ['--listen', `127.0.0.1@${testPort()}`, '--workers', '1']
  const signing = await startReady(folder, '--zone', 'zz=zz.zone', '--sign', 'zz', ...listen)
  await signing.stop()
  await startReady(folder, '--feed', 'zz=events.jsonl', ...listen)
  const status = () => runCommand('feed', 'status', '--data', join(folder, 'data'))
  await until(async () => (await status()).stdout.includes('zz.  failed'))
  const { stdout, status: code } = await status()
  expect(stdout).toContain('problem  the zone is signed, and this server is not told to sign it')
  expect(code).toBe(1)
})

describe('feed export', () => {
  test('writes a snapshot document, to a file too', async () => {
    const folder = await fedFolder()
    const { stdout } = await runSuccessfully('feed', 'export', '--zone', 'zz', '--data', folder)
    const lines = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(lines[0]).toEqual({ v: 1, snapshot: 'zz.', seq: 0, at: expect.any(String), serial: 7 })
    expect(lines.at(-1)).toEqual({ end: 'snapshot', objects: 6 })
    expect(lines.slice(1, -1)).toEqual([
      expect.objectContaining({ op: 'upsert', kind: 'rrset', name: 'zz.', type: 'NS', ttl: 3600, rdata: ['ns1.zz.'] }),
      expect.objectContaining({ kind: 'rrset', name: 'zz.', type: 'SOA' }),
      expect.objectContaining({ kind: 'rrset', name: 'zz.', type: 'TXT', rdata: ['"version 7"'] }),
      expect.objectContaining({ kind: 'rrset', name: 'ns1.zz.', type: 'A' }),
      {
        op: 'upsert',
        kind: 'host',
        name: 'ns1.example.zz.',
        registrar: null,
        statuses: [],
        addrs: ['192.0.2.2'],
        ttl: { A: 3600 },
      },
      {
        op: 'upsert',
        kind: 'domain',
        name: 'example.zz.',
        registrar: null,
        statuses: [],
        ns: ['ns1.example.zz.'],
        ds: [],
        ttl: { NS: 3600 },
      },
    ])
    const file = join(folder, 'out.jsonl')
    expect((await runSuccessfully('feed', 'export', '--data', folder, '-o', file)).stdout).toBe('')
    const written = readFileSync(file, 'utf8')
    expect(written.slice(written.indexOf('\n'))).toBe(stdout.slice(stdout.indexOf('\n')))
  })

  test('of a zone that follows no feed says so', async () => {
    const folder = testFolder({ 'zz.zone': zoneText('zz.', 7) })
    await runSuccessfully('load', join(folder, 'zz.zone'), '--zone', 'zz', '--data', folder)
    const { status, stderr } = await runCommand('feed', 'export', '--zone', 'zz', '--data', folder)
    expect(stderr).toContain('zz. does not follow a feed in')
    expect(status).toBe(1)
  })
})

describe('feed verify', () => {
  test('says that the zone is what its objects make it, or where not', async () => {
    const folder = await fedFolder()
    const fine = await runSuccessfully('feed', 'verify', '--data', folder)
    const counts = '1 domains, 1 hosts, 0 changes to come'
    expect(fine.stdout).toBe(`zz. event 0, serial 7: ${counts}; the zone is what its objects make it\n`)

    const zone = new UnsignedZone(folder, ORIGIN, 'increment')
    zone.updater.apply([{ owner: nameFromText('example.zz.'), type: RRType.NS, rrset: undefined }])
    await zone.close()
    const bad = await runCommand('feed', 'verify', '--data', folder)
    expect(bad.status).toBe(1)
    expect(bad.stdout).toBe(
      'example.zz. NS: the objects make of it what the store does not have\n' +
        '  objects  example.zz.\t3600\tin\tns\tns1.example.zz.\n' +
        '  store    nothing\n' +
        `zz. event 0, serial 7: ${counts}; 1 differences\n`,
    )
    const json = await runCommand('feed', 'verify', '--data', folder, '--json')
    expect(json.status).toBe(1)
    expect(
      json.stdout
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line)),
    ).toEqual([
      {
        kind: 'rrset',
        name: 'example.zz.',
        type: 'NS',
        expected: ['example.zz.\t3600\tin\tns\tns1.example.zz.'],
        found: [],
      },
      { kind: 'summary', zone: 'zz.', seq: 0, serial: 7, domains: 1, hosts: 1, pending: 0, differences: 1 },
    ])
  })
})
