import type { Comparison, Measurement, Start } from './comparison.ts'
import type { Contender } from './contender.ts'
import { busyShare, faultsOf, idleShare, replyRate } from './figures.ts'
import type { JobReport } from './job.ts'
import { type ColdRow, coldRows, idleRows, type RecoveryRow } from './recovery.ts'
import { ratios, type Spread, spread } from './statistics.ts'
import type { Workload } from './workloads.ts'

/** A server under a workload, over all rounds. Times in microseconds, shares from 0 to 1. */
export interface WorkloadRow {
  readonly server: string
  readonly kind: Contender['kind']
  /** Replies a second. */
  readonly rate: Spread
  /** Processor time of the server for a reply. */
  readonly cpu: Spread
  /** Share of the time in which the server's processor worked for it. */
  readonly busy: Spread
  /** Share of the time in which the server's processor did nothing at all; undefined where it was bound to none. */
  readonly idle: Spread | undefined
  /** Share of the time in which the generator worked. */
  readonly generator: Spread
  readonly p50: Spread
  readonly p99: Spread
  readonly p999: Spread
  /** Octets of a reply. */
  readonly octets: Spread
  /** Its value by the best nameserver's other than zonecut: rates, or p99 under an open loop. */
  readonly ratio: Spread | undefined
  /** What should not be: lost queries, odd replies, broken connections, rcodes of failure; empty when all was well. */
  readonly faults: string
}

export interface WorkloadSummary {
  readonly workload: Workload
  readonly rows: readonly WorkloadRow[]
}

/** A server's starts and memory, over all rounds. Memory in octets. */
export interface StartRow {
  readonly server: string
  readonly kind: Contender['kind']
  readonly firstAnswerMs: Spread
  readonly loadMs: Spread | undefined
  readonly resident: Spread
  readonly private: Spread
  readonly anonymous: Spread
  /** How much the anonymous memory grew under the workloads. */
  readonly grown: Spread
}

export interface Summary {
  readonly workloads: readonly WorkloadSummary[]
  readonly starts: readonly StartRow[]
  /** Starts on a cold page cache. */
  readonly cold: readonly ColdRow[]
  /** After idle time. */
  readonly idle: readonly RecoveryRow[]
}

type Lineup = readonly Pick<Contender, 'name' | 'kind'>[]

/** What servers compete in under a workload, and whether more of it is better. */
function competition(workload: Workload): { value: (report: JobReport) => number; best: 'highest' | 'lowest' } {
  if (workload.manner === 'udp-paced') return { value: ({ p99 }) => p99, best: 'lowest' }
  return { value: replyRate, best: 'highest' }
}

/** Values by round; undefined where there is none. */
function byRound(rounds: number, entries: readonly { round: number; value: number }[]): (number | undefined)[] {
  const values = new Array<number | undefined>(rounds).fill(undefined)
  for (const { round, value } of entries) values[round] = value
  return values
}

function isPeer({ kind }: Pick<Contender, 'kind'>): boolean {
  return kind !== 'zonecut' && kind !== 'echo'
}

function workloadSummary(
  workload: Workload,
  lineup: Lineup,
  measurements: readonly Measurement[],
  rounds: number,
): WorkloadSummary {
  const { value, best } = competition(workload)
  const of = (server: string) =>
    measurements.filter((measurement) => measurement.server === server && measurement.workload === workload.name)
  const values = (server: string) =>
    byRound(
      rounds,
      // a round without any answer has no latency to compare, and its rate makes no ratio
      of(server).flatMap(({ round, report }) => (report.received > 0 ? [{ round, value: value(report) }] : [])),
    )
  const peers = lineup.filter(isPeer).map(({ name }) => values(name))
  const rows = lineup.flatMap(({ name, kind }): WorkloadRow[] => {
    const reports = of(name).map(({ report }) => report)
    if (reports.length === 0) return []
    const over = (figure: (report: JobReport) => number) => spread(reports.map(figure))!
    return [
      {
        server: name,
        kind,
        rate: over(replyRate),
        cpu: over(({ serverCpu, received }) => (1e6 * serverCpu) / Math.max(1, received)),
        busy: over(busyShare),
        idle: spread(reports.flatMap(idleShare)),
        generator: over(({ generatorCpu, seconds }) => generatorCpu / seconds),
        p50: over(({ p50 }) => p50),
        p99: over(({ p99 }) => p99),
        p999: over(({ p999 }) => p999),
        octets: over(({ octets, received }) => octets / Math.max(1, received)),
        ratio: ratios(values(name), peers, best),
        faults: faultsOf(reports),
      },
    ]
  })
  return { workload, rows }
}

function startRow(server: string, kind: Contender['kind'], starts: readonly Start[]): StartRow[] {
  const own = starts.filter((start) => start.server === server)
  if (own.length === 0) return []
  const over = (figure: (start: Start) => number) => spread(own.map(figure))!
  return [
    {
      server,
      kind,
      firstAnswerMs: over(({ firstAnswerMs }) => firstAnswerMs),
      loadMs: spread(own.flatMap(({ loadMs }) => (loadMs === undefined ? [] : [loadMs]))),
      resident: over(({ memoryAtEnd }) => memoryAtEnd.resident),
      private: over(({ memoryAtEnd }) => memoryAtEnd.private),
      anonymous: over(({ memoryAtEnd }) => memoryAtEnd.anonymous),
      grown: over(({ memoryAtStart, memoryAtEnd }) => memoryAtEnd.anonymous - memoryAtStart.anonymous),
    },
  ]
}

/** Sums up the rounds: for each workload the servers in the order of the lineup, and their starts. */
export function summarize(
  comparison: Comparison,
  lineup: Lineup,
  workloads: readonly Workload[],
  rounds: number,
): Summary {
  const { measurements, starts } = comparison
  return {
    workloads: workloads
      .map((workload) => workloadSummary(workload, lineup, measurements, rounds))
      .filter(({ rows }) => rows.length > 0),
    starts: lineup.flatMap(({ name, kind }) => startRow(name, kind, starts)),
    cold: lineup.flatMap((server) => coldRows(server, comparison)),
    idle: lineup.flatMap((server) => idleRows(server, comparison)),
  }
}
