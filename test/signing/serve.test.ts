import { execFileSync, spawnSync } from 'node:child_process'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { dsMatchesKey } from '../../src/dnssec/verify/index.ts'
import { fetchStatus, requestChange, requestReload } from '../../src/ops/index.ts'
import { nameFromText } from '../../src/wire/index.ts'
import { ask, startReady, testPort, until } from '../commands/server.ts'
import { temporaryFolder, ZONECUT } from '../peers/index.ts'
import { describeWithTools } from '../peers/suite.ts'

const ORIGIN = nameFromText('zz.')
const ZONE = `$TTL 3600
@ SOA ns.zz. host.zz. 7 7200 3600 1209600 600
@ NS ns
ns A 192.0.2.1
signed NS ns.example.
signed DS 1 13 2 ${'ab'.repeat(32)}
unsigned NS ns.example.
`

async function serving() {
  const folder = temporaryFolder('signing')
  writeFileSync(join(folder, 'zz.zone'), ZONE)
  const port = testPort()
  const options = ['--zone', 'zz=zz.zone', '--sign', 'zz', '--listen', `127.0.0.1@${port}`, '--workers', '1']
  const server = await startReady(folder, ...options)
  return { folder, port, server, options, control: join(folder, 'data', 'control.sock') }
}

type Serving = Awaited<ReturnType<typeof serving>>

const serialOf = async ({ port }: Serving) => Number((await ask(port, 'zz.', 'SOA')).answers[0]!.data.split(' ')[2])

/** Ids of processes that this one started, by what their command line names. */
function childOf(pid: number, script: string): number | undefined {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8')
    .trim()
    .split(' ')
    .filter(Boolean)
    .map(Number)
  return children.find((child) => readFileSync(`/proc/${child}/cmdline`, 'utf8').includes(script))
}

