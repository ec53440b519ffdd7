import { execFileSync } from 'node:child_process'
import { createSocket } from 'node:dgram'
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { runCommand, runSuccessfully, toolPath } from '../peers/index.ts'
import { describeWithTools } from '../peers/suite.ts'
import { testFolder, zoneText } from './folder.ts'
import { ask, startReady, startServer, testPort, until } from './server.ts'

test('a zone file is loaded and answered over UDP and TCP; the ready text says how to try', async () => {
  const folder = testFolder({ 'zz.zone': zoneText('zz.', 1) })
  const port = testPort()
  const server = await startReady(folder, '--zone', 'zz=zz.zone', '--listen', `127.0.0.1@${port}`)
  expect(server.log).toContain(`try: dig @127.0.0.1 -p ${port} zz. SOA +norecurse`)
  expect(server.log).toMatch(/zz\. +serial 1, 6 records, 1 delegations/)
  expect(await ask(port, 'zz', 'TXT')).toMatchObject({
    rcode: 'NOERROR',
    transport: 'UDP',
    flags: ['qr', 'aa'],
    answers: [{ name: 'zz.', type: 'TXT', data: '"version 1"' }],
  })
  expect(await ask(port, 'a.example.zz', '+tcp')).toMatchObject({
    rcode: 'NOERROR',
    transport: 'TCP',
    authorities: [{ name: 'example.zz.', type: 'NS', data: 'ns1.example.zz.' }],
    additionals: [{ name: 'ns1.example.zz.', type: 'A', data: '192.0.2.2' }],
  })
  expect(await ask(port, 'nothing.zz')).toMatchObject({ rcode: 'NXDOMAIN' })
  expect(await ask(port, 'elsewhere')).toMatchObject({ rcode: 'REFUSED' })
  expect(await ask(port, 'version.bind', 'TXT', 'CH')).toMatchObject({ answers: [{ data: '"zonecut 0.1.0"' }] })

  const asked = await runSuccessfully('query', `@127.0.0.1@${port}`, 'ns1.example.zz', 'A', '+dnssec', '+nsid')
  expect(asked.stdout).toMatch(
    /^;; ->>HEADER<<- opcode: QUERY, status: NOERROR, id: \d+\n;; flags: qr; QUERY: 1, ANSWER: 0/,
  )
  expect(asked.stdout).toContain('; EDNS: version: 0, flags: do; udp: 1232')
  expect(asked.stdout).toContain('example.zz.\t3600\tIN\tNS\tns1.example.zz.')
  const json = await runSuccessfully('query', '@127.0.0.1', '-p', String(port), 'zz', 'TXT', '--json')
  expect(JSON.parse(json.stdout)).toMatchObject({ rcode: 'NOERROR', answers: [{ data: '"version 1"' }] })
})

test('the sample zones are served from their configuration', async () => {
  const folder = testFolder()
  const port = testPort()
  const zones = join(import.meta.dirname, '../../zones/zonecut.yaml')
  await startReady(folder, '--config', zones, '--data', 'data', '--listen', `127.0.0.1@${port}`)
  const answer = async (...words: string[]) => (await ask(port, ...words)).answers.map(({ data }) => data)
  expect(await answer('www.nic.coast', 'A')).toEqual(['192.0.2.80'])
  expect((await ask(port, 'pier07.coast')).authorities).toHaveLength(2)
  expect((await ask(port, 'birds.coast')).rcode).toBe('NOERROR')
  expect(await answer('example.com.mail', 'MX')).toHaveLength(2)
  expect(await answer('any.name.example.net.mail', 'TXT')).toEqual(['"registrant=example.net"'])
  expect((await ask(port, 'www.example.co.uk.mail')).authorities[0]).toMatchObject({ name: 'example.co.uk.mail.' })
  expect(await answer('!!.!!', 'A')).toEqual(['192.0.2.33'])
  expect(await answer('a\\.b.!!', 'TXT')).toEqual(['"one label with a dot in it"'])
  expect(await answer('a.b.!!', 'TXT')).toEqual(['"two labels"'])
  expect(await answer('\\000.!!', 'TXT')).toEqual(['"the octet zero"'])
  expect(await answer('\\195\\169.!!', 'TXT')).toEqual(['"octets above 127, here UTF-8"'])
})

