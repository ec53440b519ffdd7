import { join } from 'node:path'
import { askProcess } from './ask-process.ts'
import type { WatchedResult } from './watched-load.ts'

/** What the registry's process is told to do. */
export interface WatchedJob {
  /** `stream`: so many changes a second for so many seconds; `backlog`: so many at once. */
  readonly kind: 'stream' | 'backlog'
  readonly changes: number
  /** Seconds of load, at least. */
  readonly seconds: number
  /** Seconds of the same stream before that: of these only what was lost or wrong is reported. */
  readonly warmup: number
  /** Where events go: a file that is appended to, or the control socket, by HTTP. */
  readonly feed: { readonly file: string } | { readonly socket: string }
  /** Number of the first event. */
  readonly firstSeq: number
  readonly origin: string
  /** The zone file, from which the domains to change are taken. */
  readonly zone: string
  readonly signed: boolean
  /** File of queries, each after its length in two octets. */
  readonly list: string
  readonly host: string
  readonly port: number
  /** Queries a second; 0: none but for the marks that are awaited. */
  readonly rate: number
  readonly sockets: number
  /** Milliseconds that the loop rests in each round; 0: it keeps a processor busy. */
  readonly rest: number
  readonly timeoutMs: number
}

/** What came of it. Times in milliseconds, but `seconds` of the load. */
export interface WatchedReport extends Omit<WatchedResult, 'load'> {
  readonly seconds: number
  readonly sent: number
  readonly received: number
  readonly timeouts: number
  readonly rcodes: Readonly<Record<string, number>>
  readonly queryP50: number
  readonly queryP99: number
  /** Number of the last event. */
  readonly lastSeq: number
}

/** Runs a job in a process of its own. @param cpu the processor it is bound to; undefined: any */
export function runJob(job: WatchedJob, cpu: number | undefined): Promise<WatchedReport> {
  return askProcess<WatchedReport>(join(import.meta.dirname, 'load-process.ts'), job, cpu)
}
