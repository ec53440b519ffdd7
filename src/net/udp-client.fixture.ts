import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import type { ListenAddress } from './address.ts'

/** A client socket connected to one server address, so that it gets replies from that very address and no other. */
export class UdpClient {
  readonly received: Buffer[] = []
  readonly #socket: Socket

  private constructor(socket: Socket) {
    this.#socket = socket
    socket.on('message', (message) => this.received.push(message))
    // A refused packet (nobody listens any more) is for the test to notice by the missing reply.
    socket.on('error', () => {})
  }

  static async connect({ address, port }: ListenAddress): Promise<UdpClient> {
    const socket = createSocket({ type: address.includes(':') ? 'udp6' : 'udp4' })
    socket.connect(port, address)
    await once(socket, 'connect')
    socket.setRecvBufferSize(4 * 1024 * 1024)
    return new UdpClient(socket)
  }

  get port(): number {
    return this.#socket.address().port
  }

  /** Resolves when the system has the packet; over loopback it then lies in the server's buffer. */
  async send(message: Uint8Array): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#socket.send(message, (error) => (error === null ? resolve() : reject(error)))
    })
  }

  /**
   * Sends as many messages at once as the buffers of both ends surely hold, so that none is lost, then pauses.
   * @param smallServerBuffer whether the server told that its buffer is smaller than wanted
   */
  async sendAll(messages: readonly Uint8Array[], smallServerBuffer: boolean): Promise<void> {
    const group = Math.floor(Math.min(this.#socket.getRecvBufferSize(), smallServerBuffer ? 1 << 18 : 1 << 23) / 2_304)
    for (let at = 0; at < messages.length; at += group) {
      if (at > 0) await new Promise((resolve) => setTimeout(resolve, 50))
      await Promise.all(messages.slice(at, at + group).map((message) => this.send(message)))
    }
  }

  /** The messages received once there are `count`, or after `milliseconds` whatever there is. */
  async receive(count: number, milliseconds = 5_000): Promise<Buffer[]> {
    const end = performance.now() + milliseconds
    while (this.received.length < count && performance.now() < end) {
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
    return this.received
  }

  close(): void {
    this.#socket.close()
  }
}

/** A 16-octet or longer message: id, flags, `order` behind the header (see Order), then `tag`. */
export function testQuery(id: number, order: number, tag: number, length = 17): Buffer {
  const message = Buffer.alloc(length)
  message.writeUInt16BE(id, 0)
  message[12] = order
  message.writeUInt32BE(tag, 13)
  return message
}