test('node:dgram serves the same', async () => {
  const folder = testFolder({ 'zz.zone': zoneText('zz.', 1) })
  const port = testPort()
  const server = await startReady(folder, '--zone', 'zz=zz.zone', '--listen', `127.0.0.1@${port}`, '--io', 'dgram')
  expect(server.log).toContain('dgram')
  expect((await ask(port, 'zz', 'TXT')).answers).toMatchObject([{ data: '"version 1"' }])
  await runSuccessfully('load', join(folder, 'zz.zone'), '--zone', 'zz', '--data', join(folder, 'data'))
  server.signal('SIGTERM')
  expect(await server.exited).toEqual({ code: 0, signal: null })
})

describeWithTools('asked by dig', ['dig'], () => {
  test('over UDP and TCP, IPv4 and IPv6, on several addresses', async () => {
    const folder = testFolder({ 'zz.zone': zoneText('zz.', 1) })
    const port = testPort()
    const listen = ['127.0.0.1', '127.0.0.2', '::1'].flatMap((address) => ['--listen', `${address}@${port}`])
    await startReady(folder, '--zone', 'zz=zz.zone', ...listen)
    for (const address of ['127.0.0.1', '127.0.0.2', '::1']) {
      for (const transport of ['+notcp', '+tcp']) {
        const args = [`@${address}`, '-p', String(port), 'zz', 'TXT', '+norec', '+short', '+tries=1', transport]
        expect(execFileSync(toolPath('dig'), args, { encoding: 'utf8' })).toBe('"version 1"\n')
      }
    }
  })
})

test('the store is served at once after a restart, and what is newer is loaded', async () => {
  const folder = testFolder({ 'zz.zone': zoneText('zz.', 1) })
  const port = testPort()
  const args = ['--zone', 'zz=zz.zone', '--listen', `127.0.0.1@${port}`]
  const first = await startReady(folder, ...args)
  expect(first.log).toContain('loading the zone file')
  await first.stop()

  const second = await startReady(folder, ...args)
  expect(second.log).not.toContain('loading the zone file')
  expect((await ask(port, 'zz', 'TXT')).answers).toMatchObject([{ data: '"version 1"' }])
  await second.stop()

  writeFileSync(join(folder, 'zz.zone'), zoneText('zz.', 2))
  await startReady(folder, ...args)
  expect((await ask(port, 'zz', 'TXT')).answers).toMatchObject([{ data: '"version 2"' }])
})

test('zones in the data folder are served without being named; a later one joins', async () => {
  const folder = testFolder({ 'zz.zone': zoneText('zz.', 1), 'b.zone': zoneText('b.', 5) })
  const data = join(folder, 'data')
  await runSuccessfully('load', join(folder, 'zz.zone'), '--zone', 'zz', '--data', data)
  const port = testPort()
  await startReady(folder, '--listen', `127.0.0.1@${port}`)
  expect((await ask(port, 'zz', 'TXT')).answers).toMatchObject([{ data: '"version 1"' }])
  expect((await ask(port, 'b', 'TXT')).rcode).toBe('REFUSED')
  await runSuccessfully('load', join(folder, 'b.zone'), '--zone', 'b', '--data', data)
  await until(async () => (await ask(port, 'b', 'TXT')).answers[0]?.data === '"version 5"')
})

