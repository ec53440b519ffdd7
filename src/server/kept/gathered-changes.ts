import type { ChangeOutcome } from '../keeper-messages.ts'

/**
 * Milliseconds from one commit of changes to the next at least, for each change of the last one up to so many: who makes one
 * change after the other waits little, and a stream of them leaves the processor to the answers.
 */
const GATHERING = 25
const MOST_GATHERINGS = 4

/** Changes written as text. What comes while a commit is under way, or just after it, is committed together. */
export class GatheredChanges {
  readonly #queue: (work: () => Promise<void>) => Promise<void>
  readonly #commitText: (text: string) => Promise<ChangeOutcome>
  readonly #changes: { readonly text: string; readonly settle: (outcome: ChangeOutcome) => void }[] = []
  #nextCommitAt = 0

  /**
   * @param queue does work when what is under way has ended
   * @param commitText never rejects
   */
  constructor(
    queue: (work: () => Promise<void>) => Promise<void>,
    commitText: (text: string) => Promise<ChangeOutcome>,
  ) {
    this.#queue = queue
    this.#commitText = commitText
  }

  /** Resolves when the change was committed, or why it was not is known. Never rejects. */
  add(text: string): Promise<ChangeOutcome> {
    return new Promise((settle) => {
      this.#changes.push({ text, settle })
      if (this.#changes.length > 1) return
      const rest = Math.max(0, this.#nextCommitAt - performance.now())
      setTimeout(() => void this.#queue(() => this.commit()), rest)
    })
  }

  /** Commits what has come. */
  async commit(): Promise<void> {
    const changes = this.#changes.splice(0)
    if (changes.length === 0) return
    this.#nextCommitAt = performance.now() + GATHERING * Math.min(changes.length, MOST_GATHERINGS)
    const together = await this.#commitText(changes.map(({ text }) => text).join('\n'))
    // One that is refused must not keep the others out, and is to be told its own reason.
    const alone = together.problem !== null && changes.length > 1
    for (const { text, settle } of changes) settle(alone ? await this.#commitText(text) : together)
  }
}
