import { performance } from 'node:perf_hooks'
import { Lanes } from '../load/lanes.ts'
import { sleepFor } from '../load/libc.ts'
import type { QuerySet } from '../load/query-set.ts'
import type { LoadResult } from '../load/tally.ts'
import type { Feeder } from './feeder.ts'
import { type Mark, type Marks, Shown } from './marks.ts'

/** Something that the registry does at a time. */
export interface Step {
  /** Milliseconds after the beginning. */
  readonly due: number
  make(): Sending
}

export interface Sending {
  /** Lines of events. */
  readonly lines: string
  /** Marks that the events change, and to which versions, in the order of the events. */
  readonly changes: readonly { readonly mark: Mark; readonly version: number }[]
}

export interface WatchedOptions {
  readonly host: string
  readonly port: number
  /** Queries a second, evenly spaced, whatever comes back; 0: only the marks that are awaited are asked for. */
  readonly rate: number
  /** Seconds that the load lasts at least; it goes on until all changes have shown. */
  readonly seconds: number
  /** Seconds after the last step in which a change has to show. */
  readonly patience: number
  readonly sockets: number
  /** Milliseconds of rest after each round of sending and receiving; 0 keeps a processor busy, to be punctual. */
  readonly rest: number
  /** Milliseconds after which a query is lost. */
  readonly timeoutMs: number
}

/** What the load saw of the changes. */
export interface WatchedResult {
  readonly load: LoadResult
  /** Of each change of a mark, in the order in which they showed: milliseconds from its sending to the first answer that showed it. */
  readonly latencies: readonly number[]
  /** Changes that no answer showed. */
  readonly unseen: number
  /** Milliseconds from the first step's sending to the answer that showed the last change. */
  readonly tookMs: number
  /** Replies for marks, and those among them that were wrong. */
  readonly markReplies: number
  readonly faults: Faults
}

export interface Faults {
  /** Replies that showed records of two versions. */
  readonly mixed: number
  /** Replies that showed an older version than one before on the same socket, or one that was never sent. */
  readonly stale: number
  /** SERVFAIL and the like, for marks. */
  readonly failed: number
}

/** Milliseconds between two looks for lost queries, and between two rounds of asking for awaited marks. */
const SWEEP = 10
const PROBE = 5
/** Awaited marks asked for in one round. */
const PROBED = 16

interface Awaited {
  readonly version: number
  readonly since: number
}

/**
 * Feeds changes to a server while it answers queries (open loop), and looks at every reply for a mark: which version it
 * shows, and whether it shows one at all. Everything is done in one blocking loop: nothing but the server is waited for.
 *
 * @param queries of the load
 * @param probes one query for each mark, in their order
 */
export function watchedLoad(
  queries: QuerySet,
  probes: QuerySet,
  marks: Marks,
  feeder: Feeder,
  steps: Iterator<Step>,
  options: WatchedOptions,
): WatchedResult {
  const watch = new Watch(marks, options.sockets + 1)
  const common = { host: options.host, port: options.port, timeoutMs: options.timeoutMs }
  const lanes = new Lanes(queries, { ...common, sockets: options.sockets, inspect: watch.inspector(0) })
  const prober = new Lanes(probes, { ...common, sockets: 1, inspect: watch.inspector(options.sockets) })
  const interval = options.rate > 0 ? 1000 / options.rate : Number.POSITIVE_INFINITY
  const start = performance.now()
  let first = Number.NaN
  let sentAt = start
  let turn = 0
  let swept = start
  let probed = start
  let step = steps.next()
  for (let now = start; ; now = performance.now()) {
    if (!step.done && now - start >= step.value.due) {
      const { lines, changes } = step.value.make()
      sentAt = performance.now()
      if (Number.isNaN(first)) first = sentAt
      for (const { mark, version } of changes) watch.await(mark, version, sentAt)
      feeder.append(lines)
      step = steps.next()
    }
    const isOver = now - start >= options.seconds * 1000 && step.done === true
    const isPatient = now - sentAt < options.patience * 1000
    if (isOver && ((watch.awaited === 0 && lanes.inFlight + prober.inFlight === 0) || !isPatient)) break
    if (!isOver || watch.awaited > 0) {
      // After a rest several batches are due.
      for (let batch = 0; batch < (options.rest > 0 ? lanes.all.length : 1); batch++) {
        const { sent } = lanes.tally
        const due = Math.floor((now - start) / interval) - sent
        if (due <= 0) break
        const lane = lanes.all[turn]!
        turn = turn + 1 === lanes.all.length ? 0 : turn + 1
        lanes.send(lane, Math.min(due, lanes.room(lane)), start + sent * interval, interval)
      }
      if (now - probed >= PROBE) {
        probed = now
        const places = watch.someAwaited(PROBED)
        if (places.length > 0) prober.send(prober.all[0]!, places.length, now, 0, places)
      }
    }
    for (const lane of lanes.all) lanes.receive(lane)
    prober.receive(prober.all[0]!)
    if (now - swept > SWEEP) {
      lanes.expire(now)
      prober.expire(now)
      swept = now
    }
    if (options.rest > 0) sleepFor(options.rest)
  }
  lanes.expire(Number.POSITIVE_INFINITY)
  prober.expire(Number.POSITIVE_INFINITY)
  const seconds = (performance.now() - start) / 1000
  const load = lanes.finish(seconds)
  const probing = prober.finish(seconds)
  return {
    load: { ...load, timeouts: load.timeouts + probing.timeouts, sent: load.sent + probing.sent },
    latencies: watch.latencies,
    unseen: watch.awaited,
    tookMs: watch.lastShown - first,
    markReplies: watch.replies,
    faults: watch.faults,
  }
}

