import { type FeedSetting, feedBrake, feedRules } from '../../config/index.ts'
import { type FeedItem, type FeedSource, PushSource } from '../../feed/index.ts'
import type { ListenAddress } from '../../net/index.ts'
import type { FeedAnswer, FeedCall, FeedHoldReport, FeedReport } from '../../ops/index.ts'
import { BrakeError, type BrakeHold, type ChangeableZone, FedZone, type UpdateResult } from '../../pipeline/index.ts'
import type { Name } from '../../wire/index.ts'
import { makeHaste } from './compiling.ts'
import { FeedProbe } from './feed-probe.ts'

/** Milliseconds until a commit that failed is tried again: the first time, and at most. */
const FIRST_RETRY = 250
const LONGEST_RETRY = 60_000
/**
 * Milliseconds from one commit to the next at least, for each event of the last one up to so many: who makes one change
 * after the other waits little, and a stream of them leaves the processor to the answers. A backlog does not wait.
 */
const GATHERING = 8
const MOST_GATHERINGS = 4
const BACKLOG = 500
/** Milliseconds that events wait for a missing number before it is told: sources deliver again out of order. */
const GAP_PATIENCE = 5_000
/** Milliseconds after a report, until what has changed since is reported; nothing is when nothing has. */
const REPORTING = 1000
/** The source of what comes over HTTP. */
const PUSHED = 'http'

/** What the keeper needs of the zone's other work. */
export interface FeedHost {
  /** Does work after what is under way in the zone. */
  queue<T>(work: () => Promise<T>): Promise<T>
  committed(update: UpdateResult): void
  log(level: 'info' | 'warn' | 'error', fields: object, message: string): void
  /** From a change's commit by the registry, and from its arrival, to the first answer that showed it: seconds. */
  measured(sinceCommitted: readonly number[], sinceArrived: readonly number[]): void
  report(report: FeedReport): void
}

/** Keeps one zone in step with its registry: runs the sources, and commits what they give. */
export class FeedKeeper {
  readonly #host: FeedHost
  readonly #fed: FedZone
  readonly #sources: readonly FeedSource[]
  readonly #pushed = new PushSource(PUSHED)
  readonly #problems = new Map<string, string>()
  readonly #probe: FeedProbe | undefined
  #timer: NodeJS.Timeout | undefined
  #nextCommitAt = 0
  #retry = FIRST_RETRY
  #failure: string | undefined
  #toldGap: number | undefined
  #stopped = false
  #reported: string | undefined
  #nextReport: NodeJS.Timeout | undefined

