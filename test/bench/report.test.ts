import { expect, test } from 'vitest'
import { comparisonSvg, panelsSvg } from '../../bench/compare/chart.ts'
import { type Comparison, REFERENCE } from '../../bench/compare/comparison.ts'
import type { JobReport } from '../../bench/compare/job.ts'
import { parseSmapsRollup } from '../../bench/compare/memory.ts'
import { summarize } from '../../bench/compare/summary.ts'
import { duration, markdownReport, markdownTable, spreadText, whole } from '../../bench/compare/table.ts'
import { WORKLOADS } from '../../bench/compare/workloads.ts'

const MEGABYTE = 1_000_000

function report(rate: number, changes: Partial<JobReport> = {}): JobReport {
  const received = rate * 2
  return {
    seconds: 2,
    sent: received,
    received,
    timeouts: 0,
    unexpected: 0,
    truncated: 0,
    broken: 0,
    octets: received * 100,
    rcodes: { 0: received },
    p50: 900,
    p99: 5000,
    p999: 9000,
    max: 10_000,
    serverCpu: 1.9,
    generatorCpu: 1,
    processorTime: 1.98,
    tenths: new Array<number>(20).fill(rate / 10),
    ...changes,
  }
}

function memory(anonymous: number) {
  return { resident: 90 * MEGABYTE, private: 80 * MEGABYTE, anonymous: anonymous * MEGABYTE }
}

const LINEUP = [
  { name: 'zonecut', kind: 'zonecut' },
  { name: 'nsd', kind: 'nsd' },
  { name: 'knot', kind: 'knot' },
  { name: 'echo', kind: 'echo' },
] as const

const COMPARISON: Comparison = {
  measurements: [
    { round: 0, server: 'zonecut', workload: 'referral', report: report(200_000) },
    { round: 1, server: 'zonecut', workload: 'referral', report: report(100_000) },
    { round: 0, server: 'nsd', workload: 'referral', report: report(100_000) },
    { round: 1, server: 'nsd', workload: 'referral', report: report(80_000) },
    { round: 0, server: 'knot', workload: 'referral', report: report(80_000) },
    { round: 1, server: 'knot', workload: 'referral', report: report(0) },
    { round: 0, server: 'echo', workload: 'referral', report: report(300_000) },
    { round: 1, server: 'echo', workload: 'referral', report: report(300_000) },
    { round: 0, server: 'zonecut', workload: 'open-loop', report: report(100_000, { p99: 300 }) },
    { round: 0, server: 'nsd', workload: 'open-loop', report: report(100_000, { p99: 600 }) },
    {
      round: 0,
      server: 'knot',
      workload: 'open-loop',
      report: report(90_000, { sent: 200_000, timeouts: 20_000, p99: 1e6, rcodes: { 0: 90_000, 2: 90_000 } }),
    },
  ],
  starts: [
    {
      round: 0,
      server: 'zonecut',
      loadMs: 12_345,
      firstAnswerMs: 456,
      memoryAtStart: memory(60),
      memoryAtEnd: memory(70),
    },
    { round: 0, server: 'nsd', firstAnswerMs: 7890, memoryAtStart: memory(500), memoryAtEnd: memory(500) },
  ],
  coldStarts: [],
  afterIdle: [],
  failures: [{ round: 1, server: 'bind', message: 'does not answer:\nout of luck' }],
}

const SUMMARY = summarize(COMPARISON, LINEUP, WORKLOADS, 2)

test('workloads that were measured are summed up in order, each server by its rounds', () => {
  expect(SUMMARY.workloads.map(({ workload }) => workload.name)).toEqual(['referral', 'open-loop'])
  const [own, nsd, knot, echo] = SUMMARY.workloads[0]!.rows
  expect(own?.rate).toEqual({ min: 100_000, median: 150_000, max: 200_000 })
  expect(own?.ratio).toEqual({ min: 1.25, median: 1.625, max: 2 })
  expect(own?.cpu.max).toBeCloseTo(9.5)
  expect(own?.busy.median).toBeCloseTo(0.95)
  expect(own?.idle?.median).toBeCloseTo(0.01)
  expect(own?.octets.median).toBe(100)
  expect(own?.faults).toBe('')
  expect(nsd?.ratio).toEqual({ min: 1, median: 1, max: 1 })
  expect(knot?.faults).toBe('no answer in 1 of 2 rounds')
  expect(knot?.ratio).toEqual({ min: 0.8, median: 0.8, max: 0.8 })
  expect(echo?.ratio?.median).toBeCloseTo((3 + 300 / 80) / 2)
})

