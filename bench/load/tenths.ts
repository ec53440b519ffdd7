/** Milliseconds of a tenth. */
const TENTH = 100

/** Counts what came in each full tenth of a second, from the total as it grows. */
export class Tenths {
  readonly counts: number[] = []
  #end: number
  #before = 0

  /** @param start milliseconds, as performance.now() gives them */
  constructor(start: number) {
    this.#end = start + TENTH
  }

  /** Tells the total at a moment. A tenth that passed unseen counts nothing, what came in it counts before. */
  at(now: number, total: number): void {
    while (now >= this.#end) {
      this.counts.push(total - this.#before)
      this.#before = total
      this.#end += TENTH
    }
  }
}
