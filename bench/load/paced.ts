import { performance } from 'node:perf_hooks'
import { type LaneOptions, Lanes } from './lanes.ts'
import type { QuerySet } from './query-set.ts'
import type { LoadResult } from './tally.ts'

export interface PacedOptions extends LaneOptions {
  readonly seconds: number
  /** Queries a second, whatever comes back. */
  readonly rate: number
}

/** Milliseconds between two looks for queries that are lost. */
const SWEEP = 10

/**
 * Sends `rate` queries a second, evenly spaced, however the server keeps up (open loop), and counts what comes back. Blocks
 * its thread, and keeps its processor busy to be punctual. Latency counts from the moment at which a query was due, so that
 * a server which stalls is charged for every query that it kept waiting. A query without a reply counts with the time
 * after which it was given up.
 */
export function paced(queries: QuerySet, options: PacedOptions): LoadResult {
  const lanes = new Lanes(queries, options)
  const interval = 1000 / options.rate
  const wanted = Math.round(options.seconds * options.rate)
  const start = performance.now()
  const giveUp = start + options.seconds * 1000 + options.timeoutMs
  let turn = 0
  let swept = start
  let now = start
  for (; lanes.tally.sent < wanted || lanes.inFlight > 0; now = performance.now()) {
    if (now > giveUp) break
    const { sent } = lanes.tally
    const due = Math.min(wanted, Math.floor((now - start) / interval)) - sent
    if (due > 0) {
      const lane = lanes.all[turn]!
      turn = turn + 1 === lanes.all.length ? 0 : turn + 1
      lanes.send(lane, Math.min(due, lanes.room(lane)), start + sent * interval, interval)
    }
    for (const lane of lanes.all) lanes.receive(lane)
    if (now - swept > SWEEP) {
      lanes.expire(now)
      swept = now
    }
  }
  lanes.expire(Number.POSITIVE_INFINITY)
  for (let lost = lanes.tally.timeouts; lost > 0; lost--) lanes.tally.latency.record(options.timeoutMs * 10_000)
  return lanes.finish(Math.min(now - start, options.seconds * 1000) / 1000)
}
