import { blast } from '../load/blast.ts'
import { cpuSeconds, processorSeconds, processTree } from '../load/cpu.ts'
import { paced } from '../load/paced.ts'
import { type QuerySet, readQuerySet } from '../load/query-set.ts'
import type { LoadResult } from '../load/tally.ts'
import { tcpPipelined } from '../load/tcp-pipelined.ts'
import { tcpSingle } from '../load/tcp-single.ts'
import { type Job, type JobReport, jobReport, type Order } from './job.ts'

/*
 * The process that puts queries, apart from the one that measures: its loops block, and it has a processor of its own. It
 * takes an Order as a message and answers a Job with a JobReport, a list to be read ahead with null, and either with a text
 * when something went wrong.
 */

let loaded: { readonly path: string; readonly queries: QuerySet } | undefined

function queriesOf(path: string): QuerySet {
  if (loaded?.path !== path) loaded = { path, queries: readQuerySet(path) }
  return loaded.queries
}

function ask(job: Job, queries: QuerySet, first: number, seconds: number): LoadResult {
  const { host, port, shape } = job
  const { sockets, window, rate, connections, pipes, pipeline, timeoutMs } = shape
  switch (job.manner) {
    case 'udp':
      return blast(queries, { host, port, first, seconds, sockets, window, timeoutMs })
    case 'udp-paced':
      return paced(queries, { host, port, first, seconds, sockets, rate, timeoutMs })
    case 'tcp-single':
      return tcpSingle(queries, { host, port, first, seconds, connections, timeoutMs })
    case 'tcp-pipelined':
      return tcpPipelined(queries, { host, port, first, seconds, connections: pipes, window: pipeline, timeoutMs })
  }
}

/** Processor times so far, in seconds. */
function timesOf({ pid, serverProcessor }: Job): { server: number; own: number; processor: number } {
  const { user, system } = process.cpuUsage()
  return {
    server: cpuSeconds(processTree(pid)),
    own: (user + system) / 1e6,
    processor: serverProcessor === null ? 0 : processorSeconds(serverProcessor),
  }
}

function perform(job: Job): JobReport {
  const queries = queriesOf(job.list)
  const warmup = job.warmup > 0 ? ask(job, queries, job.first, job.warmup) : undefined
  const before = timesOf(job)
  const result = ask(job, queries, job.first + (warmup?.sent ?? 0), job.seconds)
  const after = timesOf(job)
  return jobReport(result, {
    serverCpu: after.server - before.server,
    generatorCpu: after.own - before.own,
    processorTime: job.serverProcessor === null ? null : after.processor - before.processor,
  })
}

process.on('message', (order: Order) => {
  try {
    if ('manner' in order) process.send?.(perform(order))
    else {
      queriesOf(order.list)
      process.send?.(null)
    }
  } catch (error) {
    process.send?.(error instanceof Error ? error.message : String(error))
  }
})
process.on('disconnect', () => process.exit())
