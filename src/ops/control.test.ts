import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import {
  type ControlTarget,
  controlRoutes,
  fetchStatus,
  openControl,
  type ReloadReport,
  requestChange,
  requestReload,
  requestResign,
  type StatusReport,
} from './index.ts'

let folder: string
let path: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'zonecut-control-'))
  path = join(folder, 'control.sock')
})
afterEach(() => rmSync(folder, { recursive: true }))

const STATUS: StatusReport = {
  server: { version: '1', pid: 1, startedAt: '2026-07-31T00:00:00.000Z', data: '/d', config: null, listen: ['::1@53'] },
  threads: [{ name: 'tcp', state: 'running', restarts: 0, io: 'net', traffic: {} }],
  traffic: { udp: { PacketsIn: 3 }, tcp: {} },
  zones: [],
}
const RELOAD: ReloadReport = {
  ok: false,
  notes: ['n'],
  zones: [{ origin: 'zz.', outcome: 'failed', serial: 7, problem: 'p' }],
}
const settings = {
  listen: [],
  tls: undefined,
  tokens: [],
  certificates: [],
  limits: { maxBody: 1024, maxConnections: 4, headerTimeout: 5, requestTimeout: 5 },
}
const target: ControlTarget = {
  status: () => STATUS,
  reload: async () => RELOAD,
  change: async (origin, text) => ({ serial: text.length, problem: origin }),
  resign: async (origin, trustsClock) => ({ serial: trustsClock ? 1 : 0, problem: origin }),
}

const open = (socket: string, asked = target) => openControl({ ...settings, socket }, controlRoutes(asked))

test('status, reload and changes pass through the socket, which only its owner may open', async () => {
  const server = await open(path)
  expect(statSync(path).mode & 0o777).toBe(0o600)
  expect(await fetchStatus(path)).toEqual(STATUS)
  expect(await requestReload(path)).toEqual(RELOAD)
  expect(await requestChange(path, 'a\\032/b.', 'delete x')).toEqual({ serial: 8, problem: 'a\\032/b.' })
  expect(await requestResign(path, 'a\\032/b.', true)).toEqual({ serial: 1, problem: 'a\\032/b.' })
  expect(await requestResign(path, 'zz.', false)).toEqual({ serial: 0, problem: 'zz.' })
  await server.close()
  await expect(fetchStatus(path)).rejects.toMatchObject({ absent: true, message: `no server runs on ${path}` })
})

test('what a target throws reaches the client', async () => {
  const server = await open(path, {
    ...target,
    status: () => {
      throw new Error('broken')
    },
  })
  await expect(fetchStatus(path)).rejects.toThrow(/the server answered 500: .*broken/)
  await server.close()
})

test('a socket that a dead server left is replaced', async () => {
  // The socket's file stays when its process ends without closing it; closing removes it, so it is linked aside first.
  const { linkSync } = await import('node:fs')
  const dead = createServer()
  await new Promise<void>((resolve) => dead.listen(join(folder, 'dead'), resolve))
  linkSync(join(folder, 'dead'), path)
  await new Promise((resolve) => dead.close(resolve))
  const server = await open(path)
  expect(await fetchStatus(path)).toEqual(STATUS)
  await server.close()
})

test('a socket that is in use, or a file in its place, is left alone', async () => {
  const server = await open(path)
  await expect(open(path)).rejects.toThrow('another server listens')
  await server.close()
  writeFileSync(path, 'precious')
  await expect(open(path)).rejects.toThrow('is no socket')
  expect(statSync(path).size).toBe(8)
})

test('a path longer than the system allows is refused with advice', async () => {
  await expect(open(`/tmp/${'x'.repeat(120)}`)).rejects.toThrow(/Name a shorter one with the key control/)
})
