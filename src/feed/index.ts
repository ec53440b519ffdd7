/** The registry's feed: events, the objects they tell of, and what of them a zone shows. */
export type { FeedEvent } from './event/event.ts'
export { parseEvent } from './event/parse.ts'
export { eventSchema, FEED_VERSION } from './event/schema.ts'
export { LATENCY_BUCKETS } from './latency.ts'
export type { DomainObject, DsData, HostObject, RegistryObject, RRsetObject } from './object.ts'
export {
  type BatchResult,
  countDue,
  type DueChange,
  dueDelta,
  entriesOf,
  entriesOfApex,
  FeedBatch,
  objectsOfZone,
  type Verdict,
} from './objects/index.ts'
export { type EventOutcome, FeedRefusal, REFUSALS, type RefusalReason } from './outcome.ts'
export type { FeedReader, StateEntry } from './reader.ts'
export { DEFAULT_FEED_TTL, DEFAULT_RULES, type FeedRules, type FeedSettings } from './settings.ts'
export {
  type Claim,
  ClaimJudge,
  type ClaimListener,
  isRecordKey,
  mergeRecords,
  type ProjectionCounts,
  type ProjectionDifference,
  parseSnapshotHead,
  parseSnapshotLine,
  type SnapshotHead,
  type SnapshotObject,
  type SnapshotParts,
  snapshotLines,
  snapshotParts,
  verifyProjection,
} from './snapshot/index.ts'
export { createSource } from './sources/create.ts'
export { type Line, LineSplitter } from './sources/lines.ts'
export { DEFAULT_PUSH_LIMITS, type PushLimits, PushQueueFull, PushSource, PushStopped } from './sources/push.ts'
export {
  DEFAULT_NATS,
  type FileSettings,
  type FolderSettings,
  type NatsLogin,
  type NatsSettings,
  type NatsTls,
  type SourceSettings,
  type StdinSettings,
} from './sources/settings.ts'
export { type FeedItem, type FeedSink, type FeedSource, MAX_EVENT_OCTETS, type SourceReport } from './sources/source.ts'
export { StreamSource } from './sources/stream.ts'
