import { askCommand } from '../../dnssec/gate/index.ts'
import { parentDs } from '../../dnssec/parent/index.ts'
import { UnfitChangeError } from '../../dnssec/sign/index.ts'
import { createSource } from '../../feed/index.ts'
import type { FeedAnswer, FeedCall } from '../../ops/index.ts'
import {
  adoptZone,
  type ChangeableZone,
  ChangeTextError,
  changesFromText,
  KeyLife,
  type LoadOptions,
  type LoadResult,
  loadZone,
  needsWholeSigning,
  resignKept,
  SignedZone,
  type SignedZoneOptions,
  signingOfWhole,
  UnsignedZone,
  type UpdateResult,
} from '../../pipeline/index.ts'
import { currentVersion } from '../../store/index.ts'
import { type Name, nameFromText } from '../../wire/index.ts'
import type { ChangeOutcome, KeeperMessage, KeptZoneJob } from '../keeper-messages.ts'
import type { LoadOutcome } from '../load-messages.ts'
import { loadOutcome } from '../load-outcome.ts'
import { seldom } from '../seldom.ts'
import { updateNotice } from '../update-notice.ts'
import { inHaste } from './compiling.ts'
import { FeedKeeper } from './feed-keeper.ts'
import { GatheredChanges } from './gathered-changes.ts'
import { SignedElsewhereError, WholeSigningError, ZoneNotOpenError } from './kept-error.ts'
import { KeptStanding } from './kept-standing.ts'
import { feedRefusal, type LoadedSnapshot, loadFeedSnapshot } from './snapshot-load.ts'

/** Seconds until a turn that failed is tried again: the first time, and at most. */
const FIRST_RETRY = 0.25
const LONGEST_RETRY = 300
/** Milliseconds between two slices of a sweep that is not to wait: other zones and changes come in between. */
const BREATH = 5

