/** Zones that are kept signed. */
export { ChangeTextError, changesFromText } from './change-text.ts'
export { type KeyAlarm, KeyLife, type KeyTurn } from './key-life.ts'
export { SignedZone, type SignedZoneOptions, type SigningTurn } from './signed-zone.ts'
export {
  ForeignKeysError,
  needsWholeSigning,
  type ResignKeptOptions,
  resignKept,
  signingOfWhole,
  UnsignedZoneError,
  WholeSigningNeededError,
} from './whole.ts'
