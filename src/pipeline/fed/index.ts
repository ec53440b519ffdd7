/** Zones that follow their registry's feed. */

export { adoptZone } from './adopt.ts'
export type { BrakeHold, BrakeSettings } from './brake.ts'
export type { ChangeableZone } from './changeable.ts'
export { type FeedCursor, readCursor } from './cursor.ts'
export { type DeadLetter, deadLetter, deadLetters } from './dead-letters.ts'
export {
  BrakeError,
  FedZone,
  type FedZoneOptions,
  type FedZoneState,
  type FeedRetry,
} from './fed-zone.ts'
export { type DayLatency, latencies } from './latency.ts'
export { type RecentCommit, recentCommit, recentCommits } from './recent.ts'
export { SnapshotError, type SnapshotProblem, SnapshotZoneError } from './snapshot/error.ts'
export { loadSnapshot, type SnapshotLoad, type SnapshotLoadOptions } from './snapshot/load.ts'
export { UnsignedZone } from './unsigned-zone.ts'
export type { FeedCommit } from './verdicts.ts'
