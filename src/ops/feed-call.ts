/** What an operator or a registry asks of a zone's feed. */
export type FeedCall =
  /** To commit events, one a text. */
  | { readonly call: 'push'; readonly texts: readonly string[] }
  /** To let the commit that waits pass the brake; where an event is named, only one that goes up to it. */
  | { readonly call: 'approve'; readonly seq?: number }
  /** To try dead letters again, by their numbers, all of them when there are none; past the brake where that is approved. */
  | { readonly call: 'retry'; readonly numbers: readonly number[]; readonly approved: boolean }
  /** To make the zone that of a snapshot document, a file that the server can read; past the brake where that is approved. */
  | { readonly call: 'snapshot'; readonly file: string; readonly approved: boolean }

/** How an event ended; docs/feed.md lists the outcomes and reasons. */
export interface OutcomeReport {
  readonly outcome: 'applied' | 'ignored' | 'refused' | 'pending' | 'gap'
  /** Absent when the event could not even be read. */
  readonly seq?: number | undefined
  /** The serial that an applied event is served in. */
  readonly serial?: number
  readonly reason?: string
  readonly text?: string
  /** Until when a pending one waits, milliseconds since 1970. */
  readonly until?: number
  /** The number that is missing before this one. */
  readonly missing?: number
}

export type FeedAnswer =
  | {
      readonly call: 'push'
      readonly outcomes: readonly OutcomeReport[]
      readonly seq: number
      readonly serial: number
    }
  /** Null: no such commit waits. */
  | { readonly call: 'approve'; readonly seq: number | null }
  /** Null for a number that there is no dead letter of. */
  | {
      readonly call: 'retry'
      readonly outcomes: readonly { readonly number: number; readonly outcome: OutcomeReport | null }[]
    }
  | SnapshotAnswer
  /** The brake stopped it, and nothing was done. */
  | { readonly call: 'held'; readonly problem: string }
  /** `busy`: the same may be asked again later. */
  | { readonly call: 'refused'; readonly busy: boolean; readonly problem: string }

/** The zone is that of a snapshot document now. */
export interface SnapshotAnswer {
  readonly call: 'snapshot'
  /** The event that the feed goes on after. */
  readonly seq: number
  readonly serial: number
  readonly objects: number
  /** Delegations that are gone. */
  readonly withdrawn: number
}
