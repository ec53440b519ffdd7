import type { DeniedRequest } from '../ops/index.ts'
import type { Logger } from './log.ts'

/** Milliseconds between two lines of the log about requests that were refused: anyone can send any number of them. */
const INTERVAL = 1000

/** Logs requests that their sender had no right to, at most one a second, with how many there were. */
export class DenialLog {
  readonly #log: Logger
  #loggedAt = Number.NEGATIVE_INFINITY
  #unlogged = 0

  constructor(log: Logger) {
    this.#log = log
  }

  readonly note = (denied: DeniedRequest): void => {
    const now = performance.now()
    if (now - this.#loggedAt < INTERVAL) {
      this.#unlogged++
      return
    }
    this.#loggedAt = now
    const others = this.#unlogged > 0 ? { othersBefore: this.#unlogged } : {}
    this.#unlogged = 0
    this.#log.warn({ ...denied, ...others }, 'a request for control was refused')
  }
}
