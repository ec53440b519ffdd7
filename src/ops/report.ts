/** The states that a zone, its signing and its feed can be in: see the reports. */
export const ZONE_STATES = ['serving', 'loading', 'failed', 'expired'] as const
export const SIGNING_STATES = ['signing', 'signing-whole', 'insecure', 'refused', 'failed'] as const
export const FEED_STATES = ['starting', 'following', 'gap', 'held', 'failed'] as const

/** What a running server tells about itself: the answer of `GET /v1/status`. Times are ISO 8601, in UTC. */
export interface StatusReport {
  readonly server: ServerReport
  readonly threads: readonly ThreadReport[]
  readonly traffic: TrafficReport
  readonly zones: readonly ZoneReport[]
}

export interface ServerReport {
  readonly version: string
  readonly pid: number
  readonly startedAt: string
  /** Absolute path of the data folder. */
  readonly data: string
  /** Absolute path of the configuration file, or null. */
  readonly config: string | null
  /** `ADDRESS@PORT`, each served over UDP and TCP. */
  readonly listen: readonly string[]
}

export interface ThreadReport {
  /** `udp-1`, `tcp`. */
  readonly name: string
  readonly state: 'starting' | 'running' | 'restarting' | 'stopped'
  /** How often it was started again after it died. */
  readonly restarts: number
  /** How its packets are read and written: `mmsg` or `dgram` for UDP, `net` for TCP. */
  readonly io: string
  /** What it counted since the server's start, by the names of `TrafficReport`. */
  readonly traffic: Readonly<Record<string, number>>
}

/** Counters by name, since the server's start. */
export interface TrafficReport {
  readonly udp: Readonly<Record<string, number>>
  readonly tcp: Readonly<Record<string, number>>
}

export interface ZoneReport {
  /** `zz.` */
  readonly origin: string
  /**
   * `serving`: answers come from the version below. `loading`: the first load is under way, answers are SERVFAIL until
   * it is done. `failed`: there is no version that can be served; answers are SERVFAIL. `expired`: the version may no
   * longer be served; answers are SERVFAIL.
   */
  readonly state: (typeof ZONE_STATES)[number]
  /** The configured master file, or null. */
  readonly file: string | null
  readonly version: ZoneVersionReport | null
  /** How the zone is kept signed; null when this server does not sign it. */
  readonly signing: SigningReport | null
  /** The registry's feed that the zone follows; null when it follows none. */
  readonly feed: FeedReport | null
  /** The load under way, or null. A zone that is served goes on being served meanwhile. */
  readonly load: LoadReport | null
  /** How often its file was loaded, and could not be, since the server's start. */
  readonly loads: { readonly done: number; readonly failed: number }
  /** Why the last load or opening failed, or null. */
  readonly problem: string | null
}

export interface ZoneVersionReport {
  readonly serial: number
  /** The version's name in the store: `v3` is the third full load. */
  readonly name: string
  readonly records: number
  readonly delegations: number
  /** Octets in the store. */
  readonly bytes: number
  readonly loadedAt: string
  /** When records of it were last changed; null when it is as it was loaded. */
  readonly updatedAt: string | null
  readonly source: string | null
  readonly signed: boolean
  /** `none`, `nsec` or `nsec3`. */
  readonly denial: string
  /** How the store's pages stand: `locked in memory`, or why they are not. */
  readonly memory: string | null
}

/** How a zone is kept signed. Times are ISO 8601, in UTC. */
export interface SigningReport {
  /**
   * `signing`; `signing-whole` while all of the zone is signed anew; `insecure` when it is to be unsigned, and is; `refused`
   * when the last commit did not pass the gate; `failed` for another fault.
   */
  readonly state: (typeof SIGNING_STATES)[number]
  /** Why all of the zone is being signed anew, and how far that is; null when it is not. */
  readonly whole: {
    readonly reason: string
    readonly phase: string
    readonly records: number
    readonly totalRecords: number
    readonly seconds: number
  } | null
  /** How far the look at all signatures is, in names; null when none is under way. */
  readonly sweep: { readonly looked: number; readonly of: number } | null
  /** What the last turn was refused for, or null. */
  readonly problem: string | null
  /** Ids of keys, by what the zone shows of them. */
  readonly keys: {
    readonly published: readonly string[]
    readonly signingKeys: readonly string[]
    readonly signingZone: readonly string[]
  }
  /** What an operator has to look at: a key that is missing, a DS that the parent has lost. */
  readonly alarms: readonly string[]
  /** What the keys wait for that is not in the server's hands; for people. */
  readonly awaits: readonly string[]
  /**
   * Commits since the zone began to be kept signed (a restart of the keeper process begins anew), signatures renewed, and
   * commits and loads that did not pass the gate.
   */
  readonly commits: number
  readonly renewed: number
  readonly refusals: number
  /** The same by reason: those of `docs/gate.md`, and `command` for the operator's own command. All are there, with 0. */
  readonly refusalsByReason: Readonly<Record<string, number>>
  readonly nextAt: string | null
}

/** How a zone follows its registry's feed. Times are ISO 8601, in UTC. */
export interface FeedReport {
  /**
   * `starting`: the zone's records are made objects. `following`. `gap`: an event is missing. `held`: a commit waits for
   * approval. `failed`: the last commit failed and is tried again.
   */
  readonly state: (typeof FEED_STATES)[number]
  readonly problem: string | null
  /** The last event done with. */
  readonly seq: number
  readonly committedAt: string | null
  /** Events by what became of them, since the feed began. */
  readonly counts: { readonly applied: number; readonly refused: number; readonly pending: number }
  readonly dead: { readonly kept: number; readonly dropped: number }
  /** Events that wait to be committed. */
  readonly waiting: number
  /** Changes that wait for their time, and when the next of them comes due. */
  readonly pending: number
  readonly nextDue: string | null
  /** The number of the event that is missing, or null. */
  readonly missing: number | null
  /** The commit that waits for approval. */
  readonly hold: FeedHoldReport | null
  readonly sources: readonly FeedSourceReport[]
}

export interface FeedHoldReport {
  /** The event up to which it goes. */
  readonly seq: number
  /** Delegations that it would withdraw, those withdrawn shortly before that count with them, and those that there are. */
  readonly withdraws: number
  readonly before: number
  readonly delegations: number
}

export interface FeedSourceReport {
  readonly name: string
  readonly state: string
  readonly position: string | null
  readonly behind: number | null
  readonly behindUnit: string | null
  readonly problem: string | null
}

/** The answer to changes of a zone's records. */
export interface ChangeReport {
  /** The serial that the changes are served in; null when none was made. */
  readonly serial: number | null
  readonly problem: string | null
}

export interface LoadReport {
  readonly phase: string
  readonly records: number
  /** How many there are to go through in this phase; an estimate while the file is read, 0 when there is none yet. */
  readonly totalRecords: number
  /** Octets of the file read so far, and in all. */
  readonly bytes: number
  readonly totalBytes: number
  readonly seconds: number
}

/** The answer of `POST /v1/reload`. */
export interface ReloadReport {
  /** False when the configuration or any zone failed; what was served before is served on. */
  readonly ok: boolean
  /** What was wrong with the configuration file, or needs a restart to take effect. */
  readonly notes: readonly string[]
  readonly zones: readonly ZoneReloadReport[]
}

export interface ZoneReloadReport {
  readonly origin: string
  /** `loaded`: its file was newer and was loaded. `switched`: another process had loaded a new version. */
  readonly outcome: 'unchanged' | 'loaded' | 'switched' | 'added' | 'removed' | 'failed'
  readonly serial: number | null
  readonly problem: string | null
}