test('a load by another process is taken up without a query lost', async () => {
  const folder = testFolder({ 'zz.zone': zoneText('zz.', 1) })
  const port = testPort()
  await startReady(folder, '--zone', 'zz=zz.zone', '--listen', `127.0.0.1@${port}`, '--workers', '2')
  const traffic = sendWithoutPause(port)
  for (let serial = 2; serial <= 4; serial++) {
    writeFileSync(join(folder, 'new.zone'), zoneText('zz.', serial))
    await runSuccessfully('load', join(folder, 'new.zone'), '--zone', 'zz', '--data', join(folder, 'data'))
    await until(() => traffic.seen.has(`version ${serial}`))
  }
  const { sent, answered, lost } = await traffic.stop()
  expect(lost).toBe(0)
  expect(answered).toBe(sent)
  expect([...traffic.seen]).toEqual(['version 1', 'version 2', 'version 3', 'version 4'])
  const old = readdirSync(join(folder, 'data/zz')).filter((name) => name.startsWith('v'))
  expect(old).toEqual(['v4'])
})

test('SIGHUP and reload take up files and configuration; mistakes change nothing', async () => {
  const folder = testFolder({
    'zz.zone': zoneText('zz.', 1),
    'b.zone': zoneText('b.', 5),
    'zonecut.yaml': 'zones: [{ origin: zz, file: zz.zone }]\n',
  })
  const port = testPort()
  const config = join(folder, 'zonecut.yaml')
  const server = await startReady(folder, '--config', config, '--listen', `127.0.0.1@${port}`)
  const served = async () => (await ask(port, 'zz', 'TXT')).answers[0]?.data

  writeFileSync(join(folder, 'zz.zone'), zoneText('zz.', 2))
  server.signal('SIGHUP')
  await until(async () => (await served()) === '"version 2"')

  writeFileSync(config, 'nsid: ns1\nzones: [{ origin: zz, file: zz.zone }, { origin: b, file: b.zone }]\n')
  writeFileSync(join(folder, 'zz.zone'), zoneText('zz.', 33))
  const reload = await runSuccessfully('reload', '--config', config, '--json')
  expect(JSON.parse(reload.stdout)).toEqual({
    ok: true,
    notes: ['the key nsid was changed; it takes effect when the server is restarted'],
    zones: [
      { origin: 'b.', outcome: 'loaded', serial: 5, problem: null },
      { origin: 'zz.', outcome: 'loaded', serial: 33, problem: null },
    ],
  })
  // The reload has waited: there is no moment at which the answer is still the old one.
  expect(await served()).toBe('"version 33"')
  expect((await ask(port, 'b', 'SOA')).rcode).toBe('NOERROR')

  writeFileSync(join(folder, 'zz.zone'), `${zoneText('zz.', 444)}bad IN A not-an-address\n`)
  const failed = await runCommand('reload', '--config', config)
  expect(failed.status).toBe(1)
  expect(failed.stdout).toMatch(/zz\. {2}failed, serial 33: not loaded: 1 problems in the file/)
  expect(await served()).toBe('"version 33"')
  expect(server.log).toMatch(/zz\.zone:\d+:\d+: expected/)

  writeFileSync(config, 'nsid: ns1\nzone: []\n')
  const refused = await runCommand('reload', '--data', join(folder, 'data'))
  expect(refused.status).toBe(1)
  expect(refused.stdout).toContain("zonecut.yaml:2:1: zone: unknown key; did you mean 'zones'?")
  expect(await served()).toBe('"version 33"')

  writeFileSync(config, 'zones: [{ origin: zz }]\n')
  rmSync(join(folder, 'data/b'), { recursive: true })
  const removed = await runSuccessfully('reload', '--config', config)
  expect(removed.stdout).toContain('b.  removed')
  expect((await ask(port, 'b', 'SOA')).rcode).toBe('REFUSED')
})

