import type { Name } from '../../wire/index.ts'
import type { FeedEvent } from '../event/event.ts'
import type { RegistryObject } from '../object.ts'
import type { RefusalReason } from '../outcome.ts'
import type { FeedRules } from '../settings.ts'

/** What the registry's rules are asked about an event. */
export interface Candidate {
  readonly event: FeedEvent
  readonly origin: Name
  /** The object as the registry told of it last; null for one that is not there yet. */
  readonly current: RegistryObject | null
  /** Whether a published domain, or the apex, names the host. */
  readonly isUsed: () => boolean
}

/** One row of the table of rules. */
export interface Rule {
  /** Key of the configuration, `zones[].feed.rules`. */
  readonly key: keyof FeedRules
  readonly reason: RefusalReason
  /** What is refused, for docs/feed.md. */
  readonly refuses: string
  /** What the event breaks and what to do about it; undefined when the rule is switched off or kept. */
  broken(rules: FeedRules, candidate: Candidate): string | undefined
}