test('an open loop is won by the lowest latency, and loss is told', () => {
  const [own, , knot] = SUMMARY.workloads[1]!.rows
  expect(own?.ratio?.median).toBe(0.5)
  expect(knot?.faults).toBe('10 % lost, 50 % SERVFAIL')
})

test('starts and memory', () => {
  const [own, nsd] = SUMMARY.starts
  expect(own?.loadMs?.median).toBe(12_345)
  expect(own?.grown.median).toBe(10 * MEGABYTE)
  expect(nsd?.loadMs).toBeUndefined()
})

test('a Markdown table is padded, numbers to the right, and its cells stay in their columns', () => {
  expect(markdownTable(['server', 'q/s'], [['a|b', '1'], ['µs'], ['x\ny', '12,345']])).toBe(
    [
      '| server |    q/s |',
      '| ------ | -----: |',
      '| a\\|b   |      1 |',
      '| µs     |        |',
      '| x y    | 12,345 |',
    ].join('\n'),
  )
})

test('a spread is printed as one value where all rounds agree', () => {
  expect(spreadText({ min: 1, median: 2000, max: 3000 }, whole)).toBe('2,000 (1 to 3,000)')
  expect(spreadText({ min: 1.1, median: 1.2, max: 1.3 }, whole)).toBe('1')
  expect(spreadText(undefined, whole)).toBe('-')
  expect([duration(456.7), duration(12_345)]).toEqual(['457 ms', '12.3 s'])
})

test('the report holds heading, overview, workloads, starts and failures', () => {
  const text = markdownReport({ title: 'A title', facts: ['One fact.', 'Another.'] }, SUMMARY, COMPARISON.failures)
  expect(text).toContain('# A title\n\n* One fact.\n* Another.\n')
  expect(text).toMatch(
    /\| Referral, no EDNS +\| +zonecut \| +150,000 q\/s \| +nsd 90,000 q\/s \| 1\.63 × \(1\.25 × to 2\.00 ×\) \| +1\.50 × \| +0\.50 × \|/,
  )
  expect(text).toMatch(
    /\| TLD mix, open loop +\| +zonecut \| +p99 300 µs \| +nsd p99 600 µs \| +0\.50 × \| +1\.00 × \| +- \|/,
  )
  expect(text).toMatch(/\| zonecut +\| +456 ms \| +12\.3 s \| +90 MB \| +80 MB \| +70 MB \| +10 MB \|/)
  expect(text).toContain('* bind, round 2: does not answer:')
})

test('the chart has a bar and a figure for each server in each panel', () => {
  const svg = comparisonSvg('A <title>', 'of & for', SUMMARY)
  expect(svg).toContain('<title>A &lt;title&gt;</title>')
  expect(svg).toContain('of &amp; for')
  // 4 servers in a workload, 3 in the other, 2 starts: three panels each; and the ground
  expect(svg.match(/<rect /g)?.length).toBe((4 + 3 + 2) * 3 + 1)
  expect(svg).toContain('>150,000</text>')
  expect(svg).not.toMatch(/NaN|undefined|Infinity/)
})

test('a panel without anything to show is drawn', () => {
  const zero = { min: 0, median: 0, max: 0 }
  const svg = panelsSvg('t', 's', [[{ title: 'p', bars: [{ label: 'a', kind: 'bind', values: zero }], print: whole }]])
  expect(svg).toContain('width="0.0"')
  expect(svg).not.toMatch(/NaN|Infinity/)
})

function rising(...seconds: readonly number[]): JobReport {
  const rate = seconds.reduce((sum, value) => sum + value, 0) / seconds.length
  return report(rate, { tenths: seconds.flatMap((rate) => new Array<number>(10).fill(rate / 10)) })
}

