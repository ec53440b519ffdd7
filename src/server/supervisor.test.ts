import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { pino } from 'pino'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { BindError, createCounters, createStopFlag, requestStop } from '../net/index.ts'
import { nameFromText } from '../wire/index.ts'
import { Supervisor, ThreadStartError } from './supervisor.ts'

/** What every body below has: a view of its shared memory, and the way it takes up zones. */
const PRELUDE = `
import { existsSync, writeFileSync } from 'node:fs'
import { parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads'
const generations = new Int32Array(workerData.generations)
const stop = new Int32Array(workerData.stop)
let generation = workerData.zones.generation
const ready = () => parentPort.postMessage({ kind: 'ready', io: 'test', notes: ['a note'] })
const log = (message, fields) => parentPort.postMessage({ kind: 'log', level: 'info', message, fields })
/** Once in the life of the test. */
const once = (name) => {
  const mark = new URL(name, import.meta.url)
  if (existsSync(mark)) return false
  writeFileSync(mark, '')
  return true
}
const loop = () => {
  while (Atomics.load(stop, 0) === 0) {
    Atomics.wait(stop, 0, 0, 5)
    if (Atomics.load(generations, 0) === generation) continue
    for (let received; (received = receiveMessageOnPort(workerData.port)); ) generation = received.message.generation
    Atomics.store(generations, workerData.slot, generation)
  }
}
Atomics.store(generations, workerData.slot, generation)
log('begins', { zones: workerData.zones.zones.length })
`

let folder: string
let lines: Record<string, unknown>[]
let stop: SharedArrayBuffer
const open: Supervisor[] = []

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'zonecut-supervisor-'))
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}')
  lines = []
  stop = createStopFlag()
})
afterEach(async () => {
  requestStop(stop)
  await Promise.all(open.splice(0).map((supervisor) => supervisor.stop(500)))
  rmSync(folder, { recursive: true })
})

function supervise(body: string, threads = 1): Supervisor {
  writeFileSync(join(folder, 'tcp-thread.js'), PRELUDE + body)
  const supervisor = new Supervisor({
    plans: Array.from({ length: threads }, (_, index) => ({
      name: `tcp-${index + 1}`,
      body: 'tcp-thread',
      data: {
        dataDir: folder,
        listen: [],
        stop,
        counters: createCounters(),
        limits: { connections: 1, connectionsPerClient: 1, idleTimeout: 1, messageTimeout: 1, writeTimeout: 1 },
        answer: {
          udpPayload: 1232,
          nsid: undefined,
          versionText: undefined,
          hostnameText: undefined,
          idText: undefined,
          tcpIdleTimeout: 1,
        },
      },
    })),
    log: pino({}, { write: (line) => void lines.push(JSON.parse(line)) }),
    onZoneFailed: (origin, message) => void lines.push({ msg: `zone ${origin.length}: ${message}` }),
    bodies: pathToFileURL(`${folder}/`),
  })
  open.push(supervisor)
  return supervisor
}

const messages = () => lines.map(({ msg }) => msg)
const until = async (condition: () => boolean) => {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5))
}
const ZZ = { origin: nameFromText('zz.'), version: 'v1', revision: 0, expired: false }

test('threads start with what was published, and take up what is published later', async () => {
  const supervisor = supervise('ready(); loop()', 2)
  supervisor.publish([ZZ])
  await supervisor.start()
  expect(supervisor.report()).toEqual([
    { name: 'tcp-1', state: 'running', restarts: 0, io: 'test' },
    { name: 'tcp-2', state: 'running', restarts: 0, io: 'test' },
  ])
  expect(lines.filter(({ msg }) => msg === 'begins')).toMatchObject([{ zones: 1 }, { zones: 1 }])
  expect(messages()).toContain('a note')
  const generation = supervisor.publish([])
  expect(await supervisor.settled(generation, 5000)).toBe(true)
  expect(await supervisor.settled(generation + 1, 20)).toBe(false)
})

test('a thread that dies is started again, with the newest zones', async () => {
  const supervisor = supervise(`
    ready()
    if (once('died')) setTimeout(() => { throw new Error('killed by a test') }, 50)
    else loop()`)
  await supervisor.start()
  const generation = supervisor.publish([ZZ, { ...ZZ, origin: nameFromText('b.') }])
  await until(() => supervisor.report()[0]!.restarts === 1 && supervisor.report()[0]!.state === 'running')
  const death = lines.find(({ msg }) => msg === 'an answering thread died; it is started again')
  expect(death).toMatchObject({ thread: 'tcp-1', restarts: 1, delay: 100, error: expect.stringContaining('by a test') })
  expect(lines.filter(({ msg }) => msg === 'begins')).toMatchObject([{ zones: 0 }, { zones: 2 }])
  expect(await supervisor.settled(generation, 1000)).toBe(true)
})

test('a thread that keeps dying is started ever less often', async () => {
  const supervisor = supervise('ready(); setTimeout(() => process.exit(3), 1)')
  await supervisor.start()
  await until(() => supervisor.report()[0]!.restarts === 3)
  const deaths = lines.filter(({ msg }) => msg === 'an answering thread died; it is started again')
  expect(deaths).toMatchObject([{ delay: 100, exit: 3 }, { delay: 200 }, { delay: 400 }])
})

test('an address that cannot be taken ends the start', async () => {
  const supervisor = supervise(`
    parentPort.postMessage({ kind: 'bind', protocol: 'tcp', address: '::1', port: 53, code: 'EACCES' })`)
  await expect(supervisor.start()).rejects.toThrow(BindError)
})

test('a thread that fails before it is ready ends the start', async () => {
  const supervisor = supervise(`throw new Error('no store here')`)
  const error = await supervisor.start().catch((reason: unknown) => reason)
  expect(error).toBeInstanceOf(ThreadStartError)
  expect(error).toMatchObject({ message: 'the thread tcp-1 could not start: no store here' })
})

test('what a thread says of a zone is passed on', async () => {
  const supervisor = supervise(`
    ready()
    parentPort.postMessage({ kind: 'zone-failed', origin: Uint8Array.of(0), message: 'torn' })
    loop()`)
  await supervisor.start()
  await until(() => messages().includes('zone 1: torn'))
})

test('a thread that does not end in time is cut off', async () => {
  const supervisor = supervise('ready(); for (;;) Atomics.wait(stop, 0, 1, 10)')
  await supervisor.start()
  requestStop(stop)
  const began = performance.now()
  await supervisor.stop(100)
  expect(performance.now() - began).toBeLessThan(1000)
  expect(messages()).toContain('the thread did not end in time; it is cut off')
})
