import { type ChildProcess, fork } from 'node:child_process'
import type { LoadReport, SigningReport } from '../ops/index.ts'
import type { LoadOutcome } from './load-messages.ts'
import type { Logger } from './log.ts'
import type { ChangeOutcome, SignedZoneJob, SigningMessage, SigningRequest } from './signing-messages.ts'
import type { UpdateNotice } from './update-notice.ts'

/** Milliseconds before the signing process is started again when it died; doubled each time it dies soon after. */
const FIRST_DELAY = 200
const LONGEST_DELAY = 10_000
const HEALTHY_AFTER = 60_000

/**
 * The little garbage of each commit is collected by one thread, seldom. The engine's way, several threads each time, cost
 * as much as signing: 4 ms of processor time a commit.
 */
const COLLECTOR = ['--single-threaded-gc', '--max-semi-space-size=32']

interface PendingLoad {
  readonly onProgress: (progress: LoadReport) => void
  readonly settle: (outcome: LoadOutcome) => void
}

/** The process that keeps zones signed, as the main thread sees it. It runs while there is such a zone. */
export class Signing {
  readonly #dataDir: string
  readonly #log: Logger
  readonly #onUpdate: (notice: UpdateNotice) => void
  readonly #loads = new Map<string, PendingLoad>()
  readonly #changes = new Map<number, (outcome: ChangeOutcome) => void>()
  readonly #reports = new Map<string, SigningReport>()
  #zones: readonly SignedZoneJob[] = []
  #child: ChildProcess | undefined
  #delay = FIRST_DELAY
  #restart: NodeJS.Timeout | undefined
  #nextChange = 1
  #stopping = false

  constructor(dataDir: string, log: Logger, onUpdate: (notice: UpdateNotice) => void) {
    this.#dataDir = dataDir
    this.#log = log
    this.#onUpdate = onUpdate
  }

  /** Takes over the zones that are to be kept signed. */
  configure(zones: readonly SignedZoneJob[]): void {
    this.#zones = zones
    for (const origin of this.#reports.keys()) if (!this.signs(origin)) this.#reports.delete(origin)
    if (zones.length > 0 && this.#child === undefined && this.#restart === undefined) this.#start()
    else this.#send({ kind: 'zones', dataDir: this.#dataDir, zones })
  }

  signs(origin: string): boolean {
    return this.#zones.some((zone) => zone.origin === origin)
  }

  report(origin: string): SigningReport | undefined {
    return this.#reports.get(origin)
  }

  /** Loads a file, signed as a whole. Never rejects. */
  load(origin: string, file: string, onProgress: (progress: LoadReport) => void): Promise<LoadOutcome> {
    return new Promise((settle) => {
      if (this.#child === undefined) return settle(notLoaded('the signing process does not run'))
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

  #ask(requestOf: (id: number) => SigningRequest): Promise<ChangeOutcome> {
    return new Promise((settle) => {
      if (this.#child === undefined) return settle({ serial: null, problem: 'the signing process does not run' })
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

  #send(request: SigningRequest): void {
    if (this.#child?.connected) this.#child.send(request)
  }

  #start(): void {
    const began = performance.now()
    const child = fork(new URL('./signing-process.js', import.meta.url), {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      execArgv: COLLECTOR,
    })
    this.#child = child
    child.on('message', (message: SigningMessage) => this.#take(message))
    child.on('error', (error) =>
      this.#log.error({ problem: error.message }, 'the signing process could not be started'),
    )
    child.once('exit', (code, signal) => {
      this.#child = undefined
      this.#giveUp(`the signing process ended with ${signal ?? `code ${code}`}`)
      if (this.#stopping || this.#zones.length === 0) return
      if (performance.now() - began > HEALTHY_AFTER) this.#delay = FIRST_DELAY
      this.#log.error({ code, signal, delay: this.#delay }, 'the signing process died; it is started again')
      this.#restart = setTimeout(() => {
        this.#restart = undefined
        this.#start()
      }, this.#delay)
      this.#delay = Math.min(this.#delay * 2, LONGEST_DELAY)
    })
    this.#send({ kind: 'zones', dataDir: this.#dataDir, zones: this.#zones })
  }

  #take(message: SigningMessage): void {
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
  }
}

function notLoaded(problem: string): LoadOutcome {
  return { ok: false, lines: [], problem: `not loaded: ${problem}`, seconds: 0 }
}
