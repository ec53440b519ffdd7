import type { ListenAddress } from './address.ts'
import type { Handler } from './handler.ts'
import type { StopFlag } from './stop.ts'

/** Bounds of a TCP listener; times in milliseconds, sizes in octets. */
export interface TcpLimits {
  /** Connections open at once. Default 2,000. */
  readonly connections: number
  /** Connections open at once from one client address (IPv6: one /64). Default 100. */
  readonly connectionsPerClient: number
  /** How long a connection may wait between messages (RFC 7766 6.2.3). Default 10,000. */
  readonly idleTimeout: number
  /** How long a message may take from its first octet to its last. Default 5,000. */
  readonly messageTimeout: number
  /** How long replies may wait without the client taking one octet. Default 5,000. */
  readonly writeTimeout: number
  /** Replies waiting to be taken above which no further message of the connection is read. Default 65,536. */
  readonly pendingOutput: number
}

export interface TcpOptions {
  readonly listen: readonly ListenAddress[]
  readonly handler: Handler
  /** Made by createCounters. */
  readonly counters: SharedArrayBuffer
  /** When set, the listener also stops by itself once the flag is set. */
  readonly stop?: StopFlag
  readonly limits?: Partial<TcpLimits>
  /** Told what the handler threw, at most once a second. */
  readonly onHandlerError?: (error: unknown) => void
}

export interface TcpListener {
  readonly addresses: readonly ListenAddress[]
  readonly limits: TcpLimits
  /** Resolves once the listener has stopped, by `stop()` or the flag. */
  readonly stopped: Promise<void>
  /** Accepts no more, answers what has arrived, closes; within 1.5 seconds whatever the clients do. */
  stop(): Promise<void>
}

/** Listens on every address. @throws BindError */
export declare function openTcp(options: TcpOptions): Promise<TcpListener>