describeWithTools('a zone that is served signed', ['ldns-verify-zone', 'dnssec-verify'], () => {
  test('has keys made on the first start, and what is served validates', async () => {
    const zone = await serving()
    const keys = readdirSync(join(zone.folder, 'data', 'keys'))
    expect(keys.filter((name) => name.endsWith('.private'))).toHaveLength(2)
    const { answers } = await ask(zone.port, 'zz.', 'DNSKEY', '+dnssec')
    expect(answers.map(({ type }) => type)).toEqual(['DNSKEY', 'DNSKEY', 'RRSIG'])
    const denied = await ask(zone.port, 'none.zz.', 'A', '+dnssec')
    expect(denied.rcode).toBe('NXDOMAIN')
    expect(denied.authorities.filter(({ type }) => type === 'NSEC3').length).toBeGreaterThan(0)

    const exported = join(zone.folder, 'exported')
    execFileSync(process.execPath, [ZONECUT, 'export', '--zone', 'zz', '--data', 'data', '--output', exported], {
      cwd: zone.folder,
    })
    execFileSync('ldns-verify-zone', [exported], { stdio: 'pipe' })
    const verify = (...options: string[]) =>
      spawnSync(process.execPath, [ZONECUT, 'verify', exported, '--zone', 'zz', ...options], { encoding: 'utf8' })
    expect(verify()).toMatchObject({ status: 0, stdout: expect.stringMatching(/^zz\.: \d+ records, all valid\n$/) })
    // What is only warned of elsewhere is a fault here.
    const later = verify('--at', '20400101000000', '--faults', '1', '--json')
    expect(later.status).toBe(1)
    expect(JSON.parse(later.stdout)).toMatchObject({
      ok: false,
      signed: true,
      faults: [{ check: 'signature-expired' }],
    })
    const unsigned = spawnSync(process.execPath, [ZONECUT, 'verify', join(zone.folder, 'zz.zone'), '--zone', 'zz'])
    expect(unsigned.status).toBe(1)
    expect(String(unsigned.stdout)).toContain('the zone is not signed')
    execFileSync('dnssec-verify', ['-o', 'zz', exported], { stdio: 'pipe' })
    const status = await fetchStatus(zone.control)
    expect(status.zones[0]!.signing).toMatchObject({ state: 'signing', problem: null, alarms: [] })
    const text = execFileSync(process.execPath, [ZONECUT, 'status', '--data', 'data'], { cwd: zone.folder })
    expect(String(text)).toMatch(/\n {2}signing: by Kzz\.\+013\+\d{5}; since the start /)
  })

  test('answers with a change as soon as it is told that the change is made', async () => {
    const zone = await serving()
    const before = await serialOf(zone)
    const ds = `4711 13 2 ${'CD'.repeat(32)}`
    const changed = await requestChange(zone.control, 'zz.', `add unsigned.zz. 3600 DS ${ds}`)
    expect(changed).toMatchObject({ problem: null })
    expect(changed.serial).toBeGreaterThan(before)
    const answers = await ask(zone.port, 'unsigned.zz.', 'DS', '+dnssec')
    expect(answers.answers.map(({ type }) => type)).toEqual(['DS', 'RRSIG'])
    expect(answers.answers[0]!.data.toUpperCase()).toBe(ds.toUpperCase())
    expect(await requestChange(zone.control, 'zz.', 'delete nothing.zz. A 192.0.2.9')).toMatchObject({ serial: null })
    expect(await requestChange(zone.control, 'yy.', 'delete a.yy.')).toMatchObject({ serial: null })
    expect(await serialOf(zone)).toBe(changed.serial)
  })

  test('goes on after its keeper process was killed, and after the server itself was', async () => {
    const zone = await serving()
    const pid = zone.server.pid
    process.kill(childOf(pid, 'keeper-process')!, 'SIGKILL')
    await until(async () => {
      const { problem } = await requestChange(zone.control, 'zz.', 'add again.zz. 3600 NS ns.example.')
      return problem === null
    })
    expect((await ask(zone.port, 'www.again.zz.', 'A')).authorities.map(({ name }) => name)).toEqual(['again.zz.'])
    const { answers } = await ask(zone.port, 'zz.', 'DNSKEY')
    process.kill(pid, 'SIGKILL')
    await until(() => zone.server.exit !== undefined)

    await startReady(zone.folder, ...zone.options)
    const after = await ask(zone.port, 'zz.', 'DNSKEY')
    expect(after.answers).toEqual(answers)
    expect((await ask(zone.port, 'again.zz.', 'A')).authorities.map(({ name }) => name)).toEqual(['again.zz.'])
    await until(
      async () => (await requestChange(zone.control, 'zz.', 'add more.zz. 3600 NS ns.example.')).problem === null,
    )
  })

  test('a commit that is refused leaves what was served, and says why', async () => {
    const folder = temporaryFolder('signing')
    writeFileSync(join(folder, 'zz.zone'), ZONE)
    // Refuses every zone that has a certain name.
    writeFileSync(
      join(folder, 'ask.sh'),
      '#!/bin/sh\nif grep -q "^forbidden"; then echo "no such names here"; exit 3; fi\n',
      {
        mode: 0o755,
      },
    )
    const port = testPort()
    writeFileSync(
      join(folder, 'zonecut.yaml'),
      `listen: [127.0.0.1@${port}]\nworkers: 1\nzones:\n  - origin: zz\n    file: zz.zone\n    sign: {gate: {command: [./ask.sh]}}\n`,
    )
    const server = await startReady(folder, '--config', 'zonecut.yaml')
    const zone = { folder, port, server, options: [], control: join(folder, 'data', 'control.sock') }
    const before = await serialOf(zone)
    const refused = await requestChange(zone.control, 'zz.', 'add forbidden.zz. 60 NS ns.example.')
    expect(refused.serial).toBeNull()
    expect(refused.problem).toMatch(/ask\.sh.*no such names here/s)
    expect(await serialOf(zone)).toBe(before)
    expect((await ask(port, 'forbidden.zz.', 'A')).rcode).toBe('NXDOMAIN')
    await until(async () => (await fetchStatus(zone.control)).zones[0]!.signing?.refusals === 1)
    const { signing } = (await fetchStatus(zone.control)).zones[0]!
    expect(signing).toMatchObject({ state: 'refused', problem: refused.problem })
    const good = await requestChange(zone.control, 'zz.', 'add allowed.zz. 60 NS ns.example.')
    expect(good.serial).toBeGreaterThan(before)
    await until(async () => (await fetchStatus(zone.control)).zones[0]!.signing?.state === 'signing')

    // A file that is refused is not loaded either.
    writeFileSync(join(folder, 'zz.zone'), `${ZONE}forbidden NS ns.example.\n`)
    const reload = await requestReload(zone.control)
    expect(reload).toMatchObject({ ok: false, zones: [{ outcome: 'failed' }] })
    expect(reload.zones[0]!.problem).toMatch(/no such names here/)
    expect((await ask(port, 'www.allowed.zz.', 'A')).authorities.map(({ name }) => name)).toEqual(['allowed.zz.'])
  })

  test('prints the DS of a key', async () => {
    const zone = await serving()
    let id: string | undefined
    // It is served as soon as it is loaded, and what signs it is told a moment later.
    await until(async () => {
      id = (await fetchStatus(zone.control)).zones[0]!.signing?.keys.signingKeys[0]
      return id !== undefined
    })
    const output = execFileSync(process.execPath, [ZONECUT, 'keys', 'ds', id!, '--zone', 'zz', '--keys', 'data/keys'], {
      cwd: zone.folder,
      encoding: 'utf8',
    })
    const [, tag, algorithm, type, digest] = /DS\s+(\d+) (\d+) (\d+) ([0-9A-Fa-f]+)/.exec(output)!
    const ds = Buffer.from([Number(tag) >>> 8, Number(tag) & 255, Number(algorithm), Number(type)])
    const rdata = Buffer.concat([ds, Buffer.from(digest!, 'hex')])
    const { answers } = await ask(zone.port, 'zz.', 'DNSKEY')
    const keys = answers.map(({ data }) => {
      const [flags, protocol, number, ...text] = data.split(' ')
      const head = Buffer.from([Number(flags) >>> 8, Number(flags) & 255, Number(protocol), Number(number)])
      return Buffer.concat([head, Buffer.from(text.join(''), 'base64')])
    })
    expect(keys.some((key) => dsMatchesKey(ORIGIN, rdata, key))).toBe(true)
  })
})
