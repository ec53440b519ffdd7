/** How a zone follows its registry's feed; the configuration's `zones[].feed`. */
export interface FeedSettings {
  readonly rules: FeedRules
  /** TTLs in seconds of what objects publish, where they name none. */
  readonly ttl: { readonly NS: number; readonly DS: number; readonly A: number; readonly AAAA: number }
}

/** The registry's rules. What is undefined or empty is switched off. */
export interface FeedRules {
  /** An object that one registrar sponsors is changed by no other, unless the event says transfer. */
  readonly firstCome: boolean
  /** Seconds from an event's `at` until the application for a new domain is published. */
  readonly publicationDelay: number | undefined
  /** Names that can't be registered, as they stand below the origin: `www`, `example.com`. */
  readonly reserved: readonly string[]
  /** Labels that can't be registered: a registered name may have none that one of these matches as a whole. */
  readonly refusedLabels: readonly RegExp[]
  /** A domain's name below the origin ends in one of these: `com`, `co.uk` for `example.co.uk.mail`. */
  readonly suffixes: readonly string[] | undefined
  /** A host that a published domain names can't be deleted (RFC 5732 3.2.2). */
  readonly linkedHosts: boolean
}

/** All rules that cost nothing to keep, none that a registry has to wish for. */
export const DEFAULT_RULES: FeedRules = {
  firstCome: true,
  publicationDelay: undefined,
  reserved: [],
  refusedLabels: [],
  suffixes: undefined,
  linkedHosts: true,
}

/** Seconds; as gTLD registries publish them. */
export const DEFAULT_FEED_TTL: FeedSettings['ttl'] = { NS: 86_400, DS: 86_400, A: 86_400, AAAA: 86_400 }
