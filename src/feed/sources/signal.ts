/** A flag that one side raises and the other waits for; raised while nobody waits, it is kept. */
export class Signal {
  #raised = false
  #resolve: (() => void) | undefined

  raise(): void {
    this.#raised = true
    this.#resolve?.()
  }

  /** Resolves when the flag was raised since it was last waited for. One may wait at a time. */
  async wait(): Promise<void> {
    if (!this.#raised) await new Promise<void>((resolve) => (this.#resolve = resolve))
    this.#resolve = undefined
    this.#raised = false
  }
}
