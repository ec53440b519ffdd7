import { createSocket, type Socket } from 'node:dgram'
import { RRType } from '../../src/iana/index.ts'
import { answerCount, getUint16, HEADER_LENGTH, messageId, nameLength, skipName } from '../../src/wire/index.ts'
import { QueryWriter } from '../load/query-set.ts'

/** Milliseconds until a query is put again. */
const INTERVAL = 2

/** Asks for the DS of a name until the answer is as it should be. */
export class DsWatcher {
  readonly #socket: Socket
  #id = 0
  #taken: ((reply: Uint8Array) => void) | undefined

  private constructor(socket: Socket) {
    this.#socket = socket
    socket.on('message', (reply) => this.#taken?.(reply))
  }

  static async open(host: string, port: number): Promise<DsWatcher> {
    const socket = createSocket('udp4')
    await new Promise<void>((resolve) => socket.connect(port, host, resolve))
    return new DsWatcher(socket)
  }

  /** Resolves when an answer holds the one DS record with this key tag. */
  until(name: Uint8Array, tag: number): Promise<void> {
    const writer = new QueryWriter()
    writer.add(new Uint8Array(), name, RRType.DS, { payload: 1232, dnssecOk: false })
    const query = writer.octets.slice(2)
    return new Promise((resolve) => {
      const ask = () => {
        this.#id = (this.#id + 1) & 0xffff
        query[0] = this.#id >>> 8
        query[1] = this.#id
        this.#socket.send(query)
      }
      const timer = setInterval(ask, INTERVAL)
      this.#taken = (reply) => {
        if (messageId(reply) !== this.#id || answerCount(reply) !== 1) return
        const record = skipName(reply, HEADER_LENGTH + nameLength(reply, HEADER_LENGTH) + 4, reply.length)
        if (getUint16(reply, record + 10) !== tag) return
        clearInterval(timer)
        this.#taken = undefined
        resolve()
      }
      ask()
    })
  }

  close(): void {
    this.#socket.close()
  }
}