test('a zone that cannot be served is SERVFAIL, and the others are served', async () => {
  const folder = testFolder({
    'zz.zone': zoneText('zz.', 1),
    'bad.zone': 'bad. SOA broken\n',
    'broken.zone': zoneText('broken.', 1),
  })
  const data = join(folder, 'data')
  await runSuccessfully('load', join(folder, 'broken.zone'), '--zone', 'broken', '--data', data)
  rmSync(join(data, 'broken/v1/data.mdb'))
  const port = testPort()
  const zones = ['zz=zz.zone', 'bad=bad.zone', 'gone=gone.zone', 'unknown'].flatMap((zone) => ['--zone', zone])
  const server = await startReady(folder, ...zones, '--listen', `127.0.0.1@${port}`)
  expect((await ask(port, 'zz', 'TXT')).rcode).toBe('NOERROR')
  for (const origin of ['bad', 'gone', 'unknown', 'broken']) {
    expect((await ask(port, `x.${origin}`)).rcode, origin).toBe('SERVFAIL')
  }
  expect(server.log).toMatch(/gone\. +failed: answers are SERVFAIL; the zone file .*gone\.zone does not exist/)

  const status = await runCommand('status', '--data', data, '--json')
  expect(status.status).toBe(1)
  const report = JSON.parse(status.stdout) as { zones: { origin: string; state: string; problem: string | null }[] }
  expect(report.zones.map(({ origin, state }) => [origin, state])).toEqual([
    ['bad.', 'failed'],
    ['broken.', 'failed'],
    ['gone.', 'failed'],
    ['unknown.', 'failed'],
    ['zz.', 'serving'],
  ])
  expect(report.zones.filter(({ problem }) => problem === null).map(({ origin }) => origin)).toEqual(['zz.'])

  // It heals without a restart.
  writeFileSync(join(folder, 'bad.zone'), zoneText('bad.', 9))
  await runSuccessfully('load', join(folder, 'broken.zone'), '--zone', 'broken', '--data', data)
  await runCommand('reload', '--data', data)
  expect((await ask(port, 'bad', 'TXT')).answers).toMatchObject([{ data: '"version 9"' }])
  expect((await ask(port, 'broken', 'TXT')).answers).toMatchObject([{ data: '"version 1"' }])
})

test('status shows what is served', async () => {
  const folder = testFolder({ 'zz.zone': zoneText('zz.', 1) })
  const port = testPort()
  await startReady(folder, '--zone', 'zz=zz.zone', '--listen', `127.0.0.1@${port}`, '--workers', '2')
  await ask(port, 'zz', 'SOA')
  await ask(port, 'zz', 'SOA', '+tcp')
  const data = join(folder, 'data')
  const text = await runSuccessfully('status', '--data', data)
  expect(text.stdout).toMatch(/^zonecut 0\.1\.0, process \d+, since /)
  expect(text.stdout).toContain('UDP      1 queries, 1 replies')
  expect(text.stdout).toContain('TCP      1 queries, 1 replies')
  expect(text.stdout).toMatch(/zz\. {2}serial 1, 6 records, 1 delegations, unsigned/)
  const report = JSON.parse((await runSuccessfully('status', '--data', data, '--json')).stdout)
  expect(report).toMatchObject({
    server: { data, config: null, listen: [`127.0.0.1@${port}`] },
    threads: [
      { name: 'udp-1', state: 'running', restarts: 0 },
      { name: 'udp-2', state: 'running', restarts: 0 },
      { name: 'tcp', state: 'running', restarts: 0, io: 'net' },
    ],
    zones: [{ origin: 'zz.', state: 'serving', version: { serial: 1, name: 'v1', denial: 'none', signed: false } }],
  })
})

test('SIGTERM and SIGINT end it with 0 within two seconds, with open connections too', async () => {
  const folder = testFolder({ 'zz.zone': zoneText('zz.', 1) })
  const port = testPort()
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    const server = await startReady(folder, '--zone', 'zz=zz.zone', '--listen', `127.0.0.1@${port}`)
    const idle = await import('node:net').then(({ connect }) => connect(port, '127.0.0.1'))
    idle.on('error', () => {})
    await until(() => !idle.connecting)
    const began = performance.now()
    server.signal(signal)
    expect(await server.exited).toEqual({ code: 0, signal: null })
    expect(performance.now() - began).toBeLessThan(2000)
    expect(existsSync(join(folder, 'data/server.lock'))).toBe(false)
    expect(existsSync(join(folder, 'data/control.sock'))).toBe(false)
    idle.destroy()
  }
})