/** What replies show of the marks. */
class Watch {
  readonly latencies: number[] = []
  readonly faults = { mixed: 0, stale: 0, failed: 0 }
  replies = 0
  lastShown = Number.NaN
  readonly #marks: Marks
  readonly #awaited: Awaited[][]
  /** Places of marks with changes that have not shown. */
  readonly #places = new Set<number>()
  /** The newest version seen, by lane and mark: a socket's replies come in the order in which the server gave them. */
  readonly #seen: readonly Float64Array[]
  #count = 0

  constructor(marks: Marks, lanes: number) {
    this.#marks = marks
    this.#awaited = marks.all.map(() => [])
    this.#seen = Array.from({ length: lanes }, () => Float64Array.from(marks.all, ({ sent }) => sent))
  }

  /** Changes that have not shown. */
  get awaited(): number {
    return this.#count
  }

  await(mark: Mark, version: number, since: number): void {
    const place = this.#marks.all.indexOf(mark)
    this.#awaited[place]!.push({ version, since })
    mark.sent = version
    this.#places.add(place)
    this.#count++
  }

  /** Places of marks that are awaited, other ones each time where there are more. */
  someAwaited(most: number): number[] {
    const places: number[] = []
    for (const place of this.#places) {
      if (places.length === most) break
      places.push(place)
    }
    if (this.#places.size > most) {
      for (const place of places) {
        this.#places.delete(place)
        this.#places.add(place)
      }
    }
    return places
  }

  /** @param firstLane number of the first of the lanes that it looks at */
  inspector(firstLane: number): (octets: Uint8Array, at: number, length: number, lane: number) => void {
    return (octets, at, length, lane) => {
      const place = this.#marks.placeOf(octets, at)
      if (place < 0) return
      this.replies++
      this.#note(place, this.#marks.versionIn(octets.subarray(at, at + length)), this.#seen[firstLane + lane]!)
    }
  }

  #note(place: number, shown: number, seen: Float64Array): void {
    if (shown === Shown.Mixed) this.faults.mixed++
    else if (shown === Shown.Failure) this.faults.failed++
    else {
      const mark = this.#marks.all[place]!
      const before = seen[place]!
      // A name that does not exist tells no version: it is the next at which it is gone.
      const version = shown === Shown.Gone ? (before % 2 === 0 ? before : before + 1) : shown
      const isWrong = shown === Shown.Gone && mark.kind !== 'coming'
      if (version < before || version > mark.sent || isWrong) this.faults.stale++
      else seen[place] = version
      this.#show(place, version)
    }
  }

  #show(place: number, version: number): void {
    const awaited = this.#awaited[place]!
    if (awaited.length === 0 || awaited[0]!.version > version) return
    const now = performance.now()
    this.lastShown = now
    while (awaited.length > 0 && awaited[0]!.version <= version) {
      this.latencies.push(now - awaited.shift()!.since)
      this.#count--
    }
    if (awaited.length === 0) this.#places.delete(place)
  }
}