const RECOVERED: Comparison = {
  ...COMPARISON,
  measurements: [
    { round: 0, server: 'zonecut', workload: REFERENCE, report: report(200_000) },
    { round: 1, server: 'zonecut', workload: REFERENCE, report: report(100_000) },
    { round: 0, server: 'nsd', workload: REFERENCE, report: report(100_000) },
    { round: 0, server: 'echo', workload: REFERENCE, report: report(300_000) },
  ],
  coldStarts: [
    { round: 0, server: 'zonecut', firstAnswerMs: 500, report: rising(100_000, 190_000, 200_000, 200_000) },
    { round: 1, server: 'zonecut', firstAnswerMs: 700, report: rising(100_000, 100_000, 100_000, 100_000) },
    { round: 0, server: 'nsd', firstAnswerMs: 9000, report: rising(20_000, 30_000, 40_000, 50_000) },
    { round: 1, server: 'nsd', firstAnswerMs: 9000, report: rising(100_000, 100_000, 100_000, 100_000) },
  ],
  afterIdle: [
    { round: 0, server: 'zonecut', report: rising(150_000, 200_000, 200_000) },
    { round: 0, server: 'echo', report: rising(300_000, 300_000, 300_000) },
  ],
}

test('cold starts and idle time are told beside the warm rate of the same round', () => {
  const { cold, idle } = summarize(RECOVERED, LINEUP, WORKLOADS, 2)
  const [own, nsd] = cold
  expect(own?.firstAnswerMs).toEqual({ min: 500, median: 600, max: 700 })
  expect(own?.fullRateMs).toEqual({ min: 700, median: 1050, max: 1400 })
  expect(own?.warm.median).toBe(150_000)
  expect(own?.shares.map(({ median }) => median)).toEqual([0.75, 0.975, 1])
  // its second round has no warm rate
  expect(nsd?.fullRateMs).toEqual({ min: Infinity, median: Infinity, max: Infinity })
  expect(nsd?.shares[0]).toEqual({ min: 0.2, median: 0.2, max: 0.2 })
  expect(idle.map(({ server, shares }) => [server, shares[0]?.median])).toEqual([
    ['zonecut', 0.75],
    ['echo', 1],
  ])
})

test('cold starts and idle time have tables and panels of their own', () => {
  const summary = summarize(RECOVERED, LINEUP, WORKLOADS, 2)
  const text = markdownReport({ title: 't', facts: [] }, summary, [])
  expect(text).toMatch(
    /\| zonecut +\| +600 ms \(500 ms to 700 ms\) \| +1\.1 s \(700 ms to 1\.4 s\) \| +75 % \(50 % to 100 %\) \|/,
  )
  expect(text).toMatch(/\| nsd +\| +9\.0 s \| +never \| +20 % \| +30 % \| +40 % \| +100,000 \| +95 % \| +1 % \| +- \|/)
  expect(text).toMatch(/## After idle time\n\n.+\n.+\n\| zonecut \| +75 % \| +100 % \| +100 % \| +200,000 \|/)
  expect(markdownReport({ title: 't', facts: [] }, SUMMARY, [])).not.toMatch(/cold|idle time/)
  const svg = comparisonSvg('t', 's', summary)
  expect(svg).toContain('>never</text>')
  expect(svg).toContain('After idle time: 1st second')
  expect(svg).not.toMatch(/NaN|undefined|Infinity/)
})

test("a name longer than its room loses its middle, the others' room grows", () => {
  const values = { min: 1, median: 2, max: 3 }
  const panel = (label: string) => [[{ title: 'p', bars: [{ label, kind: 'nsd', values }], print: whole }]] as const
  expect(panelsSvg('t', 's', panel('nsd-4.15.0-built-with-lto'))).toMatch(/>nsd-4.+….+-lto<\/text>/)
  const barAt = (svg: string) => Number(/<rect x="(\d+)"/.exec(svg)?.[1])
  expect(barAt(panelsSvg('t', 's', panel('nsd-4.15.0-lto')))).toBeGreaterThan(barAt(panelsSvg('t', 's', panel('nsd'))))
})

test('memory is read from smaps_rollup, page cache apart', () => {
  const text = [
    '55bd6e4d4000-7ffe265e1000 ---p 00000000 00:00 0                          [rollup]',
    'Rss:                1772 kB',
    'Pss:                 263 kB',
    'Pss_Dirty:           112 kB',
    'Pss_Anon:            112 kB',
    'Pss_File:            151 kB',
    'Pss_Shmem:             8 kB',
    'Private_Clean:        84 kB',
    'Private_Dirty:       112 kB',
  ].join('\n')
  expect(parseSmapsRollup(`${text}\n`)).toEqual({ resident: 1772 * 1024, private: 196 * 1024, anonymous: 120 * 1024 })
})
