import { askCommand, CommandRefusal, GATE_REASONS, GateRefusal } from '../dnssec/gate/index.ts'
import { parentDs } from '../dnssec/parent/index.ts'
import { UnfitChangeError } from '../dnssec/sign/index.ts'
import { createSource } from '../feed/index.ts'
import type { FeedAnswer, FeedCall, SigningReport } from '../ops/index.ts'
import {
  adoptZone,
  type ChangeableZone,
  ChangeTextError,
  changesFromText,
  KeyLife,
  type LoadOptions,
  type LoadProgress,
  type LoadResult,
  loadZone,
  needsWholeSigning,
  resignKept,
  SignedZone,
  type SignedZoneOptions,
  type SigningTurn,
  signingOfWhole,
  UnsignedZone,
  type UpdateResult,
} from '../pipeline/index.ts'
import { currentVersion } from '../store/index.ts'
import { type Name, nameFromText } from '../wire/index.ts'
import { formatFinding } from '../zone/checks/index.ts'
import { inHaste } from './compiling.ts'
import { FeedKeeper } from './feed-keeper.ts'
import type { ChangeOutcome, KeeperMessage, KeptZoneJob } from './keeper-messages.ts'
import type { LoadOutcome } from './load-messages.ts'
import { loadOutcome } from './load-outcome.ts'
import { feedRefusal, type LoadedSnapshot, loadFeedSnapshot } from './snapshot-load.ts'
import { startingReport } from './starting-report.ts'
import { updateNotice } from './update-notice.ts'

/** Seconds until a turn that failed is tried again: the first time, and at most. */
const FIRST_RETRY = 0.25
const LONGEST_RETRY = 300
/** Milliseconds between two slices of a sweep that is not to wait: other zones and changes come in between. */
const BREATH = 5
/**
 * Milliseconds from one commit of changes to the next at least, for each change of the last one up to so many: who makes one
 * change after the other waits little, and a stream of them leaves the processor to the answers.
 */
const GATHERING = 25
const MOST_GATHERINGS = 4
/** Milliseconds between two reports of progress. */
const PROGRESS_INTERVAL = 250

/** What a refusal by the operator's own command is counted under, beside the reasons of the gate. */
const COMMAND_REASON = 'command'

/** The data in the store make no zone that may be served: the first of what the checks find. */
class WholeSigningError extends Error {
  override readonly name = 'WholeSigningError'

  constructor({ findings: { findings, errors } }: LoadResult) {
    const first = findings.filter(({ severity }) => severity === 'error').slice(0, 3)
    super(`signed as a whole, the zone would have ${errors} errors: ${first.map(formatFinding).join('; ')}`)
  }
}

/** A change by a feed would leave the zone with signatures that do not fit it. */
class SignedElsewhereError extends Error {
  override readonly name = 'SignedElsewhereError'

  constructor() {
    super(
      'the zone is signed, and this server is not told to sign it: its feed would break the signatures. ' +
        'Give the zone the key sign, or load it unsigned',
    )
  }
}

/** The zone is not loaded, or can't be opened. */
class ZoneNotOpenError extends Error {
  override readonly name = 'ZoneNotOpenError'

  constructor(problem: string | undefined) {
    super(problem ?? 'the zone is not loaded yet')
  }
}

/** One zone that the keeper process keeps: signed, in step with its registry, or both. Its work never overlaps: each piece waits for the one before. */
export class KeptZone {
  readonly #job: KeptZoneJob
  readonly #dataDir: string
  readonly #origin: Name
  readonly #tell: (message: KeeperMessage) => void
  #zone: SignedZone | UnsignedZone | undefined
  #feed: FeedKeeper | undefined
  #timer: NodeJS.Timeout | undefined
  #retry = FIRST_RETRY
  #work: Promise<unknown> = Promise.resolve()
  /** What the zone is being signed as a whole for, and how far that is. */
  #whole: SigningReport['whole'] = null
  /** It was signed as a whole, and no turn has succeeded since. */
  #resigned = false
  readonly #changes: { readonly text: string; readonly settle: (outcome: ChangeOutcome) => void }[] = []
  #nextCommitAt = 0
  #stopped = false
  #last: SigningTurn | undefined
  #problem: string | undefined
  #refused = false
  #commits = 0
  #renewed = 0
  readonly #refusals = new Map<string, number>([...GATE_REASONS, COMMAND_REASON].map((reason) => [reason, 0]))

  constructor(dataDir: string, job: KeptZoneJob, tell: (message: KeeperMessage) => void) {
    this.#dataDir = dataDir
    this.#job = job
    this.#origin = nameFromText(job.origin)
    this.#tell = tell
  }

