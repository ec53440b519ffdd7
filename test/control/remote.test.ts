import { createHash } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { Agent } from 'node:https'
import { connect } from 'node:net'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterEach, describe, expect, test } from 'vitest'
import {
  type ControlRoute,
  type ControlServer,
  type ControlSettings,
  controlRoutes,
  type DeniedRequest,
  fetchStatus,
  openControl,
  requestChange,
  requestReload,
  type StatusReport,
} from '../../src/ops/index.ts'
import { testFolder } from '../commands/folder.ts'
import { describeWithTools } from '../peers/suite.ts'
import { Authority, type Certificate } from './certificates.ts'
import { send } from './http.ts'

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')
const FEED = 'feed-token-0123456789'
const READER = 'reader-token-0123456789'
const OPERATOR = 'operator-token-0123456789'
const LIMIT = 64 * 1024

const zone = (origin: string) =>
  ({ origin, state: 'serving', file: null, version: null, signing: null, load: null, problem: null }) as const
const STATUS = { server: {}, threads: [], traffic: { udp: {}, tcp: {} }, zones: [zone('yy.'), zone('zz.')] }

const opened: ControlServer[] = []
afterEach(async () => {
  await Promise.all(opened.splice(0).map((server) => server.close()))
})

interface Opened {
  readonly server: ControlServer
  readonly port: number
  readonly settings: ControlSettings
  readonly changes: string[]
  readonly denied: DeniedRequest[]
}

async function open(some: Partial<ControlSettings> = {}, more: readonly ControlRoute[] = []): Promise<Opened> {
  const folder = testFolder({ operator: `${OPERATOR}\n` })
  const settings: ControlSettings = {
    socket: join(folder, 'control.sock'),
    listen: [{ address: '127.0.0.1', port: 0 }],
    tls: undefined,
    tokens: [
      { name: 'feed', allow: ['changes'], zones: ['zz.'], secret: { sha256: sha256(FEED) } },
      { name: 'reader', allow: ['read'], zones: ['yy.'], secret: { sha256: sha256(READER) } },
      { name: 'operator', allow: ['changes', 'control', 'read'], secret: { file: join(folder, 'operator') } },
    ],
    certificates: [],
    limits: { maxBody: LIMIT, maxConnections: 8, headerTimeout: 2, requestTimeout: 2 },
    ...some,
  }
  const changes: string[] = []
  const denied: DeniedRequest[] = []
  const routes = controlRoutes({
    status: () => STATUS as unknown as StatusReport,
    reload: async () => ({ ok: true, notes: [], zones: [] }),
    change: async (origin, text) => {
      changes.push(text)
      return { serial: 7, problem: origin === 'bad.' ? 'bad' : null }
    },
    resign: async () => ({ serial: 8, problem: null }),
  })
  const server = await openControl(settings, [...routes, ...more], (request) => denied.push(request))
  opened.push(server)
  return { server, port: server.addresses[0]!.port, settings, changes, denied }
}

const CHANGES = '/v1/zones/zz./changes'
const post = (body: string | Buffer, token = FEED, headers: Record<string, string> = {}) => ({
  method: 'POST',
  body,
  token,
  headers,
})

