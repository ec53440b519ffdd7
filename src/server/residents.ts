import { Residency } from '../store/index.ts'
import type { Logger } from './log.ts'

interface Resident {
  readonly residency: Residency
  /** How its pages stand, for the status. */
  state: string
}

/**
 * Keeps the pages of the versions that are served in memory, beside the threads that answer from them. It begins when
 * those run: bringing pages in holds the lock on the process's address space, which a starting thread needs time and
 * again, and so would put off the first answer.
 */
export class Residents {
  readonly #log: Logger
  readonly #residents = new Map<string, Resident>()
  #paths: readonly string[] = []
  #begun = false

  constructor(log: Logger) {
    this.#log = log
  }

  /** Takes over which environments (folders) are served now: new ones are brought in, grown ones followed, others let go. */
  follow(paths: readonly string[]): void {
    this.#paths = paths
    if (!this.#begun) return
    for (const [path, { residency }] of this.#residents) {
      if (paths.includes(path) && residency.follow()) continue
      this.#residents.delete(path)
      void residency.close()
    }
    for (const path of paths) if (!this.#residents.has(path)) this.#bringIn(path)
  }

  /** The answering threads run. */
  begin(): void {
    this.#begun = true
    this.follow(this.#paths)
  }

  /** `locked in memory`, or why not; undefined for an environment that is not followed. */
  state(path: string): string | undefined {
    return this.#residents.get(path)?.state
  }

  async close(): Promise<void> {
    await Promise.all([...this.#residents.values()].map(({ residency }) => residency.close()))
  }

  #bringIn(path: string): void {
    let residency: Residency
    try {
      residency = new Residency(path)
    } catch (error) {
      this.#log.debug({ path, problem: (error as Error).message }, 'the store is not brought into memory')
      return
    }
    const resident: Resident = { residency, state: 'being brought into memory' }
    this.#residents.set(path, resident)
    void residency.outcome.then(({ locked, octets, reason }) => {
      resident.state = locked ? 'locked in memory' : `in the page cache: ${reason}`
      // Letting a version go is no news.
      if (this.#residents.get(path) !== resident) return
      if (locked) this.#log.info({ path, octets }, 'the store is locked in memory')
      else this.#log.info({ path, octets, reason }, 'the store is left to the page cache')
    })
  }
}
