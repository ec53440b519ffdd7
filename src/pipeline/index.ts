/** The one road from input to a served version. */
export { type CheckOptions, type CheckResult, checkZoneFile } from './check.ts'
export { type ExportOptions, exportZone } from './export.ts'
export * from './fed/index.ts'
export { type HistoryOptions, type HistoryUpdate, zoneHistory } from './history.ts'
export { type LoadOptions, loadZone } from './load.ts'
export type { LoadResult } from './new-version.ts'
export { NotKeptError, nodesAt, type OldVersion } from './old-version.ts'
export { LOAD_PHASES, type LoadPhase, type LoadProgress, type PhaseTimes, type ProgressListener } from './progress.ts'
export { type SignOptions, type SignPolicy, type SignResult, signZoneFile } from './sign.ts'
export {
  ChangeTextError,
  changesFromText,
  ForeignKeysError,
  KeyLife,
  needsWholeSigning,
  type ResignKeptOptions,
  resignKept,
  SignedZone,
  type SignedZoneOptions,
  type SigningTurn,
  signingOfWhole,
  UnsignedZoneError,
  WholeSigningNeededError,
} from './signed/index.ts'
export type { LoadSigning } from './signed-nodes.ts'
export {
  SignatureRefusal,
  SignedForm,
  type SignedZoneVisitor,
  SigningPool,
  type SigningPoolOptions,
  SigningThreadError,
  type WholeZoneOptions,
  WholeZoneSigning,
} from './signing/index.ts'
export { type UpdateOptions, type UpdateResult, ZoneUpdater } from './update.ts'
