import type { LoadResult } from '../load/tally.ts'
import type { Manner } from './workloads.ts'

/** What the generator process is told to do: to put queries, or to read a list of them ahead. */
export type Order = Job | { readonly list: string }

/** Queries to put. */
export interface Job {
  /** File of queries, each after its length in two octets. */
  readonly list: string
  /** The query to begin with. */
  readonly first: number
  readonly manner: Manner
  readonly host: string
  readonly port: number
  /** Seconds to measure, and to ask before that. */
  readonly seconds: number
  readonly warmup: number
  /** The server's first process, for the processor time that it and its descendants take. */
  readonly pid: number
  /** The processor that the server is bound to; null when it is to none. */
  readonly serverProcessor: number | null
  readonly shape: LoadShape
}

/** How much is asked at once. */
export interface LoadShape {
  /** UDP sockets, and queries in flight on each. */
  readonly sockets: number
  readonly window: number
  /** Queries a second of the open loop. */
  readonly rate: number
  /** TCP connections open at once with one query each. */
  readonly connections: number
  /** TCP connections with many queries, and queries in flight on each. */
  readonly pipes: number
  readonly pipeline: number
  /** Milliseconds after which a query is lost. */
  readonly timeoutMs: number
}

/**
 * 256 queries in flight over UDP are as many as the socket buffer holds that Linux gives a server by default (208 KiB, three
 * quarters of a KiB for each). With more, a server that leaves it so loses the rest; and since a lost query keeps its
 * place in the window, that server would soon have too few to be busy with. Ten connections at once are as many as wait to be
 * accepted by default in BIND (tcp-listen-queue).
 */
export const USUAL_SHAPE: LoadShape = {
  sockets: 4,
  window: 64,
  rate: 100_000,
  connections: 10,
  pipes: 8,
  pipeline: 128,
  timeoutMs: 500,
}

/** What came of a job. Latencies are in microseconds. */
export interface JobReport {
  readonly seconds: number
  readonly sent: number
  readonly received: number
  readonly timeouts: number
  readonly unexpected: number
  readonly truncated: number
  readonly broken: number
  readonly octets: number
  readonly rcodes: Readonly<Record<string, number>>
  readonly p50: number
  readonly p99: number
  readonly p999: number
  readonly max: number
  /** Replies in each full tenth of a second; empty unless it was a closed loop over UDP. */
  readonly tenths: readonly number[]
  /** Processor time of the server and of the generator, in seconds. */
  readonly serverCpu: number
  readonly generatorCpu: number
  /** Time that the server's processor worked for anybody, in seconds; null when it is bound to none. */
  readonly processorTime: number | null
}

/** Processor times of a job, see JobReport. */
export type JobTimes = Pick<JobReport, 'serverCpu' | 'generatorCpu' | 'processorTime'>

export function jobReport(result: LoadResult, times: JobTimes): JobReport {
  const { latency, rcodes, ...counts } = result
  const micros = (share: number) => latency.percentile(share) / 10
  return {
    ...counts,
    rcodes: Object.fromEntries(rcodes),
    p50: micros(0.5),
    p99: micros(0.99),
    p999: micros(0.999),
    max: latency.max / 10,
    ...times,
  }
}