test('a second server on the data folder is refused; one that was killed is replaced', async () => {
  const folder = testFolder({ 'zz.zone': zoneText('zz.', 1) })
  const port = testPort()
  const args = ['--zone', 'zz=zz.zone', '--listen', `127.0.0.1@${port}`]
  const first = await startReady(folder, ...args)
  const second = startServer(folder, '--listen', `127.0.0.1@${testPort()}`)
  expect((await second.exited).code).toBe(1)
  expect(second.log).toContain(`is served by process ${first.pid}`)
  expect(second.log).not.toContain('    at ')
  first.signal('SIGKILL')
  await first.exited
  await startReady(folder, ...args)
  expect((await ask(port, 'zz', 'TXT')).rcode).toBe('NOERROR')
})

test('an address in use is told with advice, and the data folder is left free', async () => {
  const folder = testFolder()
  const port = testPort()
  const other = createSocket('udp4')
  await new Promise<void>((resolve) => other.bind(port, '127.0.0.1', resolve))
  const udp = startServer(folder, '--listen', `127.0.0.1@${port}`)
  expect((await udp.exited).code).toBe(1)
  expect(udp.log).toMatch(/cannot listen on 127\.0\.0\.1@\d+ \(udp\): EADDRINUSE: another program has port/)
  expect(udp.log).not.toContain('    at ')
  other.close()

  const busy = createServer()
  await new Promise<void>((resolve) => busy.listen(port, '127.0.0.1', resolve))
  const tcp = startServer(folder, '--listen', `127.0.0.1@${port}`)
  expect((await tcp.exited).code).toBe(1)
  expect(tcp.log).toMatch(/cannot listen on 127\.0\.0\.1@\d+ \(tcp\): EADDRINUSE/)
  await new Promise((resolve) => busy.close(resolve))
  expect(existsSync(join(folder, 'data/server.lock'))).toBe(false)
})

test('the log can be JSON, an object a line', async () => {
  const folder = testFolder({ 'zz.zone': zoneText('zz.', 1), 'zonecut.yaml': 'log: { format: json }\n' })
  const port = testPort()
  const config = join(folder, 'zonecut.yaml')
  const server = await startReady(folder, '--config', config, '--zone', 'zz=zz.zone', '--listen', `127.0.0.1@${port}`)
  await server.stop()
  const lines = server.log.split('\n').filter((line) => line.startsWith('{'))
  expect(lines.length).toBeGreaterThan(2)
  for (const line of lines)
    expect(JSON.parse(line)).toMatchObject({ level: expect.any(String), msg: expect.any(String) })
})

test('a file replaced by an older copy is loaded too: what counts is that it is another', async () => {
  const folder = testFolder({ 'zz.zone': zoneText('zz.', 1) })
  const port = testPort()
  await startReady(folder, '--zone', 'zz=zz.zone', '--listen', `127.0.0.1@${port}`)
  mkdirSync(join(folder, 'backup'))
  writeFileSync(join(folder, 'backup/zz.zone'), zoneText('zz.', 7))
  utimesSync(join(folder, 'backup/zz.zone'), 1e9, 1e9)
  renameSync(join(folder, 'backup/zz.zone'), join(folder, 'zz.zone'))
  await runSuccessfully('reload', '--data', join(folder, 'data'))
  expect((await ask(port, 'zz', 'TXT')).answers).toMatchObject([{ data: '"version 7"' }])
})

