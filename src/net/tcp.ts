import { createServer, type Server, type Socket } from 'node:net'
import type { ListenAddress } from './address.ts'
import { clientKey } from './client-key.ts'
import { TcpCounter } from './counters.ts'
import { BindError } from './errors.ts'
import { GuardedHandler } from './guard.ts'
import type { Handler } from './handler.ts'
import { STOP_INTERVAL, type StopFlag } from './stop.ts'
import { TcpConnection, TcpExchange } from './tcp-connection.ts'

/** Bounds of a TCP listener; times in milliseconds, sizes in octets. */
export interface TcpLimits {
  /** Connections open at once. Default 2,000. */
  readonly connections: number
  /** Connections open at once from one client address (IPv6: one network of 64 bits). Default 100. */
  readonly connectionsPerClient: number
  /** How long after its opening or last reply a connection is not closed in favour of a new one. Default 500. */
  readonly grace: number
  /**
   * How long a connection may wait between messages (RFC 7766 6.2.3); what the handler tells those who ask for it with
   * the edns-tcp-keepalive option (RFC 7828). Default 10,000.
   */
  readonly idleTimeout: number
  /** How long a message may take from its first octet to its last. Default 5,000. */
  readonly messageTimeout: number
  /** How long the client may take over the replies of one write: 64 KiB or a single longer one. Default 10,000. */
  readonly writeTimeout: number
  /** Replies waiting to be taken above which no further message of the connection is answered. Default 65,536. */
  readonly pendingOutput: number
}

export const DEFAULT_TCP_LIMITS: TcpLimits = {
  connections: 2_000,
  connectionsPerClient: 100,
  grace: 500,
  idleTimeout: 10_000,
  messageTimeout: 5_000,
  writeTimeout: 10_000,
  pendingOutput: 65_536,
}

export interface TcpOptions {
  readonly listen: readonly ListenAddress[]
  readonly handler: Handler
  /** Made by createCounters; its cells are TcpCounter's. */
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

/** Connections that the system keeps until they are accepted. */
const BACKLOG = 1_024
/** Milliseconds after stop() when the connections still open are cut. */
const STOP_DEADLINE = 1_000

/** Listens on every address, or none. @throws BindError */
export async function openTcp(options: TcpOptions): Promise<TcpListener> {
  const listener = new TcpServers(options)
  try {
    for (const listen of options.listen) await listener.listen(listen)
  } catch (error) {
    await listener.stop()
    throw error
  }
  return listener
}

class TcpServers implements TcpListener {
  readonly addresses: ListenAddress[] = []
  readonly limits: TcpLimits
  readonly stopped: Promise<void>
  readonly #cells: Float64Array
  readonly #handler: GuardedHandler
  readonly #exchange: TcpExchange
  readonly #servers: Server[] = []
  /** The least recently used first. */
  readonly #connections = new Set<TcpConnection>()
  readonly #byClient = new Map<string, Set<TcpConnection>>()
  readonly #timer: NodeJS.Timeout
  #stopping: Promise<void> | undefined
  #resolveStopped: () => void = () => {}
  #onEmpty: () => void = () => {}

