import type { StatePut } from '../../store/index.ts'
import type { Unreadable } from './intake.ts'

/** Where a zone stands in its registry's feed; kept with the zone, and changed in the transaction of each commit. */
export interface FeedCursor {
  /** The last event done with; 0 before the first. */
  readonly seq: number
  /** By source: events since its last one whose number is known that could not even be read. */
  readonly unreadable: Unreadable
  /** Position of each source, by its name. */
  readonly sources: Readonly<Record<string, string>>
  /** Milliseconds since 1970 of the last commit, and how many there were. */
  readonly at: number
  readonly commits: number
  /** Events by what became of them, since the feed began. */
  readonly counts: { readonly applied: number; readonly refused: number; readonly pending: number }
  /** Dead letters: number of the next, how many are kept and their octets, and how many were dropped to make room. */
  readonly dead: { readonly next: number; readonly kept: number; readonly octets: number; readonly dropped: number }
  /** Delegations withdrawn since a time (ms since 1970), for the brake. */
  readonly withdrawn: { readonly since: number; readonly count: number }
  /** The last event that an operator let pass the brake. */
  readonly approved: number
}

export const CURSOR_KEY = Buffer.from('feed/cursor')

export const FIRST_CURSOR: FeedCursor = {
  seq: 0,
  unreadable: {},
  sources: {},
  at: 0,
  commits: 0,
  counts: { applied: 0, refused: 0, pending: 0 },
  dead: { next: 1, kept: 0, octets: 0, dropped: 0 },
  withdrawn: { since: 0, count: 0 },
  approved: 0,
}

/** The cursor in the store; undefined when the zone follows no feed yet. */
export function readCursor(reader: { state(key: Uint8Array): Uint8Array | undefined }): FeedCursor | undefined {
  const value = reader.state(CURSOR_KEY)
  return value === undefined ? undefined : (JSON.parse(Buffer.from(value).toString()) as FeedCursor)
}

/** What stores a cursor. */
export function putCursor(cursor: FeedCursor): StatePut {
  return { key: CURSOR_KEY, value: Buffer.from(JSON.stringify(cursor)) }
}
