import type { FeedSetting, SigningSetting } from '../config/index.ts'
import type { ListenAddress } from '../net/index.ts'
import type { FeedAnswer, FeedCall, FeedReport, LoadReport, SigningReport } from '../ops/index.ts'
import type { LoadOutcome } from './load-messages.ts'
import type { LogLevel } from './log.ts'
import type { UpdateNotice } from './update-notice.ts'

/** A zone that is kept: signed, in step with its registry, or both. */
export interface KeptZoneJob {
  /** Fully qualified. */
  readonly origin: string
  readonly signing?: SigningSetting
  readonly feed?: FeedSetting
  /** One of the server's own addresses, asked for what is served; absent: nothing is measured. */
  readonly probe?: ListenAddress
}

/** What the server asks of the keeper process. */
export type KeeperRequest =
  /** The zones to keep from now on; the others are let go. Comes first. */
  | { readonly kind: 'zones'; readonly dataDir: string; readonly zones: readonly KeptZoneJob[] }
  /** To load a zone file, signed as a whole. */
  | { readonly kind: 'load'; readonly origin: string; readonly file: string }
  /** To change records; see `changesFromText`. */
  | { readonly kind: 'change'; readonly id: number; readonly origin: string; readonly text: string }
  /** To do something with a zone's feed. */
  | { readonly kind: 'feed'; readonly id: number; readonly origin: string; readonly call: FeedCall }
  /** To sign all of a zone anew. */
  | { readonly kind: 'resign'; readonly id: number; readonly origin: string; readonly trustsClock: boolean }
  /** To end what is under way and exit. */
  | { readonly kind: 'stop' }

export interface ChangeOutcome {
  /** The serial that the changes are served in; null when they were not made. */
  readonly serial: number | null
  readonly problem: string | null
}

/** What the keeper process tells. */
export type KeeperMessage =
  | UpdateNotice
  | { readonly kind: 'progress'; readonly origin: string; readonly progress: LoadReport }
  | { readonly kind: 'loaded'; readonly origin: string; readonly outcome: LoadOutcome }
  | { readonly kind: 'changed'; readonly id: number; readonly outcome: ChangeOutcome }
  | { readonly kind: 'report'; readonly origin: string; readonly report: SigningReport }
  | { readonly kind: 'answered'; readonly id: number; readonly answer: FeedAnswer }
  | { readonly kind: 'feed-report'; readonly origin: string; readonly report: FeedReport }
  /** Seconds from a change's commit by the registry, and from its arrival, to the first answer that showed it. */
  | {
      readonly kind: 'measured'
      readonly origin: string
      readonly sinceCommitted: readonly number[]
      readonly sinceArrived: readonly number[]
    }
  | { readonly kind: 'log'; readonly level: LogLevel; readonly fields: object; readonly message: string }
