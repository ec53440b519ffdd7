import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import {
  fetchMetrics,
  type Metrics,
  type MetricsListener,
  openMetrics,
  openMetricsListener,
  requestChange,
  requestReload,
  SIGNING_STATES,
  type SigningReport,
  type StatusReport,
  type ZoneReport,
} from '../../src/ops/index.ts'
import { FeedTimes } from '../../src/server/feed-times.ts'
import { testFolder, zoneText } from '../commands/folder.ts'
import { ask, startReady, testPort } from '../commands/server.ts'
import { runSuccessfully } from '../peers/index.ts'
import { send } from './http.ts'

/** Value of a sample by its name and labels as the text writes them; undefined when it is not there. */
function sampleOf(text: string, sample: string): number | undefined {
  const line = text.split('\n').find((line) => line.startsWith(`${sample} `))
  return line === undefined ? undefined : Number(line.slice(sample.length + 1))
}

const ZONE: ZoneReport = {
  origin: 'zz.',
  state: 'serving',
  file: null,
  version: null,
  signing: null,
  feed: null,
  load: null,
  loads: { done: 2, failed: 1 },
  problem: null,
}
const statusWith = (...zones: ZoneReport[]): StatusReport => ({
  server: { version: '1', pid: 1, startedAt: '2026-01-01T00:00:00.000Z', data: '/d', config: null, listen: [] },
  threads: [
    { name: 'udp-1', state: 'running', restarts: 3, io: 'mmsg', traffic: { PacketsIn: 5, Unanswered: 1 } },
    { name: 'tcp', state: 'starting', restarts: 0, io: '', traffic: { MessagesIn: 7, Open: 2 } },
  ],
  traffic: { udp: {}, tcp: {} },
  zones,
})

test('what the status tells is read at each scrape; what it no longer tells is gone', async () => {
  let status = statusWith(ZONE, { ...ZONE, origin: 'a\\"b.', state: 'failed' })
  const metrics = await openMetrics(() => status)
  const text = await metrics.text()
  expect(sampleOf(text, 'zonecut_process_start_time_seconds')).toBe(Date.UTC(2026) / 1000)
  expect(sampleOf(text, 'zonecut_queries_total{thread="udp-1",transport="udp"}')).toBe(5)
  expect(sampleOf(text, 'zonecut_queries_total{thread="tcp",transport="tcp"}')).toBe(7)
  expect(sampleOf(text, 'zonecut_dropped_total{thread="udp-1",transport="udp",reason="unanswered"}')).toBe(1)
  expect(sampleOf(text, 'zonecut_thread_restarts_total{thread="udp-1"}')).toBe(3)
  expect(sampleOf(text, 'zonecut_tcp_connections{thread="tcp"}')).toBe(2)
  expect(sampleOf(text, 'zonecut_zone_loads_failed_total{zone="zz."}')).toBe(1)
  expect(sampleOf(text, 'zonecut_zone_state{zone="a\\\\\\"b.",state="failed"}')).toBe(1)
  status = statusWith({ ...ZONE, loads: { done: 3, failed: 1 } })
  const [later, same] = await Promise.all([metrics.text(), metrics.text()])
  expect(same).toBe(later)
  expect(sampleOf(later, 'zonecut_zone_loads_total{zone="zz."}')).toBe(3)
  expect(later).not.toContain('b."')
})

test.each(SIGNING_STATES)('how a zone is kept signed is told by one sample: %s', async (state) => {
  const signing = { state, alarms: [], commits: 3, renewed: 0, refusalsByReason: {} } as unknown as SigningReport
  const metrics = await openMetrics(() => statusWith({ ...ZONE, signing }, { ...ZONE, origin: 'yy.' }))
  const lines = (await metrics.text()).split('\n').filter((line) => line.startsWith('zonecut_signing_state{'))
  expect(lines).toHaveLength(SIGNING_STATES.length)
  expect(lines.filter((line) => line.endsWith(' 1'))).toEqual([`zonecut_signing_state{zone="zz.",state="${state}"} 1`])
})

