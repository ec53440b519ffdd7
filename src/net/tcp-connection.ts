import type { Socket } from 'node:net'
import { TcpCounter } from './counters.ts'
import type { GuardedHandler } from './guard.ts'
import { Transport } from './handler.ts'
import type { TcpLimits } from './tcp.ts'
import { MAX_TCP_MESSAGE, MessageFramer, PREFIX } from './tcp-framing.ts'

/** Milliseconds that a connection closed from this side waits for the client to close its own. */
const LINGER = 1_000

/** What all connections of a listener use: they take turns, so that one of each suffices. */
export class TcpExchange {
  readonly query = Buffer.alloc(MAX_TCP_MESSAGE)
  readonly reply = Buffer.alloc(MAX_TCP_MESSAGE)
  /** Replies, each behind its length prefix, that go out in one write. */
  readonly outbox = Buffer.alloc(PREFIX + MAX_TCP_MESSAGE)
  readonly handler: GuardedHandler
  readonly cells: Float64Array
  readonly limits: TcpLimits
  readonly onUsed: (connection: TcpConnection) => void
  readonly onClosed: (connection: TcpConnection) => void

  constructor(
    handler: GuardedHandler,
    cells: Float64Array,
    limits: TcpLimits,
    onUsed: (connection: TcpConnection) => void,
    onClosed: (connection: TcpConnection) => void,
  ) {
    this.handler = handler
    this.cells = cells
    this.limits = limits
    this.onUsed = onUsed
    this.onClosed = onClosed
  }
}

/**
 * One connection: messages in, replies out, in the order of the messages. When the client does not take its replies,
 * nothing more is read from it until it does, so that it occupies no more than one read, one incomplete message, and
 * TcpLimits.pendingOutput plus one reply.
 */
export class TcpConnection {
  readonly client: string
  readonly #socket: Socket
  readonly #exchange: TcpExchange
  readonly #framer = new MessageFramer()
  /** Times below are milliseconds of performance.now(); -1 when what they time is not going on. */
  #lastUsed: number
  #partialSince = -1
  #writingSince = -1
  #closingSince = -1
  #writes = 0
  #paused = false
  #ended = false
  readonly #written = () => this.#onWritten()

  /** @param client whose connection it is, for the limit per client */
  constructor(socket: Socket, client: string, exchange: TcpExchange) {
    this.client = client
    this.#socket = socket
    this.#exchange = exchange
    this.#lastUsed = performance.now()
    socket.on('data', (chunk: Buffer) => this.#onData(chunk))
    socket.on('end', () => {
      this.#ended = true
      this.#process()
    })
    socket.on('error', () => {
      exchange.cells[TcpCounter.SocketErrors]! += 1
    })
    socket.on('close', () => exchange.onClosed(this))
  }

  /** When the last message was answered, or else the connection accepted. */
  get lastUsed(): number {
    return this.#lastUsed
  }

  /** True when it may be closed to make room for another: no reply of its own is under way. */
  isEvictable(now: number): boolean {
    return this.#closingSince >= 0 || (this.#writes === 0 && now - this.#lastUsed >= this.#exchange.limits.grace)
  }

  /** Closes when a time is up. */
  sweep(now: number): void {
    const { limits, cells } = this.#exchange
    if (this.#writes > 0 && now - this.#writingSince >= limits.writeTimeout) {
      cells[TcpCounter.WriteTimeouts]! += 1
      // A reset, since replies that the client does not take would go on occupying the system's memory.
      this.#socket.resetAndDestroy()
    } else if (this.#closingSince >= 0) {
      if (this.#writes === 0 && now - this.#closingSince >= LINGER) this.#socket.destroy()
    } else if (this.#partialSince >= 0 && now - this.#partialSince >= limits.messageTimeout) {
      cells[TcpCounter.MessageTimeouts]! += 1
      this.#socket.resetAndDestroy()
    } else if (this.#writes === 0 && this.#partialSince < 0 && now - this.#lastUsed >= limits.idleTimeout) {
      cells[TcpCounter.IdleTimeouts]! += 1
      this.close()
    }
  }

  /** Closes at once. */
  destroy(): void {
    this.#socket.destroy()
  }

  /** Reads nothing more, sends what is due, and closes. */
  close(): void {
    if (this.#closingSince >= 0) return
    this.#closingSince = performance.now()
    this.#socket.end()
    // Closing with unread octets would reset the connection, and the reset could overtake the last replies.
    this.#socket.resume()
  }

  #onData(chunk: Buffer): void {
    if (this.#closingSince >= 0) return
    this.#framer.push(chunk)
    this.#process()
  }

  #onWritten(): void {
    this.#writes--
    this.#writingSince = this.#writes > 0 ? performance.now() : -1
    if (this.#closingSince >= 0) this.#closingSince = performance.now()
    else if (this.#paused) this.#process()
  }

  /** Answers what has arrived, as far as the client takes its replies. */
  #process(): void {
    if (this.#closingSince >= 0 || this.#socket.destroyed) return
    const { handler, cells, limits, query, reply, outbox } = this.#exchange
    handler.refresh()
    const answeredBefore = cells[TcpCounter.MessagesOut]!
    let staged = 0
    let hopeless = false
    while (this.#socket.writableLength + staged < limits.pendingOutput) {
      const length = this.#framer.next(query)
      if (length < 0) break
      cells[TcpCounter.MessagesIn]! += 1
      cells[TcpCounter.OctetsIn]! += length
      const size = handler.answer(query, length, reply, Transport.Tcp)
      if (size <= 0) {
        // Whoever sends what deserves no reply (a response, less than a header) is out of step, and would otherwise
        // wait for one: closing tells it at once.
        if (size === 0) cells[TcpCounter.Unanswered]! += 1
        hopeless = true
        break
      }
      if (staged + PREFIX + size > outbox.length) {
        this.#write(staged)
        staged = 0
      }
      // Prefix and message in one write (RFC 7766 8), and the replies to all messages of one read too.
      outbox.writeUInt16BE(size, staged)
      reply.copy(outbox, staged + PREFIX, 0, size)
      staged += PREFIX + size
      cells[TcpCounter.MessagesOut]! += 1
      cells[TcpCounter.OctetsOut]! += size
    }
    if (staged > 0) this.#write(staged)
    const now = performance.now()
    if (cells[TcpCounter.MessagesOut]! > answeredBefore) {
      this.#lastUsed = now
      this.#partialSince = -1
      this.#exchange.onUsed(this)
    }
    if (hopeless) {
      this.close()
      return
    }
    this.#setPaused(this.#framer.hasUnread)
    // While its replies wait, the rest of a message may lie unread here: that is not the client's slowness in writing.
    if (!this.#framer.isPartial || this.#paused) this.#partialSince = -1
    else if (this.#partialSince < 0) this.#partialSince = now
    // A client that has closed its side still gets the replies to all it sent.
    if (this.#ended && !this.#framer.hasUnread) this.close()
  }

  #write(length: number): void {
    if (this.#writes === 0) this.#writingSince = performance.now()
    this.#writes++
    this.#socket.write(Buffer.from(this.#exchange.outbox.subarray(0, length)), this.#written)
  }

  #setPaused(paused: boolean): void {
    if (paused === this.#paused) return
    this.#paused = paused
    if (paused) this.#socket.pause()
    else this.#socket.resume()
  }
}
