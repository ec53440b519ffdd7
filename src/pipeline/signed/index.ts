/** Zones that are kept signed. */
export { ChangeTextError, changesFromText } from './change-text.ts'
export { type KeyAlarm, KeyLife, type KeyTurn } from './key-life.ts'
export { SignedZone, type SignedZoneOptions, type SigningTurn, UnsignedZoneError } from './signed-zone.ts'
export { signingOfLoad } from './signing-of-load.ts'
