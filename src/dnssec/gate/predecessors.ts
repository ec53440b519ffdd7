/** A chain as it was, and which of its positions have gone since. */
export interface ChainBefore<P> {
  /** The position strictly before this one in the chain as it was; undefined where there is none. */
  before(position: P): P | undefined
  isGone(position: P): boolean
  /** What positions are told apart by. */
  key(position: P): string
}

/** Finds the position before another that is still there. Runs of positions gone are passed once. */
export class Predecessors<P> {
  readonly #chain: ChainBefore<P>
  readonly #known = new Map<string, P | undefined>()

  constructor(chain: ChainBefore<P>) {
    this.#chain = chain
  }

  /** Undefined where there is none: before the first, or when nothing of a ring is left. */
  of(position: P): P | undefined {
    const passed = new Set<string>()
    let found: P | undefined
    for (let at = position; ; ) {
      const key = this.#chain.key(at)
      if (this.#known.has(key)) {
        found = this.#known.get(key)
        break
      }
      // In a ring, all that were there have gone.
      if (passed.has(key)) break
      passed.add(key)
      const before = this.#chain.before(at)
      if (before === undefined || !this.#chain.isGone(before)) {
        found = before
        break
      }
      at = before
    }
    for (const key of passed) this.#known.set(key, found)
    return found
  }
}
