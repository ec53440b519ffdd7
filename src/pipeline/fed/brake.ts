import type { FeedCursor } from './cursor.ts'

/** How much of a zone may be withdrawn before an operator is asked. */
export interface BrakeSettings {
  /** Share of the delegations, 0 to 1; undefined: no limit of this kind. */
  readonly share: number | undefined
  /** Delegations; undefined: no limit of this kind. */
  readonly count: number | undefined
  /** Seconds over which withdrawals add up, so that small commits are not let through one by one; 0: each by itself. */
  readonly window: number
}

/** A commit that waits for an operator. */
export interface BrakeHold {
  /** The event up to which the commit would go: what is approved. */
  readonly seq: number
  /** Delegations that it would withdraw, and those withdrawn in the window before. */
  readonly withdraws: number
  readonly before: number
  readonly delegations: number
  /** In words. */
  readonly problem: string
}

/** What asks to pass the brake. */
export interface Withdrawal {
  /** The last event after it. */
  readonly seq: number
  readonly withdraws: number
  /** In the zone now. */
  readonly delegations: number
  /** In words, and how an operator lets it pass. */
  readonly what: string
  readonly approval: string
}

/**
 * Whether a commit has to wait for an operator's approval.
 * @param now milliseconds since 1970
 */
export function brakeOf(
  { share, count, window }: BrakeSettings,
  cursor: FeedCursor,
  { seq, withdraws, delegations, what, approval }: Withdrawal,
  now: number,
): BrakeHold | undefined {
  if (withdraws === 0) return undefined
  const before = withdrawnBefore(cursor, window, now)
  const all = before + withdraws
  // What there was when the window began.
  const base = delegations + before
  const isTooMany = count !== undefined && all > count
  const isTooMuch = share !== undefined && all > share * base
  if (!isTooMany && !isTooMuch) return undefined
  const limit = isTooMany ? `${count} delegations` : `${percent(share!)} of ${base} delegations`
  const problem =
    `${what} would withdraw ${withdraws} delegations` +
    (before > 0 ? `, after ${before} in the last ${window} s` : '') +
    `; more than ${limit} need an operator's approval: ${approval}`
  return { seq, withdraws, before, delegations, problem }
}

/** What the cursor says of withdrawals after a commit. An approved commit begins the count anew. */
export function withdrawnAfter(
  { window }: BrakeSettings,
  cursor: FeedCursor,
  withdraws: number,
  isApproved: boolean,
  now: number,
): FeedCursor['withdrawn'] {
  if (isApproved) return { since: now, count: 0 }
  const before = withdrawnBefore(cursor, window, now)
  return { since: before > 0 ? cursor.withdrawn.since : now, count: before + withdraws }
}

function withdrawnBefore({ withdrawn }: FeedCursor, window: number, now: number): number {
  return now - withdrawn.since < window * 1000 ? withdrawn.count : 0
}

function percent(share: number): string {
  return `${Number((share * 100).toPrecision(3))} %`
}
