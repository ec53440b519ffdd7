/** Which source a zone's feed reads; the configuration's `zones[].feed.source`. */
export type SourceSettings = FileSettings | FolderSettings | StdinSettings | NatsSettings

/** One JSON Lines file, followed through rotation. */
export interface FileSettings {
  readonly kind: 'file'
  /** Absolute path of the file that the registry appends to; it need not be there yet. */
  readonly path: string
}

/** A folder of JSON Lines files, read in the order of their names. */
export interface FolderSettings {
  readonly kind: 'folder'
  /** Absolute path of the folder; it need not be there yet. */
  readonly path: string
}

export interface StdinSettings {
  readonly kind: 'stdin'
}

/** A durable pull consumer of a NATS JetStream stream. */
export interface NatsSettings {
  readonly kind: 'nats'
  /** As `nats://nats1.example:4222` or `tls://nats1.example`; tried in turn. */
  readonly servers: readonly string[]
  readonly stream: string
  /** The consumer's name; no other server may use it. */
  readonly durable: string
  /** Only messages whose subject this matches, as `registry.zz.>`; all when absent. */
  readonly subject?: string | undefined
  /** The stream sequence to begin with where no position is known; the first message when absent. */
  readonly startSequence?: number | undefined
  /** Seconds after which the server gives what was not acknowledged again; DEFAULT_NATS.ackWait when absent. */
  readonly ackWait?: number | undefined
  /** How many messages may be under way unacknowledged; DEFAULT_NATS.maxUnsettled when absent. */
  readonly maxUnsettled?: number | undefined
  readonly login?: NatsLogin | undefined
  /** TLS is used when given, or where the server asks for it. */
  readonly tls?: NatsTls | undefined
}

/** Secrets stand in files of their own, which are read anew at every connection. */
export type NatsLogin =
  | { readonly user: string; readonly passwordFile: string }
  | { readonly tokenFile: string }
  /** The seed (`SU...`) of a user nkey. */
  | { readonly nkeyFile: string }
  /** As `nsc generate creds` writes it. */
  | { readonly credsFile: string }

export interface NatsTls {
  /** PEM; the system's authorities when absent. */
  readonly caFile?: string | undefined
  /** PEM, the client's own; both or none. */
  readonly certFile?: string | undefined
  readonly keyFile?: string | undefined
}

export const DEFAULT_NATS = { ackWait: 30, maxUnsettled: 10_000 } as const
