/** What a caller may be allowed: to change records, to have the server reload, to read its state. */
export type Right = 'changes' | 'control' | 'read'

/** A caller over TCP: its name, and what it may do. */
export interface CallerSettings {
  readonly name: string
  readonly allow: readonly Right[]
  /** Origins as the status shows them; undefined: all zones, and what is about no zone. */
  readonly zones?: readonly string[] | undefined
}

export interface TokenSettings extends CallerSettings {
  /** The token's SHA-256 in 64 lower-case hexadecimal digits, or the absolute path of the file that holds the token. */
  readonly secret: { readonly sha256: string } | { readonly file: string }
}

/** Absolute paths of PEM files. */
export interface TlsFiles {
  readonly certificate: string
  readonly key: string
  /** Certificates of those who sign client certificates; undefined: none is asked for. */
  readonly clientCa: string | undefined
}

export interface ControlSettings {
  /** Absolute path of the Unix socket. */
  readonly socket: string
  /** TCP addresses; port 0 lets the system choose. */
  readonly listen: readonly { readonly address: string; readonly port: number }[]
  readonly tls: TlsFiles | undefined
  readonly tokens: readonly TokenSettings[]
  /** Client certificates, by the name in them. */
  readonly certificates: readonly CallerSettings[]
  readonly limits: ControlLimits
}

export interface ControlLimits {
  /** Octets of a request's body, as it is sent and as it is unpacked. */
  readonly maxBody: number
  /** Connections open at once to each TCP address. */
  readonly maxConnections: number
  /** Seconds that the header of a request, and a TLS handshake, may take. A connection may be idle for as long. */
  readonly headerTimeout: number
  /** Seconds that a request may take to arrive as a whole. */
  readonly requestTimeout: number
}
