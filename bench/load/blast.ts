import { performance } from 'node:perf_hooks'
import { BATCH, type LaneOptions, Lanes } from './lanes.ts'
import type { QuerySet } from './query-set.ts'
import type { LoadResult } from './tally.ts'
import { Tenths } from './tenths.ts'

export interface BlastOptions extends LaneOptions {
  readonly seconds: number
  /** Queries in flight on each socket. */
  readonly window: number
}

/** Milliseconds between two looks for queries that are lost. */
const SWEEP = 10

/**
 * Keeps `window` queries in flight on every socket for `seconds`, a new one for each reply (closed loop), and counts
 * what comes back. Blocks its thread. A query that is not answered in time holds its place until it times out, as a
 * resolver's would.
 */
export function blast(queries: QuerySet, options: BlastOptions): LoadResult {
  const lanes = new Lanes(queries, options)
  const start = performance.now()
  const end = start + options.seconds * 1000
  const tenths = new Tenths(start)
  let now = start
  let swept = start
  for (; now < end; now = performance.now()) {
    tenths.at(now, lanes.tally.received)
    let progress = false
    for (const lane of lanes.all) {
      const room = Math.min(options.window - lane.inFlight, lanes.room(lane))
      // half a batch at least while there is other work: small batches cost as many system calls as large ones
      if (room >= BATCH / 2 || (room > 0 && !progress)) progress = lanes.send(lane, room, now, 0) > 0 || progress
      progress = lanes.receive(lane) || progress
    }
    if (now - swept > SWEEP) {
      lanes.expire(now)
      swept = now
    }
    if (!progress) lanes.wait()
  }
  tenths.at(now, lanes.tally.received)
  return lanes.finish((now - start) / 1000, tenths.counts)
}