describe('who may ask what over TCP', () => {
  test.each([
    ['no token', 'GET', '/v1/status', undefined, 401],
    ['a wrong token', 'GET', '/v1/status', 'wrong-token-0123456789', 401],
    ['a token that is none', 'GET', '/v1/status', '"', 401],
    ['no token, and nothing there', 'GET', '/nothing', undefined, 401],
    ['nothing there', 'GET', '/nothing', OPERATOR, 404],
    ['a change in a zone of its own', 'POST', CHANGES, FEED, 200],
    ['a change in another zone', 'POST', '/v1/zones/yy./changes', FEED, 403],
    ['a change in any zone', 'POST', '/v1/zones/yy./changes', OPERATOR, 200],
    ['a change without the right', 'POST', '/v1/zones/yy./changes', READER, 403],
    ['the status', 'GET', '/v1/status', READER, 200],
    ['the status without the right', 'GET', '/v1/status', FEED, 403],
    ['a reload', 'POST', '/v1/reload', OPERATOR, 200],
    ['a reload without the right', 'POST', '/v1/reload', READER, 403],
  ])('%s', async (_, method, path, token, status) => {
    const { port, changes, denied } = await open()
    const answer = await send(port, path, { method, ...(token === undefined ? {} : { token }) })
    expect(answer.status).toBe(status)
    if (status === 401) {
      expect(answer.headers['www-authenticate']).toMatch(
        token === undefined ? /^Bearer realm="zonecut"$/ : /invalid_token/,
      )
      expect(answer.json).toEqual({ error: expect.any(String), reason: 'unauthorized' })
    }
    if (status === 403) expect(answer.json).toMatchObject({ error: expect.any(String), reason: 'forbidden' })
    if (status === 404) expect(answer.json).toMatchObject({ error: 'there is no GET /nothing', reason: 'not-found' })
    expect(changes).toHaveLength(status === 200 && path.endsWith('changes') ? 1 : 0)
    expect(denied.map(({ method, path }) => ({ method, path }))).toEqual(
      status === 401 || status === 403 ? [{ method, path }] : [],
    )
  })

  test('a caller limited to some zones sees no others, and has no right to what is about the server', async () => {
    const tokens = [
      { name: 'some', allow: ['read', 'control'], zones: ['yy.'], secret: { sha256: sha256(READER) } },
    ] as const
    const { port, settings } = await open({ tokens })
    const { json } = await send(port, '/v1/status', { token: READER })
    expect(json.zones!.map(({ origin }) => origin)).toEqual(['yy.'])
    expect((await send(port, '/v1/reload', { method: 'POST', token: READER })).status).toBe(403)
    expect((await fetchStatus(settings.socket)).zones).toHaveLength(2)
  })

  test('a route of a colleague has its right checked, and its own refusals', async () => {
    const cursor: ControlRoute = {
      method: 'GET',
      path: '/v1/cursor',
      right: 'changes',
      zones: 'answer',
      answer: ({ caller, query }) => ({ caller: caller.name, source: query.source }),
    }
    const { port } = await open({}, [cursor])
    expect((await send(port, '/v1/cursor?source=a', { token: FEED })).json).toEqual({ caller: 'feed', source: 'a' })
    expect((await send(port, '/v1/cursor', { token: READER })).status).toBe(403)
  })

  test('the commands of a client work over TCP as on the socket', async () => {
    const { port, settings } = await open()
    const remote = { url: new URL(`http://127.0.0.1:${port}/`), token: OPERATOR }
    expect(await fetchStatus(remote)).toEqual(await fetchStatus(settings.socket))
    expect(await requestReload(remote)).toMatchObject({ ok: true })
    expect(await requestChange(remote, 'zz.', 'delete a.zz.')).toEqual({ serial: 7, problem: null })
    await expect(fetchStatus({ ...remote, token: FEED })).rejects.toMatchObject({
      status: 403,
      reason: 'forbidden',
      message: 'the server answered 403: feed has not the right read',
    })
  })

  test('two callers with one token, and a file that holds none, are refused with their names', async () => {
    const secret = { sha256: sha256(FEED) }
    const twins = [
      { name: 'a', allow: ['read'], secret },
      { name: 'b', allow: ['read'], secret },
    ] as const
    await expect(open({ tokens: twins })).rejects.toThrow('the tokens a and b are the same')
    const folder = testFolder({ short: 'abc\n' })
    const tokens = (file: string) => [{ name: 'a', allow: ['read'], secret: { file: join(folder, file) } }] as const
    await expect(open({ tokens: tokens('short') })).rejects.toThrow(/short holds no token for a: expected 16/)
    await expect(open({ tokens: tokens('none') })).rejects.toThrow(/the token a cannot be read: ENOENT/)
  })
})

describe('bodies', () => {
  test('packed by gzip are unpacked', async () => {
    const { port, changes } = await open()
    const text = 'add a.zz. 60 NS ns.example.\n'.repeat(100)
    expect(await send(port, CHANGES, post(gzipSync(text), FEED, { 'content-encoding': 'gzip' }))).toMatchObject({
      status: 200,
    })
    expect(changes).toEqual([text])
  })

  test('that unpack to more than is allowed are refused before they are unpacked, and cost no memory', async () => {
    const { port, changes } = await open()
    const bomb = gzipSync(Buffer.alloc(48 * 1024 * 1024))
    expect(bomb.length).toBeLessThan(LIMIT)
    const before = process.memoryUsage().rss
    const answer = await send(port, CHANGES, post(bomb, FEED, { 'content-encoding': 'gzip' }))
    expect(answer).toMatchObject({ status: 413, json: { reason: 'too-large', limit: LIMIT } })
    expect(process.memoryUsage().rss - before).toBeLessThan(24 * 1024 * 1024)
    expect(changes).toEqual([])
  })

  test.each([
    ['no gzip', Buffer.from('add a.zz. 60 NS ns.example.'), 'gzip', 400, 'bad-encoding'],
    ['gzip cut short', gzipSync('x'.repeat(1000)).subarray(0, 20), 'gzip', 400, 'bad-encoding'],
    ['another encoding', Buffer.from('x'), 'br', 415, 'unsupported-encoding'],
  ])('that are %s are refused', async (_, body, encoding, status, reason) => {
    const { port, changes } = await open()
    const answer = await send(port, CHANGES, post(body, FEED, { 'content-encoding': encoding }))
    expect(answer).toMatchObject({ status, json: { reason } })
    if (status === 415) expect(answer.headers['accept-encoding']).toBe('gzip')
    expect(changes).toEqual([])
  })

  test('that are too large are refused, with their size announced or not', async () => {
    const { port, changes } = await open()
    const body = Buffer.alloc(LIMIT + 1, 0x20)
    const expected = { status: 413, json: { error: expect.any(String), reason: 'too-large', limit: LIMIT } }
    expect(await send(port, CHANGES, post(body))).toMatchObject(expected)
    expect(await send(port, CHANGES, post(body, FEED, { 'transfer-encoding': 'chunked' }))).toMatchObject(expected)
    expect(await send(port, CHANGES, post(body.subarray(1)))).toMatchObject({ status: 200 })
    expect(changes).toHaveLength(1)
  })

  test('whoever has no right sends none: the refusal comes before the body', async () => {
    const { port } = await open()
    const answer = await converse(
      port,
      `POST ${CHANGES} HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\n`,
      /unauthorized/,
    )
    expect(answer.text).toMatch(/^HTTP\/1\.1 401 /)
    expect(answer.seconds).toBeLessThan(1.5)
  })
})

