import { createHash } from 'node:crypto'
import { copyFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { testFolder, zoneText } from '../commands/folder.ts'
import { ask, startReady, startServer, testPort, until } from '../commands/server.ts'
import { runCommand, runSuccessfully } from '../peers/index.ts'
import { describeWithTools } from '../peers/suite.ts'
import { Authority } from './certificates.ts'
import { send } from './http.ts'

const TOKEN = 'a-token-of-the-operators-own'
const SHA256 = createHash('sha256').update(TOKEN).digest('hex')

describeWithTools('a server that is controlled over TLS', ['openssl'], () => {
  test('answers the commands, changes records, and shows a new certificate after a reload', async () => {
    const folder = testFolder({ 'zz.zone': zoneText('zz.', 1), token: `${TOKEN}\n` })
    const file = (name: string) => join(folder, name)
    const authority = new Authority(folder, 'ca')
    const install = (names: string) => {
      const { certificate, key } = authority.sign('server', names)
      copyFileSync(certificate, file('server.pem'))
      copyFileSync(key, file('server.key'))
    }
    install('IP:127.0.0.1')
    const [port, control] = [testPort(), testPort()]
    const configure = (more: string) =>
      writeFileSync(
        file('zonecut.yaml'),
        `listen: [127.0.0.1@${port}]
workers: 1
zones: [{ origin: zz, file: zz.zone, sign: true }]
control:
  listen: ['127.0.0.1:${control}']
  tls: { certificate: server.pem, key: server.key }
  tokens:
    - { name: operator, file: token, allow: [changes, control, read] }
${more}`,
      )
    configure('')
    const server = await startReady(folder, '--config', 'zonecut.yaml')
    const remote = ['--control', `https://127.0.0.1:${control}`, '--token-file', file('token'), '--ca', file('ca.pem')]

    const status = await runSuccessfully('status', ...remote, '--json')
    expect(JSON.parse(status.stdout)).toMatchObject({ zones: [{ origin: 'zz.', state: 'serving' }] })
    writeFileSync(file('changes'), 'add remote.zz. 60 NS ns.example.\n')
    const update = await runSuccessfully('update', file('changes'), '--zone', 'zz', ...remote)
    expect(update.stdout).toMatch(/^zz\. serial \d+\n$/)
    expect((await ask(port, 'www.remote.zz.', 'A')).authorities[0]).toMatchObject({ name: 'remote.zz.' })

    writeFileSync(file('wrong'), 'another-token-than-that\n')
    const wrong = await runCommand(
      'status',
      '--control',
      remote[1]!,
      '--ca',
      file('ca.pem'),
      '--token-file',
      file('wrong'),
    )
    expect(wrong).toMatchObject({ status: 1, stderr: expect.stringContaining('the server answered 401: the token') })
    await until(() =>
      /a request for control was refused .*address=127\.0\.0\.1 method=GET path=\/v1\/status/.test(server.log),
    )
    expect(server.log).not.toContain('another-token')
    const untrusted = await runCommand('status', ...remote.slice(0, 4))
    expect(untrusted).toMatchObject({ status: 1, stderr: expect.stringContaining('--ca') })

    // One more caller, and a certificate for another name: reload takes both over at once.
    install('DNS:renewed.example')
    configure(`    - { name: monitor, sha256: ${SHA256.replace(/^./, 'f')}, allow: [read] }\n  maxConnections: 9\n`)
    const reload = await runSuccessfully('reload', ...remote)
    expect(reload.stdout).toContain(
      'the key control.maxConnections was changed; it takes effect when the server is restarted',
    )
    const refused = await runCommand('status', ...remote)
    expect(refused).toMatchObject({
      status: 1,
      stderr: expect.stringContaining("does not match certificate's altnames"),
    })
    const renewed = { ca: authority.pem, servername: 'renewed.example', token: TOKEN }
    expect((await send(control, '/v1/status', renewed)).status).toBe(200)

    // What is wrong changes nothing.
    writeFileSync(file('server.pem'), 'no certificate')
    const failed = await runCommand('reload', '--config', file('zonecut.yaml'))
    expect(failed).toMatchObject({
      status: 1,
      stdout: expect.stringMatching(/the configuration was not taken over: TLS cannot/),
    })
    expect((await send(control, '/v1/status', renewed)).status).toBe(200)
  })
})

test('an address that is taken ends the start with the key to change', async () => {
  const folder = testFolder({ 'zz.zone': zoneText('zz.', 1) })
  const [first, second, control] = [testPort(), testPort(), testPort()]
  const config = (port: number) =>
    `data: data-${port}\nlisten: [127.0.0.1@${port}]\nzones: [{ origin: zz, file: zz.zone }]\n` +
    `control: { listen: ['127.0.0.1:${control}'], tokens: [{ name: a, sha256: ${SHA256}, allow: [read] }] }\n`
  writeFileSync(join(folder, '1.yaml'), config(first))
  writeFileSync(join(folder, '2.yaml'), config(second))
  await startReady(folder, '--config', '1.yaml')
  expect((await send(control, '/v1/status', { token: TOKEN })).status).toBe(200)
  const late = startServer(folder, '--config', '2.yaml')
  expect(await late.exited).toMatchObject({ code: 1 })
  expect(late.log).toContain(`cannot listen for control on 127.0.0.1@${control}: another program listens there`)
})

test.each([
  [['--control', 'https://127.0.0.1:1', '--data', 'x'], '--control goes without --data and --config'],
  [['--token-file', 'x'], '--token-file is for a server that is asked by --control https://HOST:PORT'],
  [['--control', 'http://192.0.2.1:8453', '--token-file', 'x'], 'the token would cross the network in the clear'],
  [['--control', 'https://127.0.0.1:1', '--cert', 'x'], '--cert and --key go together'],
  [['--control', 'https://a:b@127.0.0.1:1'], 'the token is read from --token-file'],
])('a command line that cannot be meant: %j', async (options, message) => {
  expect(await runCommand('status', ...options)).toMatchObject({ status: 2, stderr: expect.stringContaining(message) })
})