  get job(): KeptZoneJob {
    return this.#job
  }

  /**
   * Opens the zone, if the store has it, and begins to keep it signed.
   * @param after what has to end before
   */
  begin(after?: Promise<void>): Promise<void> {
    return this.#queue(async () => {
      await after
      if (this.#stopped || this.#zone !== undefined) return
      try {
        this.#open()
        if (this.#zone === undefined) return
        this.#schedule(0)
        await this.#follow()
      } catch (error) {
        await this.#letGo()
        this.#fail(error)
        this.#schedule(this.#nextRetry() * 1000)
      }
    })
  }

  /** Opens the zone, unless it is yet to be loaded. */
  #open(): void {
    if (currentVersion(this.#dataDir, this.#origin) === undefined) return
    const { signing, feed } = this.#job
    if (signing === undefined) {
      const zone = new UnsignedZone(this.#dataDir, this.#origin, feed?.serial ?? 'increment')
      this.#zone = zone
      if (zone.updater.info.signed) throw new SignedElsewhereError()
      return
    }
    const { policy, keys } = signing
    this.#zone = new SignedZone({ dataDir: this.#dataDir, origin: this.#origin, policy, keys, ...this.#asking() })
  }

  /** Begins to follow the zone's feed, if it has one: where it stood, or with the zone's own records as the first objects. */
  async #follow(): Promise<void> {
    const { feed, probe, origin } = this.#job
    if (feed === undefined || this.#feed !== undefined) return
    const zone = this.#changeable()
    const began = performance.now()
    const isNew = await inHaste(() =>
      adoptZone(zone, Date.now(), (objects) => {
        this.#tell({
          kind: 'feed-report',
          origin,
          report: startingReport(`${objects} objects made of the zone's records`),
        })
      }),
    )
    const seconds = Number(((performance.now() - began) / 1000).toFixed(1))
    if (isNew) this.#log('info', { seconds }, 'the zone’s records are the first objects of its feed')
    const sources = await Promise.all(feed.sources.map(createSource))
    this.#feed = new FeedKeeper(zone, this.#origin, feed, sources, probe, {
      queue: (work) => this.#queue(work),
      committed: (update) => this.#committed([update]),
      log: (level, fields, message) => this.#log(level, fields, message),
      measured: (sinceCommitted, sinceArrived) =>
        this.#tell({ kind: 'measured', origin, sinceCommitted, sinceArrived }),
      report: (report) => this.#tell({ kind: 'feed-report', origin, report }),
    })
  }

  /** The zone for its feed, whichever version of it is open; one that has to be signed anew for a change is. */
  #changeable(): ChangeableZone {
    const open = () => {
      if (this.#zone === undefined) throw new ZoneNotOpenError(this.#problem)
      return this.#zone
    }
    return {
      get updater() {
        return open().updater
      },
      change: async (changes, now, options) => {
        try {
          return await open().change(changes, now, options)
        } catch (error) {
          if (!needsWholeSigning(error) || !(await this.#recover(error))) throw error
          return open().change(changes, now, options)
        }
      },
    }
  }

  /** Does something with the zone's feed. Never rejects. */
  async feed(call: FeedCall): Promise<FeedAnswer> {
    if (call.call === 'snapshot') return this.#loadSnapshot(call.file, call.approved)
    const feed = this.#feed
    if (feed === undefined) {
      const problem = this.#job.feed === undefined ? 'the zone follows no feed' : 'the feed is starting'
      return { call: 'refused', busy: this.#job.feed !== undefined, problem }
    }
    try {
      return await feed.answer(call)
    } catch (error) {
      return feedRefusal(error)
    }
  }

  /** Makes the zone that of a snapshot document, whether it has one yet or not; what is served before stays when that fails. */
  #loadSnapshot(file: string, isApproved: boolean): Promise<FeedAnswer> {
    const { feed: setting, origin } = this.#job
    if (setting === undefined) return Promise.resolve(feedRefusal(new Error('the zone follows no feed')))
    return this.#queue(async () => {
      const seqBefore = this.#feed?.seq ?? 0
      await this.#close()
      let loaded: LoadedSnapshot | undefined
      let answer: FeedAnswer
      try {
        loaded = await inHaste(() =>
          loadFeedSnapshot(setting, {
            dataDir: this.#dataDir,
            origin: this.#origin,
            file,
            isApproved,
            ...this.#signingOfLoad(),
            ...this.#asking(),
            onProgress: this.#seldom(({ phase, records }) => {
              const problem = `a snapshot document is being loaded: ${phase}, ${records} records`
              this.#tell({ kind: 'feed-report', origin, report: startingReport(problem) })
            }),
          }),
        )
        answer = loaded.answer
      } catch (error) {
        if (refusalReason(error) !== undefined) this.#fail(error)
        answer = feedRefusal(error)
      }
      // Sources go on where they are, since some can be read only once, unless they have to go back.
      if (loaded !== undefined && loaded.answer.seq < seqBefore) await this.#unfollow()
      await this.#goOn(loaded)
      return answer
    })
  }

  /** Opens the zone again after a snapshot document was loaded, or could not be, and follows its feed on. */
  async #goOn(loaded: LoadedSnapshot | undefined): Promise<void> {
    try {
      this.#open()
      if (loaded !== undefined) {
        this.#resigned = false
        this.#commits++
        this.#tell({ kind: 'updated', version: this.#zone!.updater.version, info: loaded.info })
        const { call: _, ...fields } = loaded.answer
        this.#log('info', fields, 'the zone is that of a snapshot document')
        this.#feed?.restart()
      }
      this.#feed?.reportAgain()
      if (this.#zone === undefined) return
      this.#schedule(0)
      await this.#follow()
    } catch (error) {
      await this.#unfollow()
      this.#fail(error)
      this.#schedule(this.#nextRetry() * 1000)
    }
  }

  /** Loads a file, signed as a whole; what is served before stays when that fails. Never rejects. */
  load(file: string): Promise<LoadOutcome> {
    return this.#queue(async () => {
      const began = performance.now()
      const seconds = () => (performance.now() - began) / 1000
      await this.#letGo()
      try {
        const result = await inHaste(() =>
          loadZone({
            dataDir: this.#dataDir,
            origin: this.#origin,
            file,
            ...this.#signingOfLoad(),
            ...this.#asking(),
            onProgress: this.#seldom((progress) =>
              this.#tell({ kind: 'progress', origin: this.#job.origin, progress }),
            ),
          }),
        )
        if (result.ok) this.#resigned = false
        return { ...loadOutcome(result, this.#job.origin, file), seconds: seconds() }
      } catch (error) {
        if (refusalReason(error) !== undefined) this.#fail(error)
        return { ok: false, lines: [], problem: `not loaded: ${(error as Error).message}`, seconds: seconds() }
      } finally {
        void this.begin()
      }
    })
  }

  #signingOfLoad(): Pick<LoadOptions, 'signing'> {
    if (this.#job.signing === undefined) return {}
    const { policy, keys } = this.#job.signing
    const life = new KeyLife(this.#origin, policy, keys)
    return { signing: signingOfWhole(life, keys, Math.floor(Date.now() / 1000)) }
  }

  /**
   * Signs the zone anew as a whole, of the data in its store. Never rejects.
   * @param trustsClock the operator says that the clock is right
   */
  resign(trustsClock: boolean): Promise<ChangeOutcome> {
    return this.#queue(async () => {
      if (currentVersion(this.#dataDir, this.#origin) === undefined) {
        return { serial: null, problem: 'the zone is not loaded yet' }
      }
      try {
        await this.#resign('an operator asked for it', trustsClock)
        this.#schedule(0)
        return { serial: this.#zone?.updater.info.serial ?? null, problem: null }
      } catch (error) {
        this.#fail(error)
        this.#schedule(this.#nextRetry() * 1000)
        return { serial: null, problem: (error as Error).message }
      }
    })
  }

  /**
   * Signs and commits changes that are written as text. What comes while a commit is under way, or just after it, is
   * committed together. Never rejects.
   */
  change(text: string): Promise<ChangeOutcome> {
    if (this.#job.feed !== undefined) {
      const problem = 'the zone follows its registry: send the change as an event of its feed'
      return Promise.resolve({ serial: null, problem })
    }
    return new Promise((settle) => {
      this.#changes.push({ text, settle })
      if (this.#changes.length > 1) return
      const rest = Math.max(0, this.#nextCommitAt - performance.now())
      setTimeout(() => void this.#queue(() => this.#commitChanges()), rest)
    })
  }

  async #commitChanges(): Promise<void> {
    const changes = this.#changes.splice(0)
    if (changes.length === 0) return
    this.#nextCommitAt = performance.now() + GATHERING * Math.min(changes.length, MOST_GATHERINGS)
    const together = await this.#commitText(changes.map(({ text }) => text).join('\n'))
    // One that is refused must not keep the others out, and is to be told its own reason.
    const alone = together.problem !== null && changes.length > 1
    for (const { text, settle } of changes) settle(alone ? await this.#commitText(text) : together)
  }

  async #commitText(text: string): Promise<ChangeOutcome> {
    for (;;) {
      const zone = this.#zone
      if (zone === undefined) return { serial: null, problem: this.#problem ?? 'the zone is not loaded and signed yet' }
      try {
        const update = await zone.change(changesFromText(zone.updater.snapshot, text), Math.floor(Date.now() / 1000))
        if (update !== undefined) {
          this.#committed([update])
          if (this.#problem !== undefined) this.#succeed()
          if (zone instanceof SignedZone && zone.isToBeSwept) this.#schedule(0)
        }
        return { serial: zone.updater.info.serial, problem: null }
      } catch (error) {
        const isOfText = error instanceof ChangeTextError || error instanceof UnfitChangeError
        if (isOfText || !needsWholeSigning(error)) {
          if (!isOfText) this.#fail(error)
          return { serial: null, problem: (error as Error).message }
        }
        if (!(await this.#recover(error))) return { serial: null, problem: this.#problem ?? error.message }
      }
    }
  }

  /** Lets the zone go, after what is under way. */
  stop(): Promise<void> {
    this.#stopped = true
    clearTimeout(this.#timer)
    return this.#queue(async () => {
      // What came in time is answered.
      await this.#commitChanges()
      await this.#letGo()
    })
  }

  /** The operator's own command is asked before a commit, if there is one. */
  #asking(): Pick<SignedZoneOptions, 'ask'> {
    const gate = this.#job.signing?.gate
    return gate === undefined ? {} : { ask: (text) => askCommand(gate.command, text, gate.timeout) }
  }

  #queue<T>(work: () => T | Promise<T>): Promise<T> {
    const done = this.#work.then(work)
    this.#work = done.catch(() => {})
    return done
  }

  /** Ends the feed's sources, then lets the zone go. */
  async #letGo(): Promise<void> {
    await this.#unfollow()
    await this.#close()
  }

  async #unfollow(): Promise<void> {
    const feed = this.#feed
    this.#feed = undefined
    await feed?.stop()
  }

  async #close(): Promise<void> {
    clearTimeout(this.#timer)
    const zone = this.#zone
    this.#zone = undefined
    await zone?.close()
  }

  #schedule(milliseconds: number): void {
    clearTimeout(this.#timer)
    if (this.#stopped) return
    this.#timer = setTimeout(() => void this.#queue(() => this.#turn()), milliseconds)
  }

  async #turn(): Promise<void> {
    const zone = this.#zone
    if (zone === undefined) {
      void this.begin()
      return
    }
    // What is not signed changes only when it is told to.
    if (zone instanceof UnsignedZone) return
    try {
      const now = Math.floor(Date.now() / 1000)
      const turn = await zone.turn(now)
      this.#last = turn
      this.#committed(turn.updates)
      this.#renewed += turn.renewed
      this.#resigned = false
      this.#succeed()
      if (turn.checkParent) await this.#askParent(zone)
      this.#schedule(turn.nextAt <= now ? BREATH : Math.min((turn.nextAt - now) * 1000, 2 ** 31 - 1))
    } catch (error) {
      await this.#recover(error)
    }
  }

  /**
   * Signs the zone as a whole when that is what an error asks for, and the last time that was done has helped. Otherwise the
   * work is tried again later.
   * @returns whether the zone was signed as a whole
   */
  async #recover(error: unknown): Promise<boolean> {
    let fault = error
    if (needsWholeSigning(error) && !this.#resigned && !this.#stopped) {
      try {
        await this.#resign(error.message)
        this.#schedule(0)
        return true
      } catch (failure) {
        fault = failure
      }
    }
    this.#resigned = false
    this.#fail(fault)
    this.#schedule(this.#nextRetry() * 1000)
    return false
  }

  /** @throws what keeps the zone from being signed as a whole; what was served before is served on */
  async #resign(reason: string, trustsClock = false): Promise<void> {
    this.#log('info', { reason }, 'signing the zone anew as a whole')
    this.#whole = { reason, phase: 'check', records: 0, totalRecords: 0, seconds: 0 }
    this.#report()
    await this.#close()
    let result: LoadResult
    try {
      const { policy, keys } = this.#job.signing!
      result = await inHaste(() =>
        resignKept({
          dataDir: this.#dataDir,
          origin: this.#origin,
          policy,
          keys,
          now: Math.floor(Date.now() / 1000),
          trustsClock,
          ...this.#asking(),
          onProgress: this.#seldom(({ phase, records, totalRecords, seconds }) => {
            this.#whole = { reason, phase, records, totalRecords, seconds }
            this.#report()
          }),
        }),
      )
    } finally {
      this.#whole = null
      // The one before, where there is no new one.
      this.#open()
    }
    if (!result.ok) throw new WholeSigningError(result)
    this.#resigned = true
    this.#commits++
    const { version, info } = this.#zone!.updater
    this.#tell({ kind: 'updated', version, info })
    const fields = { serial: info.serial, denial: info.denial, seconds: Number(result.seconds.toFixed(1)) }
    this.#log('info', fields, info.signed ? 'the zone was signed anew as a whole' : 'the zone is unsigned from now on')
  }

  /** Passes on progress at each new phase, and now and then in between. */
  #seldom(listener: (progress: LoadProgress) => void): (progress: LoadProgress) => void {
    let told = 0
    let phase = ''
    return (progress) => {
      const time = performance.now()
      if (progress.phase === phase && time - told < PROGRESS_INTERVAL) return
      phase = progress.phase
      told = time
      listener(progress)
    }
  }

  async #askParent(zone: SignedZone): Promise<void> {
    const { parents } = this.#job.signing!
    // An operator without servers to ask tells by `keys parent` what the parent shows.
    if (parents.length === 0) return
    try {
      zone.noteParent(await parentDs(parents, this.#origin))
    } catch (error) {
      this.#log('warn', { problem: (error as Error).message }, 'the parent cannot be asked for the DS')
    }
  }

  #nextRetry(): number {
    const seconds = this.#retry
    this.#retry = Math.min(this.#retry * 2, LONGEST_RETRY)
    return seconds
  }

  #committed(updates: readonly UpdateResult[]): void {
    for (const update of updates) {
      this.#commits++
      this.#tell(updateNotice(this.#zone!.updater, update))
    }
  }

  #succeed(): void {
    if (this.#problem !== undefined) this.#log('info', {}, 'the zone is kept signed again')
    this.#problem = undefined
    this.#refused = false
    this.#retry = FIRST_RETRY
    this.#report()
  }

  #fail(error: unknown): void {
    const problem = (error as Error).message
    const reason = refusalReason(error)
    this.#refused = reason !== undefined
    if (reason !== undefined) this.#refusals.set(reason, this.#refusals.get(reason)! + 1)
    if (this.#problem !== problem) {
      const failed = this.#job.signing === undefined ? 'the feed cannot be followed' : 'signing failed'
      const what = this.#refused ? 'the gate refused a version; the last good one is served on' : failed
      this.#log('error', { problem, reason }, what)
    }
    this.#problem = problem
    if (this.#job.feed !== undefined && this.#feed === undefined) {
      const report = { ...startingReport(problem), state: 'failed' } as const
      this.#tell({ kind: 'feed-report', origin: this.#job.origin, report })
    }
    this.#report()
  }

  #report(): void {
    if (this.#job.signing === undefined) return
    const report: SigningReport = {
      state: this.#state(),
      whole: this.#whole,
      sweep: this.#last?.sweep ?? null,
      problem: this.#problem ?? null,
      keys: this.#last?.keys ?? { published: [], signingKeys: [], signingZone: [] },
      alarms: (this.#last?.alarms ?? []).map(({ kind, id }) =>
        kind === 'missing-key' ? `the key ${id} is not in the store` : `the parent has no DS of ${id} any more`,
      ),
      awaits: (this.#last?.awaited ?? []).map(({ id, sight }) =>
        sight === 'there' ? `that the parent shows the DS of ${id}` : `that the parent shows no DS of ${id} any more`,
      ),
      commits: this.#commits,
      renewed: this.#renewed,
      refusals: [...this.#refusals.values()].reduce((sum, count) => sum + count, 0),
      refusalsByReason: Object.fromEntries(this.#refusals),
      nextAt: this.#last === undefined ? null : new Date(this.#last.nextAt * 1000).toISOString(),
    }
    this.#tell({ kind: 'report', origin: this.#job.origin, report })
  }

  #state(): SigningReport['state'] {
    if (this.#whole !== null) return 'signing-whole'
    if (this.#problem !== undefined) return this.#refused ? 'refused' : 'failed'
    return this.#zone?.updater.info.signed === false ? 'insecure' : 'signing'
  }

  #log(level: 'info' | 'warn' | 'error', fields: object, message: string): void {
    this.#tell({ kind: 'log', level, fields: { zone: this.#job.origin, ...fields }, message })
  }
}

/** Why the gate refused; undefined when it was not the gate. */
function refusalReason(error: unknown): string | undefined {
  if (error instanceof GateRefusal) return error.reason
  return error instanceof CommandRefusal ? COMMAND_REASON : undefined
}
