import type { Name } from '../../wire/index.ts'
import type { SignatureVerifier } from './verifier.ts'

export interface ZoneCheckOptions {
  /** Apex of the zone. */
  readonly origin: Name
  /** The time signatures are judged by, in seconds since 1970-01-01. */
  readonly now: number
  /** How many findings of one check are listed; all are counted. 100 when absent. */
  readonly maxFindings?: number
  /** Findings of checks that are often many of a kind are folded into one; so when absent. */
  readonly foldsFindings?: boolean
  /** Verifies signatures; when absent, everything about them is checked but the cryptography. */
  readonly verifier?: SignatureVerifier
  /** Octets kept in memory for what can only be judged at the end of the zone; more goes to a file. 64 MiB when absent. */
  readonly memoryLimit?: number
  /** Folder for that file; the system's temporary folder when absent. */
  readonly temporaryFolder?: string
}
