import type { FeedItem, FeedSink } from './source.ts'

/** What a source has begun to give to a sink, and how that ends. */
export class Giving {
  readonly #sink: FeedSink
  readonly #ended: Promise<void>
  #end: () => void = () => undefined
  #release: () => void = () => undefined
  #over = false
  #problem: string | undefined

  constructor(sink: FeedSink) {
    this.#sink = sink
    this.#ended = new Promise((resolve) => (this.#end = resolve))
  }

  /** Nothing is given any more. */
  get over(): boolean {
    return this.#over
  }

  /** Resolves when nothing is given any more. */
  get ended(): Promise<void> {
    return this.#ended
  }

  /** Ends it, even where the sink has not taken the last items yet. */
  end(): void {
    this.#over = true
    this.#release()
    this.#end()
  }

  /** One call at a time. @returns when more may be given, or when it has ended */
  async give(items: readonly FeedItem[]): Promise<void> {
    if (this.#over || items.length === 0) return
    // not Promise.race: `ended` lives long, and would hold on to every race it was in
    await new Promise<void>((resolve, reject) => {
      this.#release = resolve
      this.#sink.take(items).then(resolve, reject)
    })
  }

  /** Tells what is in the way, once until it changes. */
  problem(text: string | undefined): void {
    if (this.#over || text === this.#problem) return
    this.#problem = text
    this.#sink.problem(text)
  }
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
