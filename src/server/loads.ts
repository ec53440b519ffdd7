import { type ChildProcess, fork } from 'node:child_process'
import type { LoadReport } from '../ops/index.ts'
import type { LoadJob, LoadMessage, LoadOutcome } from './load-messages.ts'

interface Pending {
  readonly job: LoadJob
  readonly onProgress: (progress: LoadReport) => void
  readonly settle: (outcome: LoadOutcome) => void
}

/** Loads zone files one after the other, in a process beside the server's that ends when there is nothing to load. */
export class Loads {
  readonly #queue: Pending[] = []
  #current: Pending | undefined
  #child: ChildProcess | undefined
  #stopped = false

  /** Resolves when the file is loaded and switched to, or could not be; never rejects. */
  load(job: LoadJob, onProgress: (progress: LoadReport) => void): Promise<LoadOutcome> {
    return new Promise((settle) => {
      if (this.#stopped) {
        settle(failure('not loaded: the server is stopping'))
        return
      }
      this.#queue.push({ job, onProgress, settle })
      this.#next()
    })
  }

  /** Breaks off the load under way; the version served before stays the current one. */
  stop(): void {
    this.#stopped = true
    for (const { settle } of this.#queue.splice(0)) settle(failure('not loaded: the server is stopping'))
    this.#child?.kill('SIGKILL')
  }

  #next(): void {
    if (this.#current !== undefined) return
    this.#current = this.#queue.shift()
    if (this.#current === undefined) {
      this.#child?.disconnect()
      this.#child = undefined
      return
    }
    this.#child ??= this.#spawn()
    this.#child.send(this.#current.job, (error) => {
      if (error !== null) this.#finish(failure(`the loading process could not be reached: ${error.message}`))
    })
  }

  #spawn(): ChildProcess {
    const child = fork(new URL('./load-process.js', import.meta.url), {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    })
    child.on('message', (message: LoadMessage) => {
      if (message.kind === 'progress') this.#current?.onProgress(message.progress)
      else this.#finish(message)
    })
    child.on('error', (error) => {
      if (this.#child !== child) return
      this.#child = undefined
      this.#finish(failure(`the loading process could not be started: ${error.message}`))
    })
    child.on('exit', (code, signal) => {
      if (this.#child !== child) return
      this.#child = undefined
      const how = signal === null ? `ended with code ${code}` : `was ended by ${signal}`
      const why = signal === 'SIGKILL' && !this.#stopped ? ' (out of memory?)' : ''
      this.#finish(failure(`not loaded: the loading process ${how}${why}`))
    })
    return child
  }

  #finish(outcome: LoadOutcome): void {
    const finished = this.#current
    this.#current = undefined
    finished?.settle(outcome)
    // What the caller does with the outcome may queue a further load, which can then use the same process.
    setImmediate(() => this.#next())
  }
}

function failure(problem: string): LoadOutcome {
  return { ok: false, lines: [], problem, seconds: 0 }
}
