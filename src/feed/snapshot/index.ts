/** Snapshot documents of a feed. */
export { type Claim, ClaimJudge, type ClaimListener } from './claims.ts'
export {
  parseSnapshotHead,
  parseSnapshotLine,
  type SnapshotHead,
  type SnapshotObject,
} from './line.ts'
export { snapshotLines } from './lines.ts'
export { isRecordKey, mergeRecords, type SnapshotParts, snapshotParts } from './parts.ts'
export { type ProjectionCounts, type ProjectionDifference, verifyProjection } from './verify.ts'
