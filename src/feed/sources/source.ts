import type { EventOutcome } from '../outcome.ts'

/** The longest text of one event that is read, octets; sources cut longer ones off without keeping them. */
export const MAX_EVENT_OCTETS = 1 << 20

/** One event as a source gives it. */
export interface FeedItem {
  /** JSON; undefined when it could not be taken, and `fault` says why. */
  readonly text: string | undefined
  readonly fault: string | undefined
  /** Where the source goes on when this item and all before it are done with; opaque. */
  readonly position: string
  /** Milliseconds since 1970. */
  readonly arrivedAt: number
  /** Nothing that follows belongs to the same registry transaction: the end of a request. */
  readonly endsGroup: boolean
  /** Told once the outcome is flushed to disk; absent where nobody waits for it. */
  readonly settle?: ((outcome: EventOutcome) => void) | undefined
}

/** Who takes a source's items. */
export interface FeedSink {
  /** @returns when more may come: the sink holds a bounded number of items */
  take(items: readonly FeedItem[]): Promise<void>
  /** What keeps the source from going on, for the status and the log; undefined when it goes on again. */
  problem(text: string | undefined): void
}

/** What a source says of itself, for the status. */
export interface SourceReport {
  /** As `file:/var/lib/registry/events`. */
  readonly name: string
  /** As `following`, `waiting`, `stopped`. */
  readonly state: string
  readonly position: string | null
  /** What is known of how much is still to be read, in the unit that `behindUnit` names. */
  readonly behind: number | null
  readonly behindUnit: 'octets' | 'events' | null
}

/** Where events come from; goes on where it was told it stood. */
export interface FeedSource {
  readonly name: string
  /**
   * Begins to give items, in the order of the stream. Never rejects: what is wrong is told to the sink, and tried again.
   * @param from position of the last item done with; undefined begins at the start
   */
  start(from: string | undefined, sink: FeedSink): void
  /** Ends; nothing is given afterwards. What was not settled is given again when started from its position. */
  stop(): Promise<void>
  report(): SourceReport
}
