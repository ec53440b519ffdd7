/** Checks of a whole zone before it is served. */
export type { ZoneCheck } from './check.ts'
export { ZoneChecker } from './checker.ts'
export { formatFinding, type Severity, type ZoneFinding, type ZoneFindings } from './finding.ts'
export type { ZoneCheckOptions } from './options.ts'
export { zoneChecks } from './table.ts'
export type { SignatureVerdict, SignatureVerifier } from './verifier.ts'
