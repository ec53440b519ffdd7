import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { encode, type Packet } from 'dns-packet'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { freePort, HOST } from '../../bench/compare/launch.ts'
import { queryList } from '../../bench/compare/workloads.ts'
import { ChangeMaker } from '../../bench/feed/changes.ts'
import { checkAnswers } from '../../bench/feed/check-answers.ts'
import { readDelegations } from '../../bench/feed/delegations.ts'
import { EventWriter, eventsOf } from '../../bench/feed/events.ts'
import { FedServer } from '../../bench/feed/fed-server.ts'
import { runJob } from '../../bench/feed/job.ts'
import { Marks, Shown } from '../../bench/feed/marks.ts'
import { storeFloor } from '../../bench/feed/store-floor.ts'
import { updateMessage } from '../../bench/feed/update-message.ts'
import { sendUpdates } from '../../bench/feed/update-sender.ts'
import { updatedPeers } from '../../bench/feed/updated-peers.ts'
import { writeTldZone } from '../../bench/zone/generate.ts'
import { readZoneNames } from '../../bench/zone/names.ts'
import { parseEvent } from '../../src/feed/index.ts'
import { exportZone } from '../../src/pipeline/index.ts'
import { zoneInfo } from '../../src/store/index.ts'
import { nameFromText } from '../../src/wire/index.ts'
import { findTool, startPeer } from '../peers/index.ts'
import { Random } from '../zones/random.ts'

const ORIGIN = nameFromText('zz.')

/** The zone of a data folder. */
async function textOf(dataDir: string): Promise<string> {
  const pieces: Buffer[] = []
  await exportZone({ dataDir, origin: ORIGIN, write: (piece) => void pieces.push(Buffer.from(piece)) })
  return Buffer.concat(pieces).toString()
}

describe('the changes of a registry', () => {
  const folder = mkdtempSync(join(tmpdir(), 'zonecut-bench-feed-'))
  const zone = join(folder, 'zz.zone')
  writeTldZone(zone, { origin: 'zz.', delegations: 300, seed: 1 })
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  test('are events that are read as they were meant, numbered without a gap', () => {
    const delegations = readDelegations(zone, ORIGIN, 1000, new Random(1))
    expect(delegations.length).toBe(300)
    expect(delegations.every(({ ns }) => ns.length >= 2)).toBe(true)
    const maker = new ChangeMaker('zz.', delegations, new Random(2))
    const writer = new EventWriter(11)
    const changes = Array.from({ length: 500 }, () => maker.next())
    const lines = changes.flatMap((change) => writer.lines(eventsOf(change), Date.now()).trimEnd().split('\n'))
    const events = lines.map((line) => parseEvent(line, ORIGIN))
    expect(events.map(({ seq }) => seq)).toEqual(events.map((_, i) => 11 + i))
    expect(writer.last).toBe(events.at(-1)!.seq)
    expect(new Set(changes.map(({ kind }) => kind))).toEqual(new Set(['new', 'ns', 'ds', 'delete']))
  })

  test('are made to a sample of a zone', () => {
    const delegations = readDelegations(zone, ORIGIN, 50, new Random(1))
    expect(new Set(delegations.map(({ name }) => name)).size).toBe(50)
  })
})

describe('the same changes as dynamic updates', () => {
  const folder = mkdtempSync(join(tmpdir(), 'zonecut-bench-updates-'))
  const file = join(folder, 'zz.zone')
  writeTldZone(file, { origin: 'zz.', delegations: 300, seed: 1 })
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  test.each(updatedPeers(false).filter(({ kind }) => findTool(kind.tool) !== undefined))(
    '$name takes them',
    async ({ kind }) => {
      const random = new Random(3)
      const maker = new ChangeMaker('zz.', readDelegations(file, ORIGIN, 300, random), random)
      const changes = Array.from({ length: 200 }, () => maker.next())
      const messages = [changes.slice(0, 100), changes.slice(100)].map((some) => updateMessage(ORIGIN, some))
      const peer = await startPeer(kind, [{ origin: 'zz.', file }])
      try {
        expect(await sendUpdates(peer.host, peer.port, messages, 1)).toBeGreaterThan(0)
        await checkAnswers(peer.port, changes)
        const kept = changes.find(({ kind }) => kind === 'ns')!
        await expect(checkAnswers(peer.port, [{ ...kept, after: undefined }])).rejects.toThrow('should be')
      } finally {
        await peer.stop()
      }
    },
    60_000,
  )
})

