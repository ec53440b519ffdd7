import type { ListenAddress } from './address.ts'
import { canSharePort, openDgramSockets } from './dgram.ts'
import { UdpIoError } from './errors.ts'
import type { Handler } from './handler.ts'
import { loadLibc } from './libc.ts'
import { MmsgSockets } from './mmsg.ts'
import type { StopFlag } from './stop.ts'
import type { YieldFlag } from './yielding.ts'

/** `mmsg`: batched system calls (Linux, koffi); `dgram`: node:dgram; `auto`: the first where it can be had. */
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
  /**
   * Whether other threads listen on the same addresses too (SO_REUSEPORT). Default: whenever the io can. The system then
   * lets in any program of the same user, so that a second server goes unnoticed here: let openTcp, which shares with
   * nobody, go first.
   */
  readonly sharePort?: boolean
  readonly stop: StopFlag
  /** Only mmsg heeds it. Default: never set. */
  readonly yielding?: YieldFlag
  /** Made by createCounters; its cells are UdpCounter's. */
  readonly counters: SharedArrayBuffer
  /** Octets of the socket buffers wanted of the system; it may give less, see UdpListener.notes. Default 8 MiB to receive, 4 MiB to send. */
  readonly receiveBuffer?: number
  readonly sendBuffer?: number
  /** Told what the handler threw, at most once a second. */
  readonly onHandlerError?: (error: unknown) => void
}

/** UdpOptions with every default filled in, as the two kinds of listener take them. */
export interface UdpListenerOptions {
  readonly listen: readonly ListenAddress[]
  readonly sharePort: boolean
  readonly stop: StopFlag
  readonly yielding: YieldFlag | undefined
  readonly counters: SharedArrayBuffer
  readonly receiveBuffer: number
  readonly sendBuffer: number
  readonly onHandlerError: ((error: unknown) => void) | undefined
}

export interface UdpListener {
  readonly io: 'mmsg' | 'dgram'
  readonly reason: string
  /** The addresses as bound, with their real ports. */
  readonly addresses: readonly ListenAddress[]
  /** What an operator should know, such as a socket buffer smaller than wanted. */
  readonly notes: readonly string[]
  /**
   * Answers until the stop flag is set, then what has already arrived, and closes. With mmsg it blocks the
   * calling thread, whose event loop has a turn only every thousand batches: so post 'ready' before. Worker.terminate
   * takes effect within STOP_INTERVAL. To be called once.
   */
  run(handler: Handler): Promise<void>
  /** Closes without having run. */
  close(): void
}

/** Holds what comes while a thread waits a tenth of a second for its processor, at two hundred thousand queries a second. */
const RECEIVE_BUFFER = 8 << 20
const SEND_BUFFER = 4 << 20

/** Chooses how packets come and go. @throws UdpIoError when mmsg is asked for and is not available */
export function chooseUdpIo(wanted: UdpIo): UdpIoChoice {
  if (wanted === 'dgram') return { io: 'dgram', reason: 'asked for', sharesPort: canSharePort() }
  const result = loadLibc()
  if ('libc' in result) {
    const reason = wanted === 'mmsg' ? 'asked for' : 'Linux and koffi are here'
    return { io: 'mmsg', reason, sharesPort: true }
  }
  if (wanted === 'mmsg') throw new UdpIoError(result.missing)
  return { io: 'dgram', reason: `no batched system calls: ${result.missing}`, sharesPort: canSharePort() }
}

/** Binds every address, or none. @throws BindError, UdpIoError */
export async function openUdp(options: UdpOptions): Promise<UdpListener> {
  const { io, reason, sharesPort } = chooseUdpIo(options.io ?? 'auto')
  const listenerOptions: UdpListenerOptions = {
    listen: options.listen,
    sharePort: options.sharePort ?? sharesPort,
    stop: options.stop,
    yielding: options.yielding,
    counters: options.counters,
    receiveBuffer: options.receiveBuffer ?? RECEIVE_BUFFER,
    sendBuffer: options.sendBuffer ?? SEND_BUFFER,
    onHandlerError: options.onHandlerError,
  }
  const result = loadLibc()
  if (io === 'mmsg' && 'libc' in result) {
    const sockets = new MmsgSockets(result.libc, listenerOptions)
    const { addresses, notes } = sockets
    return { io, reason, addresses, notes, run: (handler) => sockets.run(handler), close: () => sockets.close() }
  }
  const sockets = await openDgramSockets(listenerOptions)
  const { addresses, notes } = sockets
  return { io, reason, addresses, notes, run: (handler) => sockets.run(handler), close: () => sockets.close() }
}
