import type { EventOutcome } from '../../feed/index.ts'
import type { StatePut } from '../../store/index.ts'

/** Commits whose outcomes are kept for `zonecut feed tail`. */
const KEPT_COMMITS = 1000
/** Events of one commit that are told one by one. */
const TOLD_EVENTS = 2000

export const RECENT_PREFIX = Buffer.from('feed/t/')

/** What became of the events of one commit. */
export interface RecentCommit {
  /** Commits of the feed up to this one. */
  readonly number: number
  readonly serial: number
  /** ISO 8601. */
  readonly at: string
  readonly events: readonly {
    readonly seq: number | null
    /** As `domain example.zz.`, where it could be read. */
    readonly object: string | null
    readonly op: string | null
    readonly outcome: EventOutcome['outcome']
    /** Why it was refused, or until when it waits. */
    readonly note: string | null
  }[]
  /** Events that are not listed. */
  readonly more: number
}

/** The latest commits of the feed, oldest first. */
export function* recentCommits(reader: {
  states(prefix: Uint8Array): Iterable<{ readonly value: Uint8Array }>
}): Generator<RecentCommit> {
  for (const { value } of reader.states(RECENT_PREFIX)) yield JSON.parse(Buffer.from(value).toString()) as RecentCommit
}

/** One commit, by its number; undefined when it is not kept any more. */
export function recentCommit(
  reader: { state(key: Uint8Array): Uint8Array | undefined },
  number: number,
): RecentCommit | undefined {
  const value = reader.state(keyOf(number))
  return value === undefined ? undefined : (JSON.parse(Buffer.from(value).toString()) as RecentCommit)
}

/** What stores the outcomes of a commit. */
export function putRecent(commit: Omit<RecentCommit, 'more'>): StatePut[] {
  const { events, number } = commit
  const told: RecentCommit = {
    ...commit,
    events: events.slice(0, TOLD_EVENTS),
    more: Math.max(0, events.length - TOLD_EVENTS),
  }
  return [
    { key: keyOf(number), value: Buffer.from(JSON.stringify(told)) },
    ...(number > KEPT_COMMITS ? [{ key: keyOf(number - KEPT_COMMITS), value: undefined }] : []),
  ]
}

function keyOf(number: number): Uint8Array {
  const key = Buffer.alloc(RECENT_PREFIX.length + 8)
  RECENT_PREFIX.copy(key)
  key.writeBigUInt64BE(BigInt(number), RECENT_PREFIX.length)
  return key
}