describe('replies for marked domains', () => {
  const marks = new Marks('zz.', { elsewhere: 2, host: 2, coming: 2 }, 4, true)
  const place = 3
  const mark = marks.all[place]!
  const digest = (version: number) => Buffer.from(version.toString(16).padStart(64, '0'), 'hex')
  const referral = (ns: number, ds: number | undefined, address: number): Packet => ({
    type: 'response',
    questions: [{ name: 'markh1.zz', type: 'A' }],
    authorities: [
      { type: 'NS', name: 'markh1.zz', ttl: 60, data: `v${ns}.markh1.zz` },
      { type: 'NS', name: 'markh1.zz', ttl: 60, data: `v${ns}.a.example.net` },
      ...(ds === undefined
        ? []
        : [
            {
              type: 'DS' as const,
              name: 'markh1.zz',
              ttl: 60,
              data: { keyTag: ds, algorithm: 13, digestType: 2, digest: digest(ds) },
            },
          ]),
    ],
    additionals: [{ type: 'A', name: `v${ns}.markh1.zz`, ttl: 60, data: `10.0.0.${address}` }],
  })
  const shownBy = (packet: Packet) => marks.versionIn(encode(packet))

  test('tell which mark they are for', () => {
    expect(mark.name).toBe('markh1.zz.')
    expect(marks.placeOf(encode(referral(5, 5, 5)), 0)).toBe(place)
    expect(marks.placeOf(encode({ questions: [{ name: 'www.zz', type: 'A' }] }), 0)).toBe(-1)
  })

  test('tell the version, and records of two versions', () => {
    expect(shownBy(referral(5, 5, 5))).toBe(5)
    expect(shownBy(referral(5, 4, 5))).toBe(Shown.Mixed)
    expect(shownBy(referral(5, 5, 4))).toBe(Shown.Mixed)
    expect(shownBy(referral(5, undefined, 5))).toBe(Shown.Mixed)
    expect(shownBy({ type: 'response', questions: [{ name: 'markh1.zz', type: 'A' }] })).toBe(Shown.Mixed)
  })

  test('tell that the name does not exist, and that there is no answer', () => {
    const questions = [{ name: 'markc0.zz', type: 'A' as const }]
    expect(shownBy({ type: 'response', flags: 3, questions })).toBe(Shown.Gone)
    expect(shownBy({ type: 'response', flags: 2, questions })).toBe(Shown.Failure)
  })
})

describe.skipIf(process.platform !== 'linux')('a zone under load that follows its feed', () => {
  const folder = mkdtempSync(join(tmpdir(), 'zonecut-bench-fed-'))
  const zone = join(folder, 'zz.zone')
  const list = join(folder, 'mix.queries')
  let server: FedServer
  let port: number

  beforeAll(async () => {
    writeTldZone(zone, { origin: 'zz.', delegations: 500, seed: 1 })
    writeFileSync(list, queryList('mix', readZoneNames(zone, ORIGIN), 2000))
    port = await freePort(0)
    server = new FedServer({ folder, origin: 'zz.', file: zone, signed: true, port, cpu: undefined })
    await server.ready(true)
  }, 120_000)
  afterAll(async () => {
    await server?.server.stop()
    rmSync(folder, { recursive: true, force: true })
  })

  test.each([
    { kind: 'stream', push: false, rest: 0, changes: 50, latencies: 50 },
    { kind: 'stream', push: true, rest: 1, changes: 50, latencies: 50 },
    { kind: 'backlog', push: false, rest: 0, changes: 400, latencies: 4 },
    { kind: 'backlog', push: false, rest: 1, changes: 400, latencies: 4 },
  ] as const)(
    '$kind, pushed: $push, rest: $rest ms: every change shows, and no reply has two versions',
    async (given) => {
      const { kind, push, rest, changes, latencies } = given
      const { seq } = await server.feed()
      const report = await runJob(
        {
          kind,
          changes,
          seconds: 1,
          warmup: kind === 'stream' ? 0.5 : 0,
          feed: push ? { socket: server.control } : { file: server.events },
          firstSeq: seq + 1,
          origin: 'zz.',
          zone,
          signed: true,
          list,
          host: HOST,
          port,
          rate: 2000,
          sockets: 2,
          rest,
          timeoutMs: 10_000,
        },
        undefined,
      )
      expect(report).toMatchObject({ unseen: 0, timeouts: 0, faults: { mixed: 0, stale: 0, failed: 0 } })
      expect(report.latencies.length).toBe(latencies)
      expect(report.markReplies).toBeGreaterThan(100)
      const feed = await server.feedAt(report.lastSeq)
      expect(feed.counts.refused).toBe(0)
    },
    120_000,
  )

  test('its store alone: rows are written anew as they were, as often as said', async () => {
    await server.server.stop()
    const data = join(folder, 'data')
    const before = zoneInfo(data, ORIGIN)!
    const text = await textOf(data)
    const report = await storeFloor({ data, origin: 'zz.', changes: 2000 }, undefined)
    expect(report.milliseconds).toBeGreaterThan(0)
    const { revision, updatedAt, journal, ...after } = zoneInfo(data, ORIGIN)!
    // Four commits to begin with, and two for 2,000 changes.
    expect(revision).toBe(before.revision + 6)
    expect(before).toMatchObject(after)
    expect(await textOf(data)).toBe(text)
  }, 60_000)
})