/** One zone that the keeper process keeps: signed, in step with its registry, or both. Its work never overlaps: each piece waits for the one before. */
export class KeptZone {
  readonly #job: KeptZoneJob
  readonly #dataDir: string
  readonly #origin: Name
  readonly #tell: (message: KeeperMessage) => void
  readonly #standing: KeptStanding
  readonly #changes = new GatheredChanges(
    (work) => this.#queue(work),
    (text) => this.#commitText(text),
  )
  #zone: SignedZone | UnsignedZone | undefined
  #feed: FeedKeeper | undefined
  #timer: NodeJS.Timeout | undefined
  #retry = FIRST_RETRY
  #work: Promise<unknown> = Promise.resolve()
  /** It was signed as a whole, and no turn has succeeded since. */
  #resigned = false
  #stopped = false

  constructor(dataDir: string, job: KeptZoneJob, tell: (message: KeeperMessage) => void) {
    this.#dataDir = dataDir
    this.#job = job
    this.#origin = nameFromText(job.origin)
    this.#tell = tell
    this.#standing = new KeptStanding(job, tell, () => ({
      isUnsigned: this.#zone?.updater.info.signed === false,
      isFollowing: this.#feed !== undefined,
    }))
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
        this.#tryLater(error)
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
        this.#standing.feedWaits(`${objects} objects made of the zone's records`)
      }),
    )
    const seconds = Number(((performance.now() - began) / 1000).toFixed(1))
    if (isNew) this.#standing.log('info', { seconds }, 'the zone’s records are the first objects of its feed')
    const sources = await Promise.all(feed.sources.map(createSource))
    this.#feed = new FeedKeeper(zone, this.#origin, feed, sources, probe, {
      queue: (work) => this.#queue(work),
      committed: (update) => this.#committed([update]),
      log: (level, fields, message) => this.#standing.log(level, fields, message),
      measured: (sinceCommitted, sinceArrived) =>
        this.#tell({ kind: 'measured', origin, sinceCommitted, sinceArrived }),
      report: (report) => this.#tell({ kind: 'feed-report', origin, report }),
    })
  }

  /** The zone for its feed, whichever version of it is open; one that has to be signed anew for a change is. */
  #changeable(): ChangeableZone {
    const open = () => {
      if (this.#zone === undefined) throw new ZoneNotOpenError(this.#standing.problem)
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
    const { feed: setting } = this.#job
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
            onProgress: seldom(({ phase, records }) => {
              this.#standing.feedWaits(`a snapshot document is being loaded: ${phase}, ${records} records`)
            }),
          }),
        )
        answer = loaded.answer
      } catch (error) {
        this.#standing.noteRefusal(error)
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
        this.#standing.committed()
        this.#tell({ kind: 'updated', version: this.#zone!.updater.version, info: loaded.info })
        const { call: _, ...fields } = loaded.answer
        this.#standing.log('info', fields, 'the zone is that of a snapshot document')
        this.#feed?.restart()
      }
      this.#feed?.reportAgain()
      if (this.#zone === undefined) return
      this.#schedule(0)
      await this.#follow()
    } catch (error) {
      await this.#unfollow()
      this.#tryLater(error)
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
            onProgress: seldom((progress) => this.#tell({ kind: 'progress', origin: this.#job.origin, progress })),
          }),
        )
        if (result.ok) this.#resigned = false
        return { ...loadOutcome(result, this.#job.origin, file), seconds: seconds() }
      } catch (error) {
        this.#standing.noteRefusal(error)
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
        this.#tryLater(error)
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
    return this.#changes.add(text)
  }

  async #commitText(text: string): Promise<ChangeOutcome> {
    for (;;) {
      const zone = this.#zone
      if (zone === undefined)
        return { serial: null, problem: this.#standing.problem ?? 'the zone is not loaded and signed yet' }
      try {
        const update = await zone.change(changesFromText(zone.updater.snapshot, text), Math.floor(Date.now() / 1000))
        if (update !== undefined) {
          this.#committed([update])
          if (this.#standing.problem !== undefined) this.#succeed()
          if (zone instanceof SignedZone && zone.isToBeSwept) this.#schedule(0)
        }
        return { serial: zone.updater.info.serial, problem: null }
      } catch (error) {
        const isOfText = error instanceof ChangeTextError || error instanceof UnfitChangeError
        if (isOfText || !needsWholeSigning(error)) {
          if (!isOfText) this.#standing.failed(error)
          return { serial: null, problem: (error as Error).message }
        }
        if (!(await this.#recover(error))) return { serial: null, problem: this.#standing.problem ?? error.message }
      }
    }
  }

  /** Lets the zone go, after what is under way. */
  stop(): Promise<void> {
    this.#stopped = true
    clearTimeout(this.#timer)
    return this.#queue(async () => {
      // What came in time is answered.
      await this.#changes.commit()
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
      this.#committed(turn.updates)
      this.#standing.turned(turn)
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
    this.#tryLater(fault)
    return false
  }

  /** @throws what keeps the zone from being signed as a whole; what was served before is served on */
  async #resign(reason: string, trustsClock = false): Promise<void> {
    this.#standing.log('info', { reason }, 'signing the zone anew as a whole')
    this.#standing.setWhole({ reason, phase: 'check', records: 0, totalRecords: 0, seconds: 0 })
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
          onProgress: seldom(({ phase, records, totalRecords, seconds }) => {
            this.#standing.setWhole({ reason, phase, records, totalRecords, seconds })
          }),
        }),
      )
    } finally {
      this.#standing.setWhole(null)
      // The one before, where there is no new one.
      this.#open()
    }
    if (!result.ok) throw new WholeSigningError(result)
    this.#resigned = true
    this.#standing.committed()
    const { version, info } = this.#zone!.updater
    this.#tell({ kind: 'updated', version, info })
    const fields = { serial: info.serial, denial: info.denial, seconds: Number(result.seconds.toFixed(1)) }
    this.#standing.log(
      'info',
      fields,
      info.signed ? 'the zone was signed anew as a whole' : 'the zone is unsigned from now on',
    )
  }

  async #askParent(zone: SignedZone): Promise<void> {
    const { parents } = this.#job.signing!
    // An operator without servers to ask tells by `keys parent` what the parent shows.
    if (parents.length === 0) return
    try {
      zone.noteParent(await parentDs(parents, this.#origin))
    } catch (error) {
      this.#standing.log('warn', { problem: (error as Error).message }, 'the parent cannot be asked for the DS')
    }
  }

  #tryLater(error: unknown): void {
    this.#standing.failed(error)
    this.#schedule(this.#retry * 1000)
    this.#retry = Math.min(this.#retry * 2, LONGEST_RETRY)
  }

  #committed(updates: readonly UpdateResult[]): void {
    for (const update of updates) {
      this.#standing.committed()
      this.#tell(updateNotice(this.#zone!.updater, update))
    }
  }

  #succeed(): void {
    this.#retry = FIRST_RETRY
    this.#standing.succeeded()
  }
}
