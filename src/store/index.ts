export { BlockBuilder, encodeNode } from './block.ts'
export {
  BucketBuilder,
  bucketCount,
  bucketMask,
  bucketOf,
  entryOfTag,
  findInBucket,
  findTag,
  firstTag,
  hashOctets,
  nameHash,
  restOfEntry,
} from './bucket.ts'
export { type BucketEntry, bucketEntries, bucketOfEntries } from './bucket-edit.ts'
export { currentVersion, lastTransaction, listZones, openZone, ZoneBuild, zoneFolder, zoneInfo } from './catalog.ts'
export type { StoredChanges } from './change-log.ts'
export {
  DenialBuilder,
  denialAtOrBefore,
  denialBits,
  denialEntry,
  denialMatches,
  denialSlot,
  encodeDenial,
  HASH_LENGTH,
  hashOfOwner,
  OWNER_LABEL,
  ownerOfHash,
} from './denial.ts'
export { type DenialEdit, type DenialOutcome, type DenialReplacement, DenialSlots } from './denial-slots.ts'
export { EnvironmentWriter, type Tables } from './environment.ts'
export { FullLoadNeededError, StoreError, writeError } from './error.ts'
export { HostIndex, HostIndexBuilder, siblingHosts } from './host-index.ts'
export { Journal, type JournalEntry, JournalError } from './journal.ts'
export type { JournalRecord } from './journal-writer.ts'
export {
  FORMAT_VERSION,
  INFO_KEY,
  type JournalSummary,
  type KeptEntry,
  OWNER_PREFIX,
  Table,
  type ZoneInfo,
} from './layout.ts'
export { type ForeignLock, type HeldLock, type LockHolder, tryLock } from './lock-file.ts'
export { numberKey, readNumber, writeNumber } from './number-key.ts'
export { OctetWriter, readU16, readU32 } from './octets.ts'
export { type NodeChange, type NodeEdit, OwnerBlocks } from './owner-blocks.ts'
export { putOctets } from './put.ts'
export type { SnapshotOptions } from './read-environment.ts'
export { Residency, type ResidencyOutcome } from './residency.ts'
export { ZoneSnapshot } from './snapshot.ts'
export { ExternalSorter, type ItemVisitor } from './sorter.ts'
export { Seek, type Tree } from './tree.ts'
export { type StatePut, WritableZone, type ZoneWork } from './writable-zone.ts'
