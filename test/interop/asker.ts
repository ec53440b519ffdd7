import { createSocket, type Socket as UdpSocket } from 'node:dgram'
import { connect, type Socket as TcpSocket } from 'node:net'

interface Waiting {
  readonly query: Buffer
  readonly resolve: (reply: Buffer | undefined) => void
  readonly timer: NodeJS.Timeout
  retried: boolean
}

/** The query with another message id, in a buffer of its own. */
function withId(query: Uint8Array, id: number): Buffer {
  const copy = Buffer.from(query)
  if (copy.length >= 2) copy.writeUInt16BE(id, 0)
  return copy
}

/** Queries in flight, by message id. */
class Pending {
  readonly #waiting = new Map<number, Waiting>()
  #next = 1

  add(
    query: Uint8Array,
    timeoutMs: number,
    resolve: (reply: Buffer | undefined) => void,
  ): { id: number; wire: Buffer } {
    if (this.#waiting.size > 60_000) throw new Error('too many queries in flight')
    while (this.#waiting.has(this.#next)) this.#next = (this.#next + 1) & 0xffff
    const id = this.#next
    this.#next = (id + 1) & 0xffff
    const wire = withId(query, id)
    const timer = setTimeout(() => this.settle(id, undefined), timeoutMs)
    this.#waiting.set(id, { query: wire, resolve, timer, retried: false })
    return { id, wire }
  }

  settle(id: number, reply: Buffer | undefined): void {
    const waiting = this.#waiting.get(id)
    if (waiting === undefined) return
    this.#waiting.delete(id)
    clearTimeout(waiting.timer)
    waiting.resolve(reply)
  }

  ids(): number[] {
    return [...this.#waiting.keys()]
  }

  get(id: number): Waiting | undefined {
    return this.#waiting.get(id)
  }
}

/** Asks one server over UDP from one socket. */
export class UdpAsker {
  readonly #socket: UdpSocket
  readonly #connected: Promise<void>
  readonly #pending = new Pending()
  #unsolicited = 0

  constructor(host: string, port: number) {
    this.#socket = createSocket({ type: host.includes(':') ? 'udp6' : 'udp4', recvBufferSize: 4 << 20 })
    this.#socket.on('error', () => {}) // a refused port shows as a query without a reply
    this.#socket.on('message', (reply) => {
      const id = reply.length >= 2 ? reply.readUInt16BE(0) : -1
      if (this.#pending.get(id) === undefined) this.#unsolicited++
      else this.#pending.settle(id, reply)
    })
    this.#connected = new Promise((resolve) => this.#socket.connect(port, host, resolve))
  }

  /** Replies that answered nothing asked, such as a second reply to one query. */
  get unsolicited(): number {
    return this.#unsolicited
  }

  /** Sends the query under an id of its own. Undefined: no reply in time. The reply carries that id. */
  async ask(query: Uint8Array, timeoutMs: number): Promise<Buffer | undefined> {
    await this.#connected
    return new Promise((resolve) => {
      const { id, wire } = this.#pending.add(query, timeoutMs, resolve)
      this.#socket.send(wire, (error) => {
        if (error) this.#pending.settle(id, undefined)
      })
    })
  }

  close(): void {
    for (const id of this.#pending.ids()) this.#pending.settle(id, undefined)
    this.#socket.close()
  }
}

/** Asks one server over one TCP connection, many queries at a time (RFC 7766 6.2.1.1); opens a new one when it ends. */
export class TcpAsker {
  readonly #host: string
  readonly #port: number
  readonly #pending = new Pending()
  #socket: TcpSocket | undefined
  #received: Buffer = Buffer.alloc(0)

  constructor(host: string, port: number) {
    this.#host = host
    this.#port = port
  }

  #open(): TcpSocket {
    if (this.#socket !== undefined) return this.#socket
    const socket = connect({ host: this.#host, port: this.#port, noDelay: true })
    this.#socket = socket
    this.#received = Buffer.alloc(0)
    socket.on('error', () => {})
    socket.on('data', (chunk) => this.#read(chunk))
    socket.on('end', () => socket.destroy())
    socket.on('close', () => {
      if (this.#socket === socket) this.#socket = undefined
      this.#again()
    })
    return socket
  }

  #read(chunk: Buffer): void {
    this.#received = this.#received.length === 0 ? chunk : Buffer.concat([this.#received, chunk])
    let at = 0
    while (this.#received.length - at >= 2) {
      const length = this.#received.readUInt16BE(at)
      if (this.#received.length - at - 2 < length) break
      const reply = Buffer.from(this.#received.subarray(at + 2, at + 2 + length))
      at += 2 + length
      if (reply.length >= 2) this.#pending.settle(reply.readUInt16BE(0), reply)
    }
    this.#received = this.#received.subarray(at)
  }

  /** A server may close an idle connection just as we ask (RFC 7766 6.2.4): what was not answered is asked once more. */
  #again(): void {
    for (const id of this.#pending.ids()) {
      const waiting = this.#pending.get(id)!
      if (waiting.retried) this.#pending.settle(id, undefined)
      else {
        waiting.retried = true
        this.#send(waiting.query)
      }
    }
  }

  #send(wire: Buffer): void {
    const framed = Buffer.alloc(wire.length + 2)
    framed.writeUInt16BE(wire.length, 0)
    framed.set(wire, 2)
    this.#open().write(framed)
  }

  /** As {@link UdpAsker.ask}. */
  ask(query: Uint8Array, timeoutMs: number): Promise<Buffer | undefined> {
    return new Promise((resolve) => this.#send(this.#pending.add(query, timeoutMs, resolve).wire))
  }

  close(): void {
    for (const id of this.#pending.ids()) this.#pending.settle(id, undefined)
    this.#socket?.destroy()
  }
}

/** Runs `work` over all items, at most `width` at a time; results in the items' order. */
export async function mapConcurrent<T, R>(
  items: readonly T[],
  width: number,
  work: (item: T) => Promise<R>,
): Promise<R[]> {
  const results: R[] = new Array(items.length)
  let next = 0
  const lane = async () => {
    while (next < items.length) {
      const i = next++
      results[i] = await work(items[i]!)
    }
  }
  await Promise.all(Array.from({ length: Math.min(width, items.length) }, lane))
  return results
}