test('how a zone follows its feed is told, and of zones without one nothing', async () => {
  const source = {
    name: 'stdin',
    state: 'following',
    position: null,
    behind: 7,
    behindUnit: 'events',
    problem: 'broken',
  }
  const feed = {
    state: 'gap',
    problem: null,
    seq: 41,
    committedAt: null,
    counts: { applied: 30, refused: 8, pending: 3 },
    dead: { kept: 2, dropped: 0 },
    waiting: 5,
    pending: 1,
    nextDue: null,
    missing: 42,
    hold: null,
    sources: [source, { ...source, name: 'http', behind: null, behindUnit: null, problem: null }],
  } as const
  const text = await (await openMetrics(() => statusWith({ ...ZONE, feed }, { ...ZONE, origin: 'b.' }))).text()
  expect(text.split('\n').filter((line) => line.startsWith('zonecut_feed_'))).toEqual([
    'zonecut_feed_state{zone="zz.",state="starting"} 0',
    'zonecut_feed_state{zone="zz.",state="following"} 0',
    'zonecut_feed_state{zone="zz.",state="gap"} 1',
    'zonecut_feed_state{zone="zz.",state="held"} 0',
    'zonecut_feed_state{zone="zz.",state="failed"} 0',
    'zonecut_feed_seq{zone="zz."} 41',
    'zonecut_feed_events{zone="zz.",outcome="applied"} 30',
    'zonecut_feed_events{zone="zz.",outcome="refused"} 8',
    'zonecut_feed_events{zone="zz.",outcome="pending"} 3',
    'zonecut_feed_waiting_events{zone="zz."} 5',
    'zonecut_feed_pending_changes{zone="zz."} 1',
    'zonecut_feed_dead_letters{zone="zz."} 2',
    'zonecut_feed_source_behind{zone="zz.",source="stdin",unit="events"} 7',
    'zonecut_feed_source_problem{zone="zz.",source="stdin"} 1',
    'zonecut_feed_source_problem{zone="zz.",source="http"} 0',
  ])
})

test('histograms of others are told with the rest', async () => {
  const metrics = await openMetrics(() => statusWith())
  const histogram = metrics.histogram({ name: 'zonecut_example_seconds', help: 'An example.', buckets: [0.1, 1] })
  histogram.observe(0.5)
  const text = await metrics.text()
  expect(sampleOf(text, 'zonecut_example_seconds_bucket{le="0.1"}')).toBe(0)
  expect(sampleOf(text, 'zonecut_example_seconds_bucket{le="1"}')).toBe(1)
  expect(sampleOf(text, 'zonecut_example_seconds_count')).toBe(1)
  expect(() => metrics.histogram({ name: 'zonecut_example_seconds', help: 'Twice.', buckets: [1] })).toThrow(/already/)
})

test('docs/metrics.md lists exactly the metrics there are', async () => {
  const metrics = await openMetrics(() => statusWith())
  new FeedTimes(metrics)
  const text = await metrics.text()
  const told = [...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, name, kind]) => `${name} ${kind}`)
  const page = readFileSync(new URL('../../docs/metrics.md', import.meta.url), 'utf8')
  const described = [...page.matchAll(/^\| `(zonecut_\w+)(?:\{[^}]*\})?` \| (\w+) \|/gm)].map((m) => `${m[1]} ${m[2]}`)
  expect(described.sort()).toEqual(told.sort())
})

const listeners: MetricsListener[] = []
afterEach(async () => {
  await Promise.all(listeners.splice(0).map((listener) => listener.close()))
})