test('a load that is killed leaves the version before, and the next one works', async () => {
  const folder = testFolder({ 'zz.zone': zoneText('zz.', 1) })
  const port = testPort()
  const server = await startReady(folder, '--zone', 'zz=zz.zone', '--listen', `127.0.0.1@${port}`)
  const many = Array.from({ length: 300_000 }, (_, i) => `d${i} NS ns${i % 1000}.hoster.example.`).join('\n')
  writeFileSync(join(folder, 'zz.zone'), zoneText('zz.', 2, many))
  server.signal('SIGHUP')
  await until(() => childrenOf(server.pid).length > 0)
  await new Promise((resolve) => setTimeout(resolve, 500))
  for (const pid of childrenOf(server.pid)) process.kill(pid, 'SIGKILL')
  await until(() => server.log.includes('was ended by SIGKILL'))
  expect((await ask(port, 'zz', 'TXT')).answers).toMatchObject([{ data: '"version 1"' }])
  const status = await runCommand('status', '--data', join(folder, 'data'), '--json')
  expect(JSON.parse(status.stdout)).toMatchObject({
    zones: [{ state: 'serving', version: { serial: 1 }, problem: expect.stringContaining('was ended by SIGKILL') }],
  })
  await runSuccessfully('reload', '--data', join(folder, 'data'))
  expect((await ask(port, 'zz', 'TXT')).answers).toMatchObject([{ data: '"version 2"' }])
})

test('SIGTERM during a load ends both at once', async () => {
  const many = Array.from({ length: 300_000 }, (_, i) => `d${i} NS ns${i % 1000}.hoster.example.`).join('\n')
  const folder = testFolder({ 'zz.zone': zoneText('zz.', 2, many) })
  const port = testPort()
  const server = startServer(folder, '--zone', 'zz=zz.zone', '--listen', `127.0.0.1@${port}`)
  await until(() => server.log.includes('loading the zone file') && childrenOf(server.pid).length > 0)
  // Meanwhile it is told, not guessed, that the zone is not there yet.
  expect((await ask(port, 'zz', 'SOA')).rcode).toBe('SERVFAIL')
  const [loader] = childrenOf(server.pid)
  const began = performance.now()
  server.signal('SIGTERM')
  expect(await server.exited).toEqual({ code: 0, signal: null })
  expect(performance.now() - began).toBeLessThan(2000)
  await until(() => !existsSync(`/proc/${loader}`))
})

function childrenOf(pid: number): number[] {
  const text = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim()
  return text === '' ? [] : text.split(' ').map(Number)
}

/** Asks for the TXT record of zz. all the time, a few queries under way at once, and notes which versions answered. */
function sendWithoutPause(port: number) {
  const query = Buffer.from('000000000001000000000000027a7a0000100001', 'hex')
  const socket = createSocket('udp4')
  const seen = new Set<string>()
  const waiting = new Map<number, NodeJS.Timeout>()
  let id = 0
  let sent = 0
  let answered = 0
  let lost = 0
  let stopped = false
  const send = () => {
    if (stopped) return
    id = (id + 1) & 0xffff
    const asked = id
    query.writeUInt16BE(asked, 0)
    sent++
    waiting.set(
      asked,
      setTimeout(() => {
        waiting.delete(asked)
        lost++
        send()
      }, 3000),
    )
    socket.send(Buffer.from(query), port, '127.0.0.1')
  }
  socket.on('message', (reply) => {
    const timer = waiting.get(reply.readUInt16BE(0))
    if (timer === undefined) return
    clearTimeout(timer)
    waiting.delete(reply.readUInt16BE(0))
    answered++
    seen.add(/version \d+/.exec(reply.toString('latin1'))?.[0] ?? 'none')
    setTimeout(send, 1)
  })
  for (let i = 0; i < 8; i++) send()
  return {
    seen,
    async stop() {
      stopped = true
      await until(() => waiting.size === 0, 5)
      socket.close()
      return { sent, answered, lost }
    },
  }
}
