import type { ListenAddress } from './address.ts'
import type { Handler } from './handler.ts'
import type { StopFlag } from './stop.ts'

export type UdpIo = 'mmsg' | 'dgram' | 'auto'

export interface UdpIoChoice {
  readonly io: 'mmsg' | 'dgram'
  /** Why, in words for the log. */
  readonly reason: string
  /** Whether several threads can share one address and port; when not, only one UDP worker makes sense. */
  readonly sharesPort: boolean
}

export interface UdpOptions {
  /** One socket each; several are served by one thread. */
  readonly listen: readonly ListenAddress[]
  /** Default `auto`. */
  readonly io?: UdpIo
  /** Whether other threads listen on the same addresses too (SO_REUSEPORT). Default: whatever the io can. */
  readonly sharePort?: boolean
  readonly stop: StopFlag
  /** Made by createCounters. */
  readonly counters: SharedArrayBuffer
  /** Octets of the socket buffers wanted of the system; it may give less, see UdpListener.notes. Default 4 MiB. */
  readonly receiveBuffer?: number
  readonly sendBuffer?: number
  /** Told what the handler threw, at most once a second. */
  readonly onHandlerError?: (error: unknown) => void
}

export interface UdpListener {
  readonly io: 'mmsg' | 'dgram'
  readonly reason: string
  /** The addresses as bound, with their real ports. */
  readonly addresses: readonly ListenAddress[]
  /** What an operator should know, such as a socket buffer smaller than wanted. */
  readonly notes: readonly string[]
  /**
   * Answers until the stop flag is set, then what has already arrived, and closes. With mmsg this does not return until
   * then, so nothing asynchronous happens in the calling thread: post 'ready' before.
   */
  run(handler: Handler): Promise<void>
  /** Closes without having run. */
  close(): void
}

/** Chooses how packets come and go. @throws UdpIoError when mmsg is asked for and is not available */
export declare function chooseUdpIo(wanted: UdpIo): UdpIoChoice

/** Binds every address. @throws BindError, UdpIoError */
export declare function openUdp(options: UdpOptions): Promise<UdpListener>
