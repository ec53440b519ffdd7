import { connect, type Socket } from 'node:net'
import type { Handler, Transport } from './handler.ts'

/** Orders to the test's handler, in a message's first octet: R a reply as long as octets 1 and 2 say, S silence, T throw; else echo. */
export class OrderedHandler implements Handler {
  answered = 0
  refreshed = 0
  transports = new Set<Transport>()

  answer(query: Uint8Array, length: number, reply: Uint8Array, transport: Transport): number {
    this.answered++
    this.transports.add(transport)
    const order = String.fromCharCode(query[0] ?? 0)
    if (length < 3 || order === 'S') return 0
    if (order === 'T') throw new Error('ordered to fail')
    const size = order === 'R' ? (query[1]! << 8) | query[2]! : length
    for (let at = 0; at < size; at++) reply[at] = query[at % length]!
    return size
  }

  refresh(): void {
    this.refreshed++
  }
}

export function prefixed(message: Uint8Array): Buffer {
  return Buffer.concat([Buffer.from([message.length >> 8, message.length & 255]), message])
}

export class TcpClient {
  readonly socket: Socket
  ended = false
  closed = false
  failed: string | undefined
  #chunks: Buffer[] = []

  constructor(port: number, address = '127.0.0.1', options: { allowHalfOpen?: boolean; localAddress?: string } = {}) {
    this.socket = connect({ port, host: address, noDelay: true, ...options })
    this.socket.on('data', (chunk: Buffer) => {
      this.#chunks.push(chunk)
    })
    this.socket.on('end', () => {
      this.ended = true
    })
    this.socket.on('close', () => {
      this.closed = true
    })
    this.socket.on('error', (error: NodeJS.ErrnoException) => {
      this.failed = error.code
    })
  }

  send(...messages: readonly (string | Uint8Array)[]): void {
    this.socket.write(Buffer.concat(messages.map((m) => prefixed(Buffer.from(m)))))
  }

  get octets(): Buffer {
    if (this.#chunks.length > 1) this.#chunks = [Buffer.concat(this.#chunks)]
    return this.#chunks[0] ?? Buffer.alloc(0)
  }

  /** The messages received so far. */
  get messages(): Buffer[] {
    const messages: Buffer[] = []
    const { octets } = this
    for (let at = 0; at + 2 <= octets.length; ) {
      const end = at + 2 + octets.readUInt16BE(at)
      if (end > octets.length) break
      messages.push(octets.subarray(at + 2, end))
      at = end
    }
    return messages
  }

  async receive(count: number): Promise<string[]> {
    await until(() => this.messages.length >= count || this.closed)
    return this.messages.map((m) => m.toString('latin1'))
  }
}

export async function until(condition: () => boolean, milliseconds = 5_000): Promise<boolean> {
  const end = performance.now() + milliseconds
  while (!condition()) {
    if (performance.now() > end) return false
    await pause(5)
  }
  return true
}

export const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds))