  constructor({ handler, counters, stop, limits, onHandlerError }: TcpOptions) {
    this.limits = { ...DEFAULT_TCP_LIMITS, ...limits }
    this.#cells = new Float64Array(counters)
    this.#handler = new GuardedHandler(handler, this.#cells, TcpCounter.HandlerErrors, onHandlerError)
    this.#exchange = new TcpExchange(
      this.#handler,
      this.#cells,
      this.limits,
      (connection) => this.#used(connection),
      (connection) => this.#closed(connection),
    )
    this.stopped = new Promise((resolve) => {
      this.#resolveStopped = resolve
    })
    const flag = stop && new Int32Array(stop)
    this.#timer = setInterval(() => {
      this.#handler.refresh()
      const now = performance.now()
      for (const connection of this.#connections) connection.sweep(now)
      if (flag !== undefined && Atomics.load(flag, 0) !== 0) void this.stop()
    }, STOP_INTERVAL)
  }

  async listen(listen: ListenAddress): Promise<void> {
    // Half-open: a client that closes its side after its queries still waits for the replies.
    const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => this.#accept(socket))
    await new Promise<void>((resolve, reject) => {
      server.once('error', (error: NodeJS.ErrnoException) => {
        reject(new BindError('tcp', listen, error.code ?? 'unknown'))
      })
      server.listen(
        { host: listen.address, port: listen.port, backlog: BACKLOG, exclusive: true, ipv6Only: true },
        resolve,
      )
    })
    server.removeAllListeners('error')
    server.on('error', () => {
      this.#cells[TcpCounter.AcceptErrors]! += 1
    })
    this.#servers.push(server)
    const bound = server.address()
    const port = bound !== null && typeof bound === 'object' ? bound.port : listen.port
    this.addresses.push({ address: listen.address, port })
  }

  stop(): Promise<void> {
    this.#stopping ??= this.#stop()
    return this.#stopping
  }

  async #stop(): Promise<void> {
    const closed = this.#servers.map((server) => new Promise((resolve) => server.close(resolve)))
    // Takes in what has arrived already; the turn under way may have done its reading, so it takes a second.
    await new Promise((resolve) => setImmediate(() => setImmediate(resolve)))
    for (const connection of this.#connections) connection.close()
    const cut = setTimeout(() => {
      for (const connection of this.#connections) connection.destroy()
    }, STOP_DEADLINE)
    if (this.#connections.size > 0) {
      await new Promise<void>((resolve) => {
        this.#onEmpty = resolve
      })
    }
    await Promise.all(closed)
    clearTimeout(cut)
    clearInterval(this.#timer)
    this.#resolveStopped()
  }

  #accept(socket: Socket): void {
    const client = clientKey(socket.remoteAddress ?? '')
    const cells = this.#cells
    if (this.#stopping !== undefined || !this.#makeRoom(client)) {
      cells[TcpCounter.Refused]! += 1
      socket.resetAndDestroy()
      return
    }
    const connection = new TcpConnection(socket, client, this.#exchange)
    this.#connections.add(connection)
    const ofClient = this.#byClient.get(client)
    if (ofClient === undefined) this.#byClient.set(client, new Set([connection]))
    else ofClient.add(connection)
    cells[TcpCounter.Accepted]! += 1
    cells[TcpCounter.Open]! += 1
  }

  /**
   * Sees that one more connection keeps within the limits, if need be by closing the one used least recently. That serves
   * better than refusing: a newcomer has a question, an idle connection has had its answers and its client must expect
   * the close (RFC 7766 6.2.4), and idle connections opened to use up the limit push out one another.
   */
  #makeRoom(client: string): boolean {
    const now = performance.now()
    const ofClient = this.#byClient.get(client)
    if (ofClient !== undefined && ofClient.size >= this.limits.connectionsPerClient) {
      return this.#evict(
        [...ofClient].sort((a, b) => a.lastUsed - b.lastUsed),
        now,
      )
    }
    return this.#connections.size < this.limits.connections || this.#evict(this.#connections, now)
  }

  #evict(candidates: Iterable<TcpConnection>, now: number): boolean {
    for (const connection of candidates) {
      if (!connection.isEvictable(now)) continue
      this.#cells[TcpCounter.Evicted]! += 1
      connection.destroy()
      this.#remove(connection)
      return true
    }
    return false
  }

  #used(connection: TcpConnection): void {
    this.#connections.delete(connection)
    this.#connections.add(connection)
  }

  #closed(connection: TcpConnection): void {
    this.#remove(connection)
    if (this.#connections.size === 0) this.#onEmpty()
  }

  #remove(connection: TcpConnection): void {
    if (!this.#connections.delete(connection)) return
    this.#cells[TcpCounter.Open]! -= 1
    const ofClient = this.#byClient.get(connection.client)
    ofClient?.delete(connection)
    if (ofClient?.size === 0) this.#byClient.delete(connection.client)
  }
}