describe('slow and many', () => {
  test.each([
    ['header', 'POST /v1/status HTTP/1.1\r\nHost: a\r\nX-A: '],
    ['body', `POST ${CHANGES} HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer ${FEED}\r\nContent-Length: 1000\r\n\r\nadd`],
  ])('a %s that comes an octet at a time is cut off', async (_, start) => {
    const { port, changes } = await open()
    const answer = await converse(port, start, undefined, 'x')
    expect(answer.text).toMatch(/^HTTP\/1\.1 408 .*"reason":"timeout"/s)
    expect(answer.seconds).toBeGreaterThan(1)
    expect(answer.seconds).toBeLessThan(6)
    expect(changes).toEqual([])
  })

  test('a connection that says nothing is cut off', async () => {
    const { port } = await open()
    expect((await converse(port, '')).seconds).toBeLessThan(6)
  })

  test('what is no HTTP is answered with an error and closed', async () => {
    const { port } = await open()
    expect((await converse(port, '\0\0\r\n\r\n')).text).toMatch(/^HTTP\/1\.1 400 .*"reason":"bad-request"/s)
  })

  test('connections beyond the limit are closed, and the others served', async () => {
    const { port } = await open({ limits: { maxBody: 1024, maxConnections: 2, headerTimeout: 5, requestTimeout: 5 } })
    const idle = [1, 2].map(() => connect(port, '127.0.0.1'))
    await Promise.all(idle.map((socket) => new Promise((resolve) => socket.once('connect', resolve))))
    await expect(send(port, '/v1/status', { token: READER })).rejects.toMatchObject({ code: 'ECONNRESET' })
    idle[0]!.destroy()
    await expect
      .poll(async () =>
        send(port, '/v1/status', { token: READER }).then(
          ({ status }) => status,
          () => 0,
        ),
      )
      .toBe(200)
    idle[1]!.destroy()
  })
})

