/** Signing: which RRsets, by which keys, for how long, and in what order. */
export { ApexError, apexToSign, isMadeBySigning, type PublishedKeys, zonemdRdatas } from './apex.ts'
export { denialTtlOf, type SigningContext, zonemdHashes } from './context.ts'
export { SchedulePeriodError, type SignaturePeriods, SignatureSchedule } from './schedule.ts'
export { nextSerial, type SerialScheme, soaMinimum, soaSerial, withSerial } from './serial.ts'
export { type SignatureTimes, signatureFor } from './signature.ts'
export { signNode, signZone } from './whole.ts'
export { isBy, keysFor, NoSigningKeyError, partKeys, signaturesFor, type ZoneKeys } from './zone-keys.ts'
