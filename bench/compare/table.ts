import type { Failure } from './comparison.ts'
import type { ColdRow, RecoveryRow } from './recovery.ts'
import type { Spread } from './statistics.ts'
import type { StartRow, Summary, WorkloadRow, WorkloadSummary } from './summary.ts'

/** A Markdown table, its columns padded so that it can be read as text too. Numbers stand at the right. */
export function markdownTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const cells = [head, ...rows].map((row) => row.map((cell) => cell.replaceAll('|', '\\|').replaceAll('\n', ' ')))
  const widths = head.map((_, column) => Math.max(3, ...cells.map((row) => [...(row[column] ?? '')].length)))
  const pad = (cell: string, column: number) => {
    const blanks = ' '.repeat(widths[column]! - [...cell].length)
    return column === 0 ? cell + blanks : blanks + cell
  }
  const line = (row: readonly string[]) => `| ${head.map((_, column) => pad(row[column] ?? '', column)).join(' | ')} |`
  const rule = widths.map((width, column) => (column === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`))
  return [line(cells[0]!), `| ${rule.join(' | ')} |`, ...cells.slice(1).map(line)].join('\n')
}

/** "median (min to max)", or the one value where all rounds agree. */
export function spreadText(values: Spread | undefined, print: (value: number) => string): string {
  if (values === undefined) return '-'
  const [min, median, max] = [print(values.min), print(values.median), print(values.max)]
  return min === max ? median : `${median} (${min} to ${max})`
}

export const whole = (value: number) => Math.round(value).toLocaleString('en-US')
export const micros = (value: number) => (value < 10 ? value.toFixed(2) : whole(value))
export const megabytes = (octets: number) => `${Math.round(octets / 1e6).toLocaleString('en-US')} MB`
/** Infinity is a time that never came. */
export const duration = (ms: number) =>
  ms === Number.POSITIVE_INFINITY ? 'never' : ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`
const factor = (value: number) => `${value.toFixed(2)} ×`
export const percent = (share: number) => `${Math.round(100 * share)} %`

function workloadTable({ workload, rows }: WorkloadSummary): string {
  const head = [
    'server',
    'q/s',
    workload.manner === 'udp-paced' ? 'p99 / best peer' : 'q/s / best peer',
    'CPU µs/query',
    'busy',
    'idle',
    'p50 µs',
    'p99 µs',
    'p99.9 µs',
    'octets',
    'faults',
  ]
  const cells = rows.map((row) => [
    row.server,
    spreadText(row.rate, whole),
    spreadText(row.ratio, factor),
    spreadText(row.cpu, (value) => value.toFixed(2)),
    percent(row.busy.median),
    row.idle === undefined ? '-' : percent(row.idle.median),
    spreadText(row.p50, micros),
    spreadText(row.p99, micros),
    spreadText(row.p999, micros),
    whole(row.octets.median),
    row.faults === '' ? '-' : row.faults,
  ])
  return `### ${workload.title}\n\n${markdownTable(head, cells)}`
}

/** The peer that was best by its median. */
function bestPeer({ workload, rows }: WorkloadSummary): WorkloadRow | undefined {
  const peers = rows.filter(({ kind }) => kind !== 'zonecut' && kind !== 'echo')
  const better = (a: WorkloadRow, b: WorkloadRow) =>
    workload.manner === 'udp-paced' ? a.p99.median - b.p99.median : b.rate.median - a.rate.median
  return [...peers].sort(better)[0]
}

/** Processor time for a reply, in microseconds, of the peer that took least. */
function leastCpu({ rows }: WorkloadSummary): number | undefined {
  const times = rows
    .filter(({ kind, rate }) => kind !== 'zonecut' && kind !== 'echo' && rate.median > 0)
    .map(({ cpu }) => cpu.median)
  return times.length === 0 ? undefined : Math.min(...times)
}

function overview(workloads: readonly WorkloadSummary[]): string {
  const rows = workloads.flatMap((summary) => {
    const paced = summary.workload.manner === 'udp-paced'
    const figure = (row: WorkloadRow) => (paced ? `p99 ${micros(row.p99.median)} µs` : `${whole(row.rate.median)} q/s`)
    const peer = bestPeer(summary)
    const echo = summary.rows.find(({ kind }) => kind === 'echo')
    const peerCpu = leastCpu(summary)
    return summary.rows
      .filter(({ kind }) => kind === 'zonecut')
      .map((own) => [
        summary.workload.title,
        own.server,
        figure(own),
        peer === undefined ? '-' : `${peer.server} ${figure(peer)}`,
        spreadText(own.ratio, factor),
        peerCpu === undefined ? '-' : factor(peerCpu / own.cpu.median),
        paced || echo === undefined ? '-' : factor(own.rate.median / echo.rate.median),
      ])
  })
  return markdownTable(['workload', 'server', 'median', 'best peer', 'ratio', 'by CPU time', 'of the echo'], rows)
}

function startTable(starts: readonly StartRow[]): string {
  const head = ['server', 'first answer', 'full load', 'resident', 'private', 'anonymous', 'anonymous, grown']
  const rows = starts.map((row) => [
    row.server,
    spreadText(row.firstAnswerMs, duration),
    spreadText(row.loadMs, duration),
    spreadText(row.resident, megabytes),
    spreadText(row.private, megabytes),
    spreadText(row.anonymous, megabytes),
    spreadText(row.grown, megabytes),
  ])
  return markdownTable(head, rows)
}

/** The columns that cold starts and idle time share. */
function recoveryCells({ warm, shares, busy, idle, faults }: RecoveryRow): string[] {
  return [
    ...shares.map((share) => spreadText(share, percent)),
    spreadText(warm, whole),
    percent(busy.median),
    idle === undefined ? '-' : percent(idle.median),
    faults === '' ? '-' : faults,
  ]
}

/** Their heads. */
function recoveryHead(rows: readonly RecoveryRow[]): string[] {
  const told = Math.max(...rows.map(({ shares }) => shares.length))
  const seconds = ['1st second', '2nd second', '3rd second'].slice(0, told)
  return [...seconds, 'warm q/s', 'busy', 'idle', 'faults']
}

function coldTable(rows: readonly ColdRow[]): string {
  const head = ['server', 'first answer', 'full rate', ...recoveryHead(rows)]
  const cells = rows.map((row) => [
    row.server,
    spreadText(row.firstAnswerMs, duration),
    spreadText(row.fullRateMs, duration),
    ...recoveryCells(row),
  ])
  return `## Start on a cold page cache\n\n${markdownTable(head, cells)}`
}

function idleTable(rows: readonly RecoveryRow[]): string {
  const cells = rows.map((row) => [row.server, ...recoveryCells(row)])
  return `## After idle time\n\n${markdownTable(['server', ...recoveryHead(rows)], cells)}`
}

/** What a report says before its figures. */
export interface Heading {
  readonly title: string
  /** Facts about zone, machine, servers and procedure, a sentence or less each. */
  readonly facts: readonly string[]
}

/** The whole comparison in Markdown. Figures are medians over the rounds, with the least and the largest in parentheses. */
export function markdownReport(heading: Heading, summary: Summary, failures: readonly Failure[]): string {
  const parts = [
    `# ${heading.title}`,
    heading.facts.map((fact) => `* ${fact}`).join('\n'),
    '## Overview',
    overview(summary.workloads),
    '## Workloads',
    ...summary.workloads.map(workloadTable),
    '## Start and memory',
    startTable(summary.starts),
  ]
  if (summary.cold.length > 0) parts.push(coldTable(summary.cold))
  if (summary.idle.length > 0) parts.push(idleTable(summary.idle))
  if (failures.length > 0) {
    const lines = failures.map(({ server, round, message }) => `* ${server}, round ${round + 1}: ${message}`)
    parts.push('## Failures', lines.join('\n'))
  }
  return `${parts.join('\n\n')}\n`
}
