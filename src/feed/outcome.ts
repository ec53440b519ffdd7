/** Why an event was refused. Each has a row in docs/feed.md. */
export const REFUSALS = [
  'malformed',
  'too-long',
  'version',
  'schema',
  'name',
  'out-of-zone',
  'addresses-outside',
  'apex',
  'overlap',
  'type',
  'sponsor',
  'reserved',
  'pattern',
  'suffix',
  'in-use',
  'unfit',
] as const
export type RefusalReason = (typeof REFUSALS)[number]

/** Where an event stands in the feed, as far as it could be read. */
export interface EventPlace {
  readonly seq: number
  readonly tx: string | undefined
  readonly txSize: number | undefined
}

/** An event that can't be taken: it is kept with this, counted and shown, and never stops the others. */
export class FeedRefusal extends Error {
  override readonly name = 'FeedRefusal'
  readonly reason: RefusalReason
  /** Undefined when the event's number could not be read; where it could, the feed goes on after it. */
  readonly place: EventPlace | undefined

  /** @param text what was wrong, where in the event, and what to do */
  constructor(reason: RefusalReason, text: string, place?: EventPlace) {
    super(text)
    this.reason = reason
    this.place = place
  }
}

/** How an event ended. */
export type EventOutcome =
  /** Served from this serial on, or already as it asks. */
  | { readonly outcome: 'applied'; readonly seq: number; readonly serial: number }
  /** Seen before. */
  | { readonly outcome: 'ignored'; readonly seq: number }
  | {
      readonly outcome: 'refused'
      /** Undefined when it could not even be read. */
      readonly seq: number | undefined
      readonly reason: RefusalReason
      readonly text: string
    }
  /** Not taken: it waits for a number that is missing, and who gave it is to give both. */
  | { readonly outcome: 'gap'; readonly seq: number; readonly missing: number }
  /** Until: milliseconds since 1970. */
  | { readonly outcome: 'pending'; readonly seq: number; readonly until: number }
