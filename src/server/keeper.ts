import { type ChildProcess, fork } from 'node:child_process'
import type { FeedAnswer, FeedCall, FeedReport, LoadReport, SigningReport } from '../ops/index.ts'
import type { ChangeOutcome, KeeperMessage, KeeperRequest, KeptZoneJob } from './keeper-messages.ts'
import type { LoadOutcome } from './load-messages.ts'
import type { Logger } from './log.ts'
import type { UpdateNotice } from './update-notice.ts'

/** Milliseconds before the keeper process is started again when it died; doubled each time it dies soon after. */
const FIRST_DELAY = 200
const LONGEST_DELAY = 10_000
const HEALTHY_AFTER = 60_000

/**
 * The little garbage of each commit is collected by one thread, seldom. The engine's way, several threads each time, cost
 * as much as signing: 4 ms of processor time a commit.
 */
const COLLECTOR = ['--single-threaded-gc', '--max-semi-space-size=64']

interface PendingLoad {
  readonly onProgress: (progress: LoadReport) => void
  readonly settle: (outcome: LoadOutcome) => void
}

/** Told how long changes took to be seen, in seconds; see FeedKeeper. */
export type MeasureListener = (
  origin: string,
  sinceCommitted: readonly number[],
  sinceArrived: readonly number[],
) => void

/** The process that keeps zones signed and follows feeds, as the main thread sees it. It runs while there is such a zone. */
export class Keeper {
  readonly #dataDir: string
  readonly #log: Logger
  readonly #onUpdate: (notice: UpdateNotice) => void
  readonly #loads = new Map<string, PendingLoad>()
  readonly #changes = new Map<number, (outcome: ChangeOutcome) => void>()
  readonly #calls = new Map<number, (answer: FeedAnswer) => void>()
  readonly #reports = new Map<string, SigningReport>()
  readonly #feeds = new Map<string, FeedReport>()
  readonly #onMeasure: MeasureListener
  #zones: readonly KeptZoneJob[] = []
  #child: ChildProcess | undefined
  #delay = FIRST_DELAY
  #restart: NodeJS.Timeout | undefined
  #nextChange = 1
  #stopping = false

  constructor(dataDir: string, log: Logger, onUpdate: (notice: UpdateNotice) => void, onMeasure: MeasureListener) {
    this.#dataDir = dataDir
    this.#log = log
    this.#onUpdate = onUpdate
    this.#onMeasure = onMeasure
  }

