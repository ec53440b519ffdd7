import { readFileSync } from 'node:fs'
import { constants, setPriority } from 'node:os'
import { RRType } from '../../src/iana/index.ts'
import { nameFromText } from '../../src/wire/index.ts'
import { Random } from '../../test/zones/random.ts'
import { type QuerySet, QueryWriter, querySet } from '../load/query-set.ts'
import { answerJobs } from './ask-process.ts'
import { ChangeMaker, shuffled } from './changes.ts'
import { readDelegations } from './delegations.ts'
import { EventWriter, eventsOf } from './events.ts'
import { type Feeder, fileFeeder, pushFeeder } from './feeder.ts'
import type { WatchedJob, WatchedReport } from './job.ts'
import { type Mark, Marks } from './marks.ts'
import { type Faults, type Sending, type Step, type WatchedResult, watchedLoad } from './watched-load.ts'

/*
 * The registry and the resolvers in one process, apart from the one that measures: its loop blocks, and it has a processor of
 * its own. It takes a WatchedJob as a message and answers with a WatchedReport, or a text when something went wrong.
 */

/** Marks of each kind. */
const MARKS = { elsewhere: 120, host: 48, coming: 72 } as const
/** One query in so many is for a mark. */
const MARK_SHARE = 10
/** Of a backlog, one change in so many is a mark's. */
const MARKED_CHANGES = 100
/** Changes of a backlog that are appended in one go: a write of megabytes would hold up queries, which are then sent too fast. */
const WRITTEN_AT_ONCE = 200
/** Delegations taken from the zone for each change of a backlog: all but new domains need one. */
const NEEDED = 0.7
const EDNS = { payload: 1232, dnssecOk: true }
const NO_LABELS = new Uint8Array()
const PATIENCE = 600

/** The queries of a list with one for a mark after each so-manieth. */
function withMarks(list: Uint8Array, marks: Marks, random: Random): QuerySet {
  const parts: Uint8Array[] = []
  for (let at = 0, count = 0; at < list.length; count++) {
    const length = 2 + ((list[at]! << 8) | list[at + 1]!)
    parts.push(list.subarray(at, at + length))
    if (count % MARK_SHARE === 0) parts.push(queryFor(random.pick(marks.all)))
    at += length
  }
  return querySet(Buffer.concat(parts))
}

function queryFor({ wire }: Mark): Uint8Array {
  const writer = new QueryWriter()
  writer.add(NO_LABELS, wire, RRType.A, EDNS)
  return writer.octets
}

class Registry {
  readonly marks: Marks
  readonly events: EventWriter
  readonly #feeder: Feeder
  readonly #job: WatchedJob
  readonly #queries: QuerySet
  readonly #probes: QuerySet

  constructor(job: WatchedJob, feeder: Feeder) {
    this.#job = job
    this.marks = new Marks(job.origin, MARKS, job.firstSeq, job.signed)
    this.events = new EventWriter(job.firstSeq)
    this.#feeder = feeder
    this.#queries = withMarks(readFileSync(job.list), this.marks, new Random(1))
    this.#probes = querySet(Buffer.concat(this.marks.all.map(queryFor)))
  }

  sending(marks: readonly Mark[]): Sending {
    const lines = marks.map((mark) => this.events.lines(this.marks.change(mark), Date.now())).join('')
    return { lines, changes: marks.map((mark) => ({ mark, version: mark.version })) }
  }

  run(steps: Iterator<Step>, rate: number, seconds: number): WatchedResult {
    const { host, port, sockets, rest, timeoutMs } = this.#job
    const options = { host, port, sockets, rest, timeoutMs, rate, seconds, patience: PATIENCE }
    return watchedLoad(this.#queries, this.#probes, this.marks, this.#feeder, steps, options)
  }
}

/** Changes evenly spaced, each of one mark. */
function* stream(registry: Registry, changes: number, seconds: number): Generator<Step> {
  // Kinds one amid the other.
  const order = shuffled(registry.marks.all, new Random(2))
  for (let i = 0; i < changes * seconds; i++) {
    yield { due: (i * 1000) / changes, make: () => registry.sending([order[i % order.length]!]) }
  }
}

/** All changes at once, as far as a registry that answers its resolvers meanwhile can: none of its writes delays a query. */
function backlog(registry: Registry, { zone, origin, changes, firstSeq }: WatchedJob): Step[] {
  const random = new Random(firstSeq)
  const delegations = readDelegations(zone, nameFromText(origin), Math.ceil(NEEDED * changes), random)
  const maker = new ChangeMaker(origin, delegations, random)
  // What comes and goes within one commit would not be seen.
  const lasting = registry.marks.all.filter(({ kind }) => kind !== 'coming')
  const steps: Step[] = []
  let lines: string[] = []
  let marked: Sending['changes'][number][] = []
  let marks = 0
  const end = () => {
    const sending = { lines: lines.join(''), changes: marked }
    steps.push({ due: 0, make: () => sending })
    lines = []
    marked = []
  }
  for (let i = 0; i < changes; i++) {
    // The last is a mark's: it tells when all is done.
    if ((changes - 1 - i) % MARKED_CHANGES > 0) lines.push(registry.events.lines(eventsOf(maker.next()), Date.now()))
    else {
      const sending = registry.sending([lasting[marks++ % lasting.length]!])
      lines.push(sending.lines)
      marked.push(...sending.changes)
    }
    if (lines.length >= WRITTEN_AT_ONCE) end()
  }
  if (lines.length > 0) end()
  return steps
}

/** The world outside does not wait for the server's processors: where it shares them, it goes first. */
function goFirst(): void {
  try {
    setPriority(constants.priority.PRIORITY_HIGHEST)
  } catch {
    // Only root may: its queries then come later, in bursts.
  }
}

async function perform(job: WatchedJob): Promise<WatchedReport> {
  if (job.rest > 0) goFirst()
  const feeder = 'file' in job.feed ? fileFeeder(job.feed.file) : await pushFeeder(job.feed.socket)
  const registry = new Registry(job, feeder)
  try {
    const begin = registry.sending(registry.marks.all)
    registry.run([{ due: 0, make: () => begin }].values(), 0, 0)
    const warm =
      job.kind === 'stream' && job.warmup > 0
        ? registry.run(stream(registry, job.changes, job.warmup), job.rate, job.warmup)
        : undefined
    const steps = job.kind === 'stream' ? stream(registry, job.changes, job.seconds) : backlog(registry, job).values()
    const { load, ...result } = registry.run(steps, job.rate, job.seconds)
    const { seconds, sent, received, timeouts, rcodes, latency } = load
    const all = warm === undefined ? [result] : [warm, result]
    const faultsOf = (kind: keyof Faults) => all.reduce((sum, { faults }) => sum + faults[kind], 0)
    return {
      ...result,
      faults: { mixed: faultsOf('mixed'), stale: faultsOf('stale'), failed: faultsOf('failed') },
      unseen: all.reduce((sum, { unseen }) => sum + unseen, 0),
      seconds,
      sent,
      received,
      timeouts: timeouts + (warm?.load.timeouts ?? 0),
      rcodes: Object.fromEntries(rcodes),
      queryP50: latency.percentile(0.5) / 10_000,
      queryP99: latency.percentile(0.99) / 10_000,
      lastSeq: registry.events.last,
    }
  } finally {
    feeder.close()
  }
}

answerJobs(perform)
