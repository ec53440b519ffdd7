/** The life of a zone's keys: a state that is told what is seen of the world, and says what to do next. */
export { type Advance, advance } from './advance.ts'
export { carryOut } from './carry-out.ts'
export { DEFAULT_DS_TTL, type DsReportRequest, reportDs } from './ds-report.ts'
export type { KeyAction, KeyFacts, ParentFacts, ServedFacts } from './facts.ts'
export {
  type CachedTtl,
  type DsReport,
  type DsSighting,
  emptyKeySet,
  isComplete,
  isHidden,
  type KeyMoments,
  type KeyRole,
  type KeySet,
  type KeyState,
  type RecordKind,
  type RecordPhase,
  type RecordState,
  recordKinds,
} from './key-set.ts'
export { KeySetFile } from './key-set-file.ts'
export {
  adoptKey,
  forgetKey,
  KeyRequestError,
  requestAlgorithm,
  requestGoal,
  requestRetirement,
  requestRollover,
  rolesInUse,
} from './operator.ts'
export { KeyStateError, parseKeySet, printKeySet } from './parse.ts'
export { DEFAULT_POLICY, type SigningPolicy } from './policy.ts'
export { type ParentRequest, type Publication, parentRequest, publication } from './publication.ts'
export { wait } from './waits.ts'
