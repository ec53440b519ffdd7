export { BlockBuilder, encodeNode } from './block.ts'
export {
  BucketBuilder,
  bucketCount,
  bucketMask,
  bucketOf,
  findInBucket,
  hashOctets,
  nameHash,
} from './bucket.ts'
export { currentVersion, listZones, openZone, ZoneBuild, zoneFolder, zoneInfo } from './catalog.ts'
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
} from './denial.ts'
export { EnvironmentWriter } from './environment.ts'
export { StoreError, writeError } from './error.ts'
export { FORMAT_VERSION, INFO_KEY, OWNER_PREFIX, Table, type ZoneInfo } from './layout.ts'
export { type ForeignLock, type HeldLock, type LockHolder, tryLock } from './lock-file.ts'
export { copyOctets, OctetWriter, readU16, readU32 } from './octets.ts'
export { Residency, type ResidencyOutcome } from './residency.ts'
export { readNumber, type SnapshotOptions, writeNumber, ZoneSnapshot } from './snapshot.ts'
export { ExternalSorter, type ItemVisitor } from './sorter.ts'
export { Seek, type Tree } from './tree.ts'
