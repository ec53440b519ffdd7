import type { EventOutcome } from '../outcome.ts'
import { Giving, messageOf } from './giving.ts'
import { decodeEvent } from './lines.ts'
import { Signal } from './signal.ts'
import type { FeedItem, FeedSink, FeedSource, SourceReport } from './source.ts'

/** How much of what was pushed may wait to be settled. */
export interface PushLimits {
  readonly events: number
  /** Octets of UTF-8. */
  readonly octets: number
}

export const DEFAULT_PUSH_LIMITS: PushLimits = { events: 10_000, octets: 64 << 20 }

/** Too much waits already: the same may be pushed again later. */
export class PushQueueFull extends Error {
  override readonly name = 'PushQueueFull'
  /** Events that wait. */
  readonly waiting: number

  constructor(source: string, waiting: number, pushed: number) {
    super(`${source} has ${waiting} events waiting and can't take ${pushed} more: try again, or push fewer at once`)
    this.waiting = waiting
  }
}

/** The source was stopped before all was settled: which of the events were applied is not known; they may be pushed again. */
export class PushStopped extends Error {
  override readonly name = 'PushStopped'

  constructor(source: string) {
    super(`${source} was stopped before all events were settled: push them again when it runs`)
  }
}

interface Push {
  readonly texts: readonly string[]
  readonly octets: readonly number[]
  readonly outcomes: (EventOutcome | undefined)[]
  missing: number
  resolve(outcomes: EventOutcome[]): void
  reject(error: Error): void
}

/** Events that somebody in this process pushes, as the requests of an HTTP listener. */
export class PushSource implements FeedSource {
  readonly name: string
  readonly #limits: PushLimits
  #giving: Giving | undefined
  #queue: Push[] = []
  readonly #open = new Set<Push>()
  #more = new Signal()
  #events = 0
  #octets = 0
  #given = 0

  /** @param name as `http` */
  constructor(name: string, limits: PushLimits = DEFAULT_PUSH_LIMITS) {
    this.name = name
    this.#limits = limits
  }

  /**
   * @param texts JSON, one event each, of one request: the last ends its group
   * @returns the outcomes in the order of the texts, when all are flushed to disk
   * @throws PushQueueFull, PushStopped
   */
  async push(texts: readonly string[]): Promise<EventOutcome[]> {
    if (this.#giving === undefined) throw new PushStopped(this.name)
    if (texts.length === 0) return []
    const octets = texts.map((text) => Buffer.byteLength(text))
    const sum = octets.reduce((total, n) => total + n, 0)
    if (this.#events + texts.length > this.#limits.events || this.#octets + sum > this.#limits.octets) {
      throw new PushQueueFull(this.name, this.#events, texts.length)
    }
    this.#events += texts.length
    this.#octets += sum
    return new Promise((resolve, reject) => {
      const outcomes = new Array<EventOutcome | undefined>(texts.length).fill(undefined)
      const push = { texts, octets, outcomes, missing: texts.length, resolve, reject }
      this.#open.add(push)
      this.#queue.push(push)
      this.#more.raise()
    })
  }

  /** What was pushed is not kept: a position means nothing here. */
  start(_from: string | undefined, sink: FeedSink): void {
    if (this.#giving !== undefined) throw new Error(`${this.name} is started already`)
    const giving = new Giving(sink)
    this.#giving = giving
    this.#more = new Signal()
    void this.#run(giving, this.#more)
  }

  async stop(): Promise<void> {
    this.#giving?.end()
    this.#giving = undefined
    this.#more.raise()
    for (const push of this.#open) push.reject(new PushStopped(this.name))
    this.#open.clear()
    this.#queue = []
    this.#events = 0
    this.#octets = 0
  }

  report(): SourceReport {
    return {
      name: this.name,
      state: this.#giving === undefined ? 'stopped' : 'following',
      position: this.#given === 0 ? null : String(this.#given),
      behind: this.#events,
      behindUnit: 'events',
    }
  }

  async #run(giving: Giving, more: Signal): Promise<void> {
    while (!giving.over) {
      const push = this.#queue.shift()
      if (push === undefined) {
        await more.wait()
        continue
      }
      try {
        await giving.give(this.#items(push))
      } catch (error) {
        giving.problem(messageOf(error))
      }
    }
  }

  #items(push: Push): FeedItem[] {
    const arrivedAt = Date.now()
    return push.texts.map((text, index) => ({
      ...decodeEvent(Buffer.from(text)),
      position: String(++this.#given),
      arrivedAt,
      endsGroup: index === push.texts.length - 1,
      settle: (outcome) => this.#settle(push, index, outcome),
    }))
  }

  #settle(push: Push, index: number, outcome: EventOutcome): void {
    if (!this.#open.has(push) || push.outcomes[index] !== undefined) return
    push.outcomes[index] = outcome
    push.missing--
    this.#events--
    this.#octets -= push.octets[index]!
    if (push.missing > 0) return
    this.#open.delete(push)
    push.resolve(push.outcomes as EventOutcome[])
  }
}