  /** Takes over the zones that are to be kept. */
  configure(zones: readonly KeptZoneJob[]): void {
    this.#zones = zones
    for (const origin of this.#reports.keys()) if (!this.signs(origin)) this.#reports.delete(origin)
    for (const origin of this.#feeds.keys()) if (!this.follows(origin)) this.#feeds.delete(origin)
    if (zones.length > 0 && this.#child === undefined && this.#restart === undefined) this.#start()
    else this.#send({ kind: 'zones', dataDir: this.#dataDir, zones })
  }

  /** The zone's files are loaded, and its changes made, by the process. */
  keeps(origin: string): boolean {
    return this.#zones.some((zone) => zone.origin === origin)
  }

  signs(origin: string): boolean {
    return this.#zones.some((zone) => zone.origin === origin && zone.signing !== undefined)
  }

  /** The zone follows its registry's feed. */
  follows(origin: string): boolean {
    return this.#zones.some((zone) => zone.origin === origin && zone.feed !== undefined)
  }

  /** The zones that follow feeds. */
  get fed(): readonly string[] {
    return this.#zones.flatMap(({ origin, feed }) => (feed === undefined ? [] : [origin]))
  }

  report(origin: string): SigningReport | undefined {
    return this.#reports.get(origin)
  }

  feedReport(origin: string): FeedReport | undefined {
    return this.#feeds.get(origin)
  }

  /** Does something with a zone's feed. Never rejects. */
  feed(origin: string, call: FeedCall): Promise<FeedAnswer> {
    return new Promise((settle) => {
      if (this.#child === undefined) {
        settle({ call: 'refused', busy: true, problem: 'the keeper process does not run at the moment' })
        return
      }
      const id = this.#nextChange++
      this.#calls.set(id, settle)
      this.#send({ kind: 'feed', id, origin, call })
    })
  }

  /** Loads a file, signed as a whole. Never rejects. */
  load(origin: string, file: string, onProgress: (progress: LoadReport) => void): Promise<LoadOutcome> {
    return new Promise((settle) => {
      if (this.#child === undefined) return settle(notLoaded('the keeper process does not run'))
      this.#loads.set(origin, { onProgress, settle })
      this.#send({ kind: 'load', origin, file })
    })
  }

  /** Signs and commits changes that are written as text. Never rejects. */
  change(origin: string, text: string): Promise<ChangeOutcome> {
    return this.#ask((id) => ({ kind: 'change', id, origin, text }))
  }

  /** Signs all of a zone anew. Never rejects. */
  resign(origin: string, trustsClock: boolean): Promise<ChangeOutcome> {
    return this.#ask((id) => ({ kind: 'resign', id, origin, trustsClock }))
  }

  #ask(requestOf: (id: number) => KeeperRequest): Promise<ChangeOutcome> {
    return new Promise((settle) => {
      if (this.#child === undefined) return settle({ serial: null, problem: 'the keeper process does not run' })
      const id = this.#nextChange++
      this.#changes.set(id, settle)
      this.#send(requestOf(id))
    })
  }

  /** Ends the process after the commit under way. @param patience milliseconds; then it is killed, and loses nothing */
  async stop(patience: number): Promise<void> {
    this.#stopping = true
    clearTimeout(this.#restart)
    const child = this.#child
    if (child === undefined) return
    const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
    this.#send({ kind: 'stop' })
    const timer = setTimeout(() => child.kill('SIGKILL'), patience)
    await ended
    clearTimeout(timer)
  }

  #send(request: KeeperRequest): void {
    if (this.#child?.connected) this.#child.send(request)
  }

  #start(): void {
    const began = performance.now()
    const child = fork(new URL('./keeper-process.js', import.meta.url), {
      // A feed may come by the standard input.
      stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
      execArgv: COLLECTOR,
    })
    this.#child = child
    child.on('message', (message: KeeperMessage) => this.#take(message))
    child.on('error', (error) => this.#log.error({ problem: error.message }, 'the keeper process could not be started'))
    child.once('exit', (code, signal) => {
      this.#child = undefined
      this.#giveUp(`the keeper process ended with ${signal ?? `code ${code}`}`)
      if (this.#stopping || this.#zones.length === 0) return
      if (performance.now() - began > HEALTHY_AFTER) this.#delay = FIRST_DELAY
      this.#log.error({ code, signal, delay: this.#delay }, 'the keeper process died; it is started again')
      this.#restart = setTimeout(() => {
        this.#restart = undefined
        this.#start()
      }, this.#delay)
      this.#delay = Math.min(this.#delay * 2, LONGEST_DELAY)
    })
    this.#send({ kind: 'zones', dataDir: this.#dataDir, zones: this.#zones })
  }

  #take(message: KeeperMessage): void {
    switch (message.kind) {
      case 'updated':
        this.#onUpdate(message)
        return
      case 'progress':
        this.#loads.get(message.origin)?.onProgress(message.progress)
        return
      case 'loaded': {
        const load = this.#loads.get(message.origin)
        this.#loads.delete(message.origin)
        load?.settle(message.outcome)
        return
      }
      case 'changed': {
        const settle = this.#changes.get(message.id)
        this.#changes.delete(message.id)
        settle?.(message.outcome)
        return
      }
      case 'report':
        this.#reports.set(message.origin, message.report)
        return
      case 'answered': {
        const settle = this.#calls.get(message.id)
        this.#calls.delete(message.id)
        settle?.(message.answer)
        return
      }
      case 'feed-report':
        this.#feeds.set(message.origin, message.report)
        return
      case 'measured':
        this.#onMeasure(message.origin, message.sinceCommitted, message.sinceArrived)
        return
      case 'log':
        this.#log[message.level](message.fields, message.message)
    }
  }

  /** Nobody will answer any more what the process was asked. */
  #giveUp(problem: string): void {
    for (const { settle } of this.#loads.values()) settle(notLoaded(problem))
    this.#loads.clear()
    for (const settle of this.#changes.values()) {
      settle({ serial: null, problem: `${problem}; whether the change was made, the zone's serial tells` })
    }
    this.#changes.clear()
    for (const settle of this.#calls.values()) {
      settle({ call: 'refused', busy: true, problem: `${problem}; ask again: what was committed is not done twice` })
    }
    this.#calls.clear()
  }
}

function notLoaded(problem: string): LoadOutcome {
  return { ok: false, lines: [], problem: `not loaded: ${problem}`, seconds: 0 }
}
