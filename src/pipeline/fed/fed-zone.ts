import { UnfitChangeError } from '../../dnssec/sign/index.ts'
import {
  countDue,
  type DueChange,
  dueDelta,
  type EventOutcome,
  FeedBatch,
  type FeedEvent,
  type FeedItem,
  FeedRefusal,
  type FeedSettings,
  parseEvent,
  type StateEntry,
} from '../../feed/index.ts'
import type { StatePut, ZoneSnapshot } from '../../store/index.ts'
import type { RRsetChange } from '../../zone/index.ts'
import { checkFit } from '../fit.ts'
import type { UpdateResult } from '../update.ts'
import { type BrakeHold, type BrakeSettings, brakeOf, type Withdrawal, withdrawnAfter } from './brake.ts'
import type { ChangeableZone } from './changeable.ts'
import { type FeedCursor, FIRST_CURSOR, putCursor, readCursor } from './cursor.ts'
import { deadLetter, deadLetters, putDeadLetters, removeDeadLetters } from './dead-letters.ts'
import { Intake, type IntakeBatch, type TakenEvent } from './intake.ts'
import { LatencyLog } from './latency.ts'
import { putRecent, type RecentCommit } from './recent.ts'
import { countsAfter, describe, describeDue, type FeedCommit, outcomeOf, report, type Verdict } from './verdicts.ts'

/** Events of one commit: as many as are signed and committed in about a second. More would save little, and be seen later. */
const MOST_EVENTS = 2000
/** Changes that come due in one commit. */
const MOST_DUE = 1000

/** What passes the brake, and how it is let pass. */
const commitOfFeed = (seq: number) => ({
  seq,
  what: `the commit up to event ${seq}`,
  approval: 'zonecut feed approve',
})
const RETRY = { what: 'trying these events again', approval: 'zonecut feed retry --yes' }

export interface FedZoneOptions {
  readonly zone: ChangeableZone
  readonly settings: FeedSettings
  readonly brake: BrakeSettings
  /** The source whose giver waits to be told each outcome; see Intake. */
  readonly answered?: string
}

/** What trying dead letters again came to: the outcome of each, undefined for a number there is none of. */
export interface FeedRetry {
  readonly numbers: readonly number[]
  readonly outcomes: readonly (EventOutcome | undefined)[]
  readonly update: UpdateResult | undefined
}

/** What a zone that follows a feed says of itself. */
export interface FedZoneState {
  readonly cursor: FeedCursor
  readonly waiting: number
  readonly gap: Intake['gap']
  readonly hold: BrakeHold | undefined
  /** Changes that wait for their time. */
  readonly pending: number
  /** When the next pending change comes due, milliseconds since 1970. */
  readonly nextDue: number | undefined
}

/** A commit waits for an operator's approval: nothing was changed. */
export class BrakeError extends Error {
  override readonly name = 'BrakeError'
  readonly hold: BrakeHold

  constructor(hold: BrakeHold) {
    super(hold.problem)
    this.hold = hold
  }
}

/** What events come to, before they are committed. */
interface Projection {
  readonly changes: readonly RRsetChange[]
  readonly state: readonly StateEntry[]
  readonly verdicts: readonly Verdict[]
  readonly due: readonly DueChange[]
  readonly withdrawn: number
  /** By how many the changes that wait for their time become more. */
  readonly pending: number
}

/**
 * A zone that follows its registry's feed. It takes what sources give, and commits it when it is told to: objects,
 * records, cursor and dead letters change in one transaction, so that every event counts once, whatever breaks. It knows no
 * clock and starts nothing by itself.
 */
export class FedZone {
  readonly #zone: ChangeableZone
  readonly #settings: FeedSettings
  readonly #brake: BrakeSettings
  readonly #latency = new LatencyLog()
  #intake: Intake
  #cursor: FeedCursor
  #hold: BrakeHold | undefined
  #pending: number
  #nextDue: number | undefined

  /**
   * @throws StoreError
   */
  constructor({ zone, settings, brake, answered }: FedZoneOptions) {
    this.#zone = zone
    this.#settings = settings
    this.#brake = brake
    this.#cursor = readCursor(this.#snapshot) ?? FIRST_CURSOR
    this.#intake = this.#openIntake(answered)
    this.#pending = countDue(this.#snapshot)
    this.#nextDue = this.#batchAt(0).nextDue()
  }