describeWithTools('control over TLS', ['openssl'], () => {
  interface Files {
    readonly folder: string
    readonly authority: Authority
    readonly server: Certificate
  }
  const files = (): Files => {
    const folder = testFolder()
    const authority = new Authority(folder, 'ca')
    return { folder, authority, server: authority.sign('server', 'IP:127.0.0.1') }
  }
  const client = ({ certificate, key }: Certificate) => ({ cert: readFileSync(certificate), key: readFileSync(key) })

  test('takes tokens, and asks for no certificate where none is configured', async () => {
    const { authority, server } = files()
    const { port } = await open({ tls: { ...server, clientCa: undefined } })
    expect((await send(port, '/v1/status', { ca: authority.pem, token: READER })).status).toBe(200)
    expect((await send(port, '/v1/status', { ca: authority.pem })).status).toBe(401)
    const url = new URL(`https://127.0.0.1:${port}`)
    expect((await fetchStatus({ url, token: READER, ca: authority.pem })).zones).toHaveLength(1)
    await expect(fetchStatus({ url, token: READER })).rejects.toThrow(/--ca/)
  })

  test('takes client certificates by their name, and no others', async () => {
    const { folder, authority, server } = files()
    const stranger = new Authority(folder, 'stranger')
    const certificates = [
      { name: 'feed.example', allow: ['changes'], zones: ['zz.'] },
      { name: 'monitor', allow: ['read'] },
    ] as const
    const { port } = await open({ tls: { ...server, clientCa: authority.certificate }, certificates })
    const asked = async (path: string, certificate?: Certificate, token?: string) => {
      const method = path.endsWith('changes') ? 'POST' : 'GET'
      const options = { method, ca: authority.pem, ...(certificate && client(certificate)), ...(token && { token }) }
      const { status, json } = await send(port, path, options)
      return status === 200 ? 200 : [status, json.error]
    }
    const feed = authority.sign('whoever', 'DNS:feed.example')
    expect(await asked(CHANGES, feed)).toBe(200)
    expect(await asked('/v1/zones/yy./changes', feed)).toEqual([403, expect.stringContaining('yy.')])
    expect(await asked('/v1/status', feed)).toEqual([403, 'feed.example has not the right read'])
    expect(await asked('/v1/status', authority.sign('monitor'))).toBe(200)
    // The subject's name does not count beside another one, and a pattern is no name.
    const unknown = [401, expect.stringContaining("certificate's name")]
    expect(await asked('/v1/status', authority.sign('monitor', 'DNS:other.example'))).toEqual(unknown)
    expect(await asked(CHANGES, authority.sign('any', 'DNS:*.example'))).toEqual(unknown)
    expect(await asked('/v1/status', stranger.sign('monitor'))).toEqual([401, expect.stringContaining('not accepted')])
    expect(await asked('/v1/status')).toEqual([401, expect.stringContaining('send a token')])
    expect(await asked('/v1/status', undefined, READER)).toBe(200)
    expect(await asked('/v1/status', authority.sign('monitor'), 'wrong-token-0123456789')).toEqual([
      401,
      expect.any(String),
    ])
  })

  test('new settings bring a new certificate and new callers, and change nothing when they are wrong', async () => {
    const { folder, authority, server } = files()
    const other = new Authority(folder, 'other')
    const certificates = [{ name: 'monitor', allow: ['read'] }] as const
    const opened = await open({ tls: { ...server, clientCa: authority.certificate }, certificates })
    const { port, settings } = opened
    const agent = new Agent({ keepAlive: true, maxSockets: 1 })
    const monitor = client(authority.sign('monitor'))
    const question = { ca: authority.pem, agent, ...monitor }
    expect((await send(port, '/v1/status', question)).status).toBe(200)

    const wrong = join(folder, 'wrong.pem')
    writeFileSync(wrong, 'no certificate')
    expect(() =>
      opened.server.reconfigure({ ...settings, tls: { ...settings.tls!, certificate: wrong }, tokens: [] }),
    ).toThrow(/TLS cannot be set up from .*wrong\.pem/)
    expect(() => opened.server.reconfigure({ ...settings, tls: { ...settings.tls!, key: other.key } })).toThrow(
      /mismatch/,
    )
    expect((await send(port, '/v1/status', { ca: authority.pem, token: READER })).status).toBe(200)

    const renewed = other.sign('server', 'IP:127.0.0.1')
    opened.server.reconfigure({
      ...settings,
      tls: { ...renewed, clientCa: other.certificate },
      tokens: settings.tokens.slice(2),
    })
    // A connection that was open is not used any more, and the old certificates are neither shown nor taken.
    await expect(send(port, '/v1/status', question)).rejects.toThrow(/self-signed|unable to|ECONNRESET|socket hang up/)
    await expect(send(port, '/v1/status', { ca: authority.pem, token: OPERATOR })).rejects.toThrow(
      /unable to|self-signed/,
    )
    expect((await send(port, '/v1/status', { ca: other.pem, ...monitor })).status).toBe(401)
    expect((await send(port, '/v1/status', { ca: other.pem, ...client(other.sign('monitor')) })).status).toBe(200)
    expect((await send(port, '/v1/status', { ca: other.pem, token: READER })).status).toBe(401)
    expect((await send(port, '/v1/status', { ca: other.pem, token: OPERATOR })).status).toBe(200)
    agent.destroy()
  })
})

/** Says something over a connection of its own, then `drip` ten times a second, until the other end closes or `end` has come. */
function converse(
  port: number,
  start: string,
  end?: RegExp,
  drip?: string,
): Promise<{ text: string; seconds: number }> {
  return new Promise((resolve) => {
    const began = performance.now()
    const socket = connect(port, '127.0.0.1', () => socket.write(start))
    let text = ''
    const timer = setInterval(() => drip !== undefined && socket.writable && socket.write(drip), 100)
    socket.on('data', (chunk) => {
      text += chunk
      if (end?.test(text)) socket.destroy()
    })
    socket.on('error', () => {})
    socket.on('close', () => {
      clearInterval(timer)
      resolve({ text, seconds: (performance.now() - began) / 1000 })
    })
  })
}
