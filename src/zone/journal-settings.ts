/** How far back the changes of a zone are kept: both limits hold. */
export interface JournalSettings {
  /** Seconds. */
  readonly age: number
  /** Octets at most; absent: the larger of 256 MiB and a quarter of the zone's data file. */
  readonly size?: number
}

const DAY = 86_400

/** A week: a secondary that was away over the holidays still gets differences. */
export const DEFAULT_JOURNAL: JournalSettings = { age: 7 * DAY }