  get state(): FedZoneState {
    const { gap, waiting } = this.#intake
    return { cursor: this.#cursor, waiting, gap, hold: this.#hold, pending: this.#pending, nextDue: this.#nextDue }
  }

  /** Of the version that is served. */
  get serial(): number {
    return this.#zone.updater.info.serial
  }

  /** Takes what a source gives. @param now milliseconds since 1970 @returns when there is room for more */
  take(source: string, items: readonly FeedItem[], now: number): Promise<void> {
    for (const item of items) this.#intake.add(source, item, now)
    return this.#intake.room()
  }

  /** What the answered source gave beyond a number that is missing is let go of: it is to give it again. */
  dropAhead(outcome: (seq: number) => EventOutcome): void {
    this.#intake.dropAhead(outcome)
  }

  /** The zone was made that of a snapshot document: goes on from there. What waits is kept, as far as that does not hold it. */
  restart(now: number): void {
    this.#cursor = readCursor(this.#snapshot) ?? FIRST_CURSOR
    this.#intake.restart(this.#cursor.seq, now)
    this.#hold = undefined
    this.#pending = countDue(this.#snapshot)
    this.#nextDue = this.#batchAt(0).nextDue()
  }

  /** Takes note of how long changes took to be seen, in seconds; the next commit keeps it. */
  measured(sinceCommitted: readonly number[], sinceArrived: readonly number[]): void {
    this.#latency.note(sinceCommitted, sinceArrived)
  }

  /** When there will be something to commit, in milliseconds since 1970; 0 for at once. */
  nextAt(now: number): number | undefined {
    if (this.#hold !== undefined) return undefined
    if (this.#intake.isReady(now)) return 0
    const times = [this.#intake.readyAt(), this.#nextDue].filter((time) => time !== undefined)
    return times.length === 0 ? undefined : Math.min(...times)
  }

  /**
   * Commits the events that wait, at most so many as go together, and what has come due.
   * @param now milliseconds since 1970
   * @throws BrakeError; what refuses a commit of the zone: the events wait on then, and nothing has changed
   */
  async commit(now: number): Promise<FeedCommit | undefined> {
    const batch = this.#intake.batch(MOST_EVENTS, now)
    const isDue = this.#nextDue !== undefined && this.#nextDue <= now
    if (batch === undefined && !isDue) return undefined
    const events = batch?.events ?? []
    const seq = batch?.seq ?? this.#cursor.seq
    const projection = this.#project(events, now)
    const isApproved = seq <= this.#cursor.approved
    this.#hold = isApproved ? undefined : this.#brakeOf(commitOfFeed(seq), projection, now)
    if (this.#hold !== undefined) throw new BrakeError(this.#hold)
    const { state, cursor } = this.#kept(batch, projection, isApproved, now)
    const latency = this.#latency.puts(this.#snapshot, now)
    const seqs = events.length > 0 ? { seqs: { first: this.#cursor.seq + 1, last: seq } } : {}
    const update = await this.#zone.change(projection.changes, Math.floor(now / 1000), {
      cause: 'feed',
      ...seqs,
      isFit: true,
      state: (info) => [
        ...state,
        ...latency,
        ...putRecent(this.#recent(events, projection, info.serial, cursor.commits, now)),
      ],
    })
    this.#committed(cursor, projection.pending)
    this.#latency.kept()
    const { serial } = this.#zone.updater.info
    const outcomes = events.map((event, i) => outcomeOf(event, projection.verdicts[i]!, serial))
    if (batch !== undefined) this.#intake.done(batch, outcomes)
    return report(events, outcomes, update, projection.withdrawn)
  }

  /**
   * Lets the commit that waits pass the brake.
   * @param seq the event up to which it is to go; whichever waits when absent
   * @returns the event up to which; undefined when no such commit waits
   */
  async approve(now: number, seq?: number): Promise<number | undefined> {
    const hold = this.#hold
    if (hold === undefined || (seq !== undefined && seq !== hold.seq)) return undefined
    const cursor = { ...this.#cursor, approved: hold.seq }
    await this.#zone.change([], Math.floor(now / 1000), { state: [putCursor(cursor)] })
    this.#committed(cursor, 0)
    return hold.seq
  }

  /**
   * Tries refused events again, as the rules and the objects are now.
   * @param some numbers of dead letters; all of them when there are none
   * @param isApproved an operator lets it pass the brake
   * @returns the outcomes; what was not refused again is no dead letter any more
   * @throws BrakeError; what refuses a commit of the zone
   */
  async retry(some: readonly number[], isApproved: boolean, now: number): Promise<FeedRetry> {
    const numbers = some.length > 0 ? [...new Set(some)] : [...deadLetters(this.#snapshot)].map(({ number }) => number)
    const taken = numbers.map((number) => this.#takenAgain(number, now))
    const events = taken.filter((event) => event !== undefined)
    const projection = this.#project(events, now)
    const hold = isApproved ? undefined : this.#brakeOf({ ...RETRY, seq: this.#cursor.seq }, projection, now)
    // The feed itself goes on.
    if (hold !== undefined) throw new BrakeError(hold)
    const gone = numbers.filter((_n, i) => {
      const event = taken[i]
      return event !== undefined && !(projection.verdicts[events.indexOf(event)] instanceof FeedRefusal)
    })
    const { puts, dead } = removeDeadLetters(this.#snapshot, gone, this.#cursor.dead)
    const refusedBefore = this.#cursor.counts.refused - gone.length
    const counts = countsAfter({ ...this.#cursor.counts, refused: refusedBefore }, projection.verdicts, true)
    const commits = this.#cursor.commits + 1
    const withdrawn = withdrawnAfter(this.#brake, this.#cursor, projection.withdrawn, isApproved, now)
    const cursor = { ...this.#cursor, dead, counts, commits, at: now, withdrawn }
    const update = await this.#zone.change(projection.changes, Math.floor(now / 1000), {
      cause: 'feed',
      isFit: true,
      state: (info) => [
        ...projection.state,
        ...puts,
        putCursor(cursor),
        ...putRecent(this.#recent(events, projection, info.serial, commits, now)),
      ],
    })
    this.#committed(cursor, projection.pending)
    const { serial } = this.#zone.updater.info
    const outcomes = taken.map((event) =>
      event === undefined ? undefined : outcomeOf(event, projection.verdicts[events.indexOf(event)]!, serial),
    )
    return { numbers, outcomes, update }
  }

  get #snapshot(): ZoneSnapshot {
    return this.#zone.updater.snapshot
  }

  #openIntake(answered: string | undefined): Intake {
    const { origin } = this.#snapshot
    const { seq, unreadable } = this.#cursor
    return new Intake((text) => parseEvent(text, origin), seq, unreadable, answered)
  }

  #batchAt(now: number): FeedBatch {
    return new FeedBatch(this.#snapshot, this.#settings, now)
  }

  /** What the events come to, which is fit. One that would leave a node no zone may have is refused, and the others go on. */
  #project(events: readonly TakenEvent[], now: number): Projection {
    const unfit = new Map<TakenEvent, FeedRefusal>()
    for (;;) {
      const projection = this.#try(events, unfit, now)
      const refusal = this.#unfitIn(projection.changes)
      if (refusal === undefined) return projection
      const culprit = this.#culprit(events, unfit, now)
      // What came due, or the zone itself, is at fault: no event can be blamed.
      if (culprit === undefined) throw refusal
      unfit.set(culprit, new FeedRefusal('unfit', refusal.message))
    }
  }

  #try(events: readonly TakenEvent[], unfit: ReadonlyMap<TakenEvent, FeedRefusal>, now: number): Projection {
    const batch = this.#batchAt(now)
    const due = batch.applyDue(MOST_DUE)
    const verdicts = events.map((taken): Verdict => {
      const refusal = taken.refusal ?? unfit.get(taken)
      if (refusal !== undefined) return refusal
      try {
        return batch.apply(taken.event!)
      } catch (error) {
        if (error instanceof FeedRefusal) return error
        throw error
      }
    })
    const { changes, state, withdrawn } = batch.finish()
    return { changes, state, verdicts, due, withdrawn, pending: dueDelta(this.#snapshot, state) }
  }

  #unfitIn(changes: readonly RRsetChange[]): UnfitChangeError | undefined {
    try {
      checkFit(this.#snapshot, changes)
      return undefined
    } catch (error) {
      if (error instanceof UnfitChangeError) return error
      throw error
    }
  }

  /** The event with which what the events before it leave is no longer fit. */
  #culprit(
    events: readonly TakenEvent[],
    unfit: ReadonlyMap<TakenEvent, FeedRefusal>,
    now: number,
  ): TakenEvent | undefined {
    const isFit = (count: number) => this.#unfitIn(this.#try(events.slice(0, count), unfit, now).changes) === undefined
    if (!isFit(0)) return undefined
    let fit = 0
    let bad = events.length
    while (bad - fit > 1) {
      const middle = (fit + bad) >>> 1
      if (isFit(middle)) fit = middle
      else bad = middle
    }
    return events[fit]
  }

  #brakeOf(
    what: Pick<Withdrawal, 'seq' | 'what' | 'approval'>,
    { withdrawn }: Pick<Projection, 'withdrawn'>,
    now: number,
  ): BrakeHold | undefined {
    const { delegations } = this.#zone.updater.info
    return brakeOf(this.#brake, this.#cursor, { ...what, withdraws: withdrawn, delegations }, now)
  }

  /** What is kept with the zone once the events are committed. */
  #kept(
    batch: IntakeBatch | undefined,
    { state, verdicts, withdrawn }: Projection,
    isApproved: boolean,
    now: number,
  ): { state: readonly StatePut[]; cursor: FeedCursor } {
    const before = this.#cursor
    const refused = (batch?.events ?? []).flatMap((event, i) => {
      const verdict = verdicts[i]!
      return verdict instanceof FeedRefusal ? [{ ...event, refusal: verdict }] : []
    })
    const { puts, dead } = putDeadLetters(this.#snapshot, refused, before.dead, now)
    const seq = batch?.seq ?? before.seq
    const cursor: FeedCursor = {
      ...before,
      seq,
      unreadable: batch?.unreadable ?? before.unreadable,
      sources: { ...before.sources, ...Object.fromEntries(this.#intake.positions()) },
      at: now,
      commits: before.commits + 1,
      counts: countsAfter(before.counts, verdicts),
      dead,
      withdrawn: withdrawnAfter(this.#brake, before, withdrawn, isApproved, now),
      // An approval is for one commit: what comes due later without an event is asked about again.
      approved: seq >= before.approved ? 0 : before.approved,
    }
    return { state: [...state, ...puts, putCursor(cursor)], cursor }
  }

  /** @param pending by how many the changes that wait for their time became more */
  #committed(cursor: FeedCursor, pending: number): void {
    this.#cursor = cursor
    this.#pending += pending
    this.#hold = undefined
    this.#nextDue = this.#batchAt(0).nextDue()
  }

  #recent(
    events: readonly TakenEvent[],
    { verdicts, due }: Projection,
    serial: number,
    number: number,
    now: number,
  ): Omit<RecentCommit, 'more'> {
    return {
      number,
      serial,
      at: new Date(now).toISOString(),
      events: [...due.map(describeDue), ...events.map((taken, i) => describe(taken, verdicts[i]!))],
    }
  }

  #takenAgain(number: number, now: number): TakenEvent | undefined {
    const letter = deadLetter(this.#snapshot, number)
    if (letter === undefined) return undefined
    const common = { seq: letter.seq ?? undefined, text: letter.event ?? undefined, source: letter.source }
    let event: FeedEvent | undefined
    let refusal: FeedRefusal | undefined
    try {
      if (letter.event === null) throw new FeedRefusal('too-long', 'only the beginning of the event was kept')
      event = parseEvent(letter.event, this.#snapshot.origin)
    } catch (error) {
      if (!(error instanceof FeedRefusal)) throw error
      refusal = error
    }
    return { ...common, event, refusal, arrivedAt: now }
  }
}
