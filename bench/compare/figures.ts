import { rcodeToText } from '../../src/iana/index.ts'
import type { JobReport } from './job.ts'

/** Replies a second. */
export function replyRate({ received, seconds }: JobReport): number {
  return received / seconds
}

function share(part: number, whole: number): string {
  return `${((100 * part) / whole).toPrecision(2)} %`
}

/** Share of the time in which the server's processor worked for it. */
export function busyShare({ serverCpu, seconds }: JobReport): number {
  return serverCpu / seconds
}

/** Share of the time in which the server's processor did nothing at all; none where it was bound to none. */
export function idleShare({ processorTime, seconds }: JobReport): number[] {
  return processorTime === null ? [] : [Math.max(0, 1 - processorTime / seconds)]
}

/** What should not be, over several jobs: lost queries, odd replies, broken connections, rcodes of failure. */
export function faultsOf(reports: readonly JobReport[]): string {
  const sum = (count: (report: JobReport) => number) => reports.reduce((total, report) => total + count(report), 0)
  const sent = Math.max(
    1,
    sum((report) => report.sent),
  )
  const received = Math.max(
    1,
    sum((report) => report.received),
  )
  const faults: string[] = []
  const silent = reports.filter((report) => report.received === 0).length
  if (silent > 0) faults.push(`no answer in ${silent} of ${reports.length} rounds`)
  const lost = sum((report) => report.timeouts)
  if (lost > 0) faults.push(`${share(lost, sent)} lost`)
  const broken = sum((report) => report.broken)
  if (broken > 0) faults.push(`${broken} connections broken`)
  const unexpected = sum((report) => report.unexpected)
  if (unexpected > 0) faults.push(`${unexpected} replies to nothing`)
  const truncated = sum((report) => report.truncated)
  if (truncated > 0) faults.push(`${share(truncated, received)} truncated`)
  for (let rcode = 1; rcode < 16; rcode++) {
    const count = rcode === 3 ? 0 : sum((report) => report.rcodes[rcode] ?? 0)
    if (count > 0) faults.push(`${share(count, received)} ${rcodeToText(rcode)}`)
  }
  return faults.join(', ')
}
