import { availableParallelism } from 'node:os'
import { createYieldFlag, setYielding, type YieldFlag } from '../net/index.ts'

/** Microseconds for which packets are let come together meanwhile: a small part of what a query takes in the network. */
const GATHERING = 500
/** Milliseconds after a commit for which another is expected. */
const STREAM = 1000

/**
 * Has the answering threads leave more of the processor to the keeper while changes come one after the other, where no
 * processor is left over for it. Answers then come up to half a millisecond later, and changes are seen several times sooner.
 */
export class Yielding {
  readonly flag: YieldFlag = createYieldFlag()
  readonly #isCrowded: boolean
  #timer: NodeJS.Timeout | undefined

  /** @param workers threads that answer over UDP @param processors that this process may use */
  constructor(workers: number, processors = availableParallelism()) {
    this.#isCrowded = processors <= workers
  }

  noteCommit(): void {
    if (!this.#isCrowded) return
    if (this.#timer !== undefined) {
      this.#timer.refresh()
      return
    }
    setYielding(this.flag, GATHERING)
    this.#timer = setTimeout(() => {
      this.#timer = undefined
      setYielding(this.flag, 0)
    }, STREAM).unref()
  }
}