  /**
   * Begins to follow the feed where the zone's store says it stood.
   * @param sources that the setting names, not started yet
   * @param listen one of the server's own addresses, for measuring; undefined measures nothing
   * @throws StoreError
   */
  constructor(
    zone: ChangeableZone,
    origin: Name,
    setting: FeedSetting,
    sources: readonly FeedSource[],
    listen: ListenAddress | undefined,
    host: FeedHost,
  ) {
    this.#host = host
    const { rules, ttl } = setting
    this.#fed = new FedZone({
      zone,
      settings: { rules: feedRules(rules), ttl },
      brake: feedBrake(setting),
      answered: PUSHED,
    })
    this.#probe = listen === undefined ? undefined : new FeedProbe(origin, listen)
    this.#sources = [...sources, this.#pushed]
    const positions = this.#fed.state.cursor.sources
    for (const source of this.#sources) {
      source.start(positions[source.name], {
        take: (items) => this.#take(source.name, items),
        problem: (text) => this.#noteProblem(source.name, text),
      })
    }
    this.#schedule()
    this.#report()
  }

  /**
   * Does what is asked of the feed, and settles when it is on the disk.
   * @throws PushQueueFull, PushStopped, BrakeError, and what refuses a commit
   */
  async answer(call: Exclude<FeedCall, { call: 'snapshot' }>): Promise<FeedAnswer> {
    switch (call.call) {
      case 'push': {
        const outcomes = await this.#pushed.push(call.texts)
        return { call: 'push', outcomes, seq: this.#fed.state.cursor.seq, serial: this.#fed.serial }
      }
      case 'approve':
        return this.#work(async () => ({
          call: 'approve',
          seq: (await this.#fed.approve(Date.now(), call.seq)) ?? null,
        }))
      case 'retry':
        return this.#work(async () => {
          const { numbers, outcomes, update } = await this.#fed.retry(call.numbers, call.approved, Date.now())
          if (update !== undefined) this.#host.committed(update)
          return { call: 'retry', outcomes: numbers.map((number, i) => ({ number, outcome: outcomes[i] ?? null })) }
        })
    }
  }

  /** The last event done with. */
  get seq(): number {
    return this.#fed.state.cursor.seq
  }

  /** The zone was made that of a snapshot document that goes no further back than the feed: follows it from there. */
  restart(): void {
    this.#fed.restart(Date.now())
    this.#failure = undefined
    this.#retry = FIRST_RETRY
    this.#schedule()
  }

  /** Reports even when nothing has changed: others have told something of the feed meanwhile. */
  reportAgain(): void {
    this.#reported = undefined
    this.#report()
  }

  #work(work: () => Promise<FeedAnswer>): Promise<FeedAnswer> {
    return this.#host.queue(async () => {
      try {
        return await work()
      } finally {
        this.#schedule()
        this.#report()
      }
    })
  }

  /** Ends the sources, after the commit under way. */
  async stop(): Promise<void> {
    this.#stopped = true
    this.#schedule()
    clearTimeout(this.#nextReport)
    this.#probe?.close()
    await Promise.all(this.#sources.map((source) => source.stop()))
  }

  #take(source: string, items: readonly FeedItem[]): Promise<void> {
    const room = this.#fed.take(source, items, Date.now())
    this.#schedule()
    if (source !== PUSHED) return room
    // Who pushes can push again; the number that is missing may be what another request brings.
    const missing = this.#fed.state.gap?.missing
    if (missing !== undefined) this.#fed.dropAhead((seq) => ({ outcome: 'gap', seq, missing }))
    return Promise.resolve()
  }

  #schedule(): void {
    clearTimeout(this.#timer)
    const isBacklog = !this.#stopped && this.#fed.state.waiting >= BACKLOG && this.#failure === undefined
    makeHaste(this, isBacklog)
    if (this.#stopped) return
    const now = Date.now()
    const at = this.#fed.nextAt(now)
    this.#watchGap(now)
    if (at === undefined) return
    const rest = isBacklog ? 0 : this.#nextCommitAt - now
    const wait = Math.max(0, at - now, rest)
    this.#timer = setTimeout(() => void this.#host.queue(() => this.#commit()), Math.min(wait, 2 ** 31 - 1))
  }

  async #commit(): Promise<void> {
    if (this.#stopped) return
    try {
      const commit = await this.#fed.commit(Date.now())
      if (this.#failure !== undefined) this.#host.log('info', {}, 'the feed goes on')
      this.#failure = undefined
      this.#retry = FIRST_RETRY
      if (commit !== undefined) {
        this.#nextCommitAt = Date.now() + GATHERING * Math.min(commit.events, MOST_GATHERINGS)
        const { update, applied } = commit
        if (update !== undefined) {
          this.#host.committed(update)
          if (applied.length > 0) this.#measure(update.serial, applied)
        }
      }
    } catch (error) {
      this.#fail(error)
    }
    this.#schedule()
    this.#report()
  }

  #measure(serial: number, applied: readonly { readonly at: number; readonly arrivedAt: number }[]): void {
    this.#probe?.await(serial, () => {
      const now = Date.now()
      const since = (times: readonly number[]) => times.map((time) => Math.max(0, now - time) / 1000)
      const sinceCommitted = since(applied.map(({ at }) => at))
      const sinceArrived = since(applied.map(({ arrivedAt }) => arrivedAt))
      this.#fed.measured(sinceCommitted, sinceArrived)
      this.#host.measured(sinceCommitted, sinceArrived)
    })
  }

  #fail(error: unknown): void {
    const problem = (error as Error).message
    if (problem !== this.#failure) {
      const what =
        error instanceof BrakeError
          ? 'a commit of the feed waits for approval'
          : 'a commit of the feed failed; the last good version is served on'
      this.#host.log('error', { problem }, what)
    }
    this.#failure = problem
    this.#nextCommitAt = Date.now() + this.#retry
    this.#retry = Math.min(this.#retry * 2, LONGEST_RETRY)
  }

  #noteProblem(source: string, text: string | undefined): void {
    if (this.#problems.get(source) === text) return
    if (text === undefined) this.#problems.delete(source)
    else this.#problems.set(source, text)
    if (text === undefined) this.#host.log('info', { source }, 'the source goes on')
    else this.#host.log('error', { source, problem: text }, 'a source of the feed has a problem')
    this.#report()
  }

  /** Tells of a missing number once it has been missing for a while. */
  #watchGap(now: number): void {
    const { gap } = this.#fed.state
    if (gap === undefined) {
      if (this.#toldGap !== undefined) this.#host.log('info', { seq: this.#toldGap }, 'the missing event has come')
      this.#toldGap = undefined
      return
    }
    if (now - gap.since < GAP_PATIENCE) {
      const timer = setTimeout(() => this.#watchGap(Date.now()), gap.since + GAP_PATIENCE - now)
      timer.unref()
      return
    }
    if (this.#toldGap === gap.missing) return
    this.#toldGap = gap.missing
    const advice = `event ${gap.missing} is missing: the feed stands until a source gives it`
    this.#host.log('error', { waiting: gap.waiting }, advice)
    this.#report()
  }

  #report(): void {
    const { cursor, waiting, gap, hold, pending, nextDue } = this.#fed.state
    const iso = (time: number | undefined) => (time === undefined ? null : new Date(time).toISOString())
    const report: FeedReport = {
      state:
        hold !== undefined ? 'held' : this.#failure !== undefined ? 'failed' : gap === undefined ? 'following' : 'gap',
      problem: this.#failure ?? [...this.#problems.values()][0] ?? null,
      seq: cursor.seq,
      committedAt: cursor.at === 0 ? null : iso(cursor.at)!,
      counts: cursor.counts,
      dead: { kept: cursor.dead.kept, dropped: cursor.dead.dropped },
      waiting,
      pending,
      nextDue: iso(nextDue),
      missing: gap?.missing ?? null,
      hold: hold === undefined ? null : holdReport(hold),
      sources: this.#sources.map((source) => ({
        ...source.report(),
        problem: this.#problems.get(source.name) ?? null,
      })),
    }
    // How far sources are goes on without a commit.
    clearTimeout(this.#nextReport)
    const text = JSON.stringify(report)
    if (text === this.#reported) return
    this.#reported = text
    this.#host.report(report)
    if (this.#stopped) return
    this.#nextReport = setTimeout(() => this.#report(), REPORTING)
    this.#nextReport.unref()
  }
}

function holdReport({ seq, withdraws, before, delegations }: BrakeHold): FeedHoldReport {
  return { seq, withdraws, before, delegations }
}
