import type { SigningSetting } from '../config/index.ts'
import type { LoadReport, SigningReport } from '../ops/index.ts'
import type { LoadOutcome } from './load-messages.ts'
import type { LogLevel } from './log.ts'
import type { UpdateNotice } from './update-notice.ts'

/** A zone that is kept signed. */
export interface SignedZoneJob {
  /** Fully qualified. */
  readonly origin: string
  readonly signing: SigningSetting
}

/** What the server asks of the signing process. */
export type SigningRequest =
  /** The zones to keep signed from now on; the others are let go. Comes first. */
  | { readonly kind: 'zones'; readonly dataDir: string; readonly zones: readonly SignedZoneJob[] }
  /** To load a zone file, signed as a whole. */
  | { readonly kind: 'load'; readonly origin: string; readonly file: string }
  /** To change records; see `changesFromText`. */
  | { readonly kind: 'change'; readonly id: number; readonly origin: string; readonly text: string }
  /** To sign all of a zone anew. */
  | { readonly kind: 'resign'; readonly id: number; readonly origin: string; readonly trustsClock: boolean }
  /** To end what is under way and exit. */
  | { readonly kind: 'stop' }

export interface ChangeOutcome {
  /** The serial that the changes are served in; null when they were not made. */
  readonly serial: number | null
  readonly problem: string | null
}

/** What the signing process tells. */
export type SigningMessage =
  | UpdateNotice
  | { readonly kind: 'progress'; readonly origin: string; readonly progress: LoadReport }
  | { readonly kind: 'loaded'; readonly origin: string; readonly outcome: LoadOutcome }
  | { readonly kind: 'changed'; readonly id: number; readonly outcome: ChangeOutcome }
  | { readonly kind: 'report'; readonly origin: string; readonly report: SigningReport }
  | { readonly kind: 'log'; readonly level: LogLevel; readonly fields: object; readonly message: string }