test('the listener has metrics and health, for GET alone', async () => {
  let status = statusWith(ZONE)
  const metrics = await openMetrics(() => status)
  const any = [{ address: '127.0.0.1', port: 0 }]
  const listener = await openMetricsListener(any, metrics, () => status)
  listeners.push(listener)
  const { port } = listener.addresses[0]!
  const scraped = await send(port, '/metrics')
  expect(scraped).toMatchObject({
    status: 200,
    headers: { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' },
  })
  expect(scraped.text).toBe(await metrics.text())
  expect(await send(port, '/healthz')).toMatchObject({ status: 200, text: 'ok\n' })
  status = statusWith(ZONE, { ...ZONE, origin: 'yy.', state: 'expired' })
  expect(await send(port, '/healthz')).toMatchObject({ status: 503, text: 'yy. expired\n' })
  expect(await send(port, '/metrics', { method: 'POST', body: 'x' })).toMatchObject({
    status: 405,
    headers: { allow: 'GET' },
  })
  expect((await send(port, '/v1/status')).status).toBe(404)
  const twice = openMetricsListener(listener.addresses, metrics, () => status)
  await expect(twice).rejects.toThrow(/cannot listen for metrics on 127\.0\.0\.1@\d+: another program/)
  const broken: Metrics = await openMetrics(() => {
    throw new Error('broken')
  })
  const failing = await openMetricsListener(any, broken, () => status)
  listeners.push(failing)
  expect(await send(failing.addresses[0]!.port, '/metrics')).toMatchObject({ status: 500, text: 'broken\n' })
})

test('a refusal by the gate raises its counter by reason, and what is answered is counted', async () => {
  const folder = testFolder({ 'zz.zone': zoneText('zz.', 7) })
  writeFileSync(join(folder, 'ask.sh'), '#!/bin/sh\nif grep -q "^forbidden"; then exit 1; fi\n', { mode: 0o755 })
  const [port, scraped] = [testPort(), testPort()]
  writeFileSync(
    join(folder, 'zonecut.yaml'),
    `listen: [127.0.0.1@${port}]\nworkers: 1\nmetrics: { listen: ['127.0.0.1:${scraped}'] }\nzones:\n  - origin: zz\n` +
      '    file: zz.zone\n    sign: { gate: { command: [./ask.sh] }, policy: { serial: keep } }\n',
  )
  await startReady(folder, '--config', 'zonecut.yaml')
  const control = join(folder, 'data', 'control.sock')
  const value = async (sample: string) => sampleOf((await send(scraped, '/metrics')).text, sample)
  const refusals = (reason: string) => value(`zonecut_gate_refusals_total{zone="zz.",reason="${reason}"}`)
  await expect.poll(() => refusals('command'), { timeout: 10_000 }).toBe(0)
  expect(await refusals('serial')).toBe(0)

  // The operator's command ends with 1.
  const refused = await requestChange(control, 'zz.', 'add forbidden.zz. 60 NS ns.example.')
  expect(refused).toMatchObject({ serial: null, problem: expect.stringContaining('ask.sh') })
  await expect.poll(() => refusals('command')).toBe(1)
  // The gate's own rules: a serial that goes back.
  const back = 'add zz. 3600 SOA ns1.zz. hostmaster.zz. 3 1800 900 604800 900'
  expect(await requestChange(control, 'zz.', `delete zz. SOA\n${back}`)).toMatchObject({ serial: null })
  await expect.poll(() => refusals('serial')).toBe(1)
  expect(await refusals('command')).toBe(1)
  // A file that the command refuses.
  writeFileSync(join(folder, 'zz.zone'), zoneText('zz.', 8, 'forbidden NS ns.example.'))
  expect(await requestReload(control)).toMatchObject({ ok: false })
  await expect.poll(() => refusals('command')).toBe(2)
  expect(await value('zonecut_zone_loads_failed_total{zone="zz."}')).toBe(1)
  expect(await value('zonecut_zone_loads_total{zone="zz."}')).toBe(1)

  const queries = 'zonecut_queries_total{thread="udp-1",transport="udp"}'
  const before = (await value(queries))!
  for (let i = 0; i < 3; i++) await ask(port, 'zz.', 'SOA')
  expect(await value(queries)).toBe(before + 3)
  expect(await value('zonecut_zone_serial{zone="zz."}')).toBe(7)
  expect(await value('zonecut_zone_age_seconds{zone="zz."}')).toBeLessThan(60)
  expect(await send(scraped, '/healthz')).toMatchObject({ status: 200 })

  const printed = await runSuccessfully('metrics', '--control', control)
  expect(sampleOf(printed.stdout, 'zonecut_gate_refusals_total{zone="zz.",reason="command"}')).toBe(2)
  expect(await fetchMetrics(control)).toContain('zonecut_build_info{version="0.1.0",node="')
})
