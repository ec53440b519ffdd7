import { createSocket, type Socket } from 'node:dgram'
import { decode } from 'dns-packet'
import { isWildcard, type ListenAddress } from '../../net/index.ts'
import type { Name } from '../../wire/index.ts'
import { serialTimeBefore } from '../../zone/index.ts'

/** Milliseconds between two questions, and until a commit that does not show is given up. */
const INTERVAL = 5
const PATIENCE = 10_000

/** A header with QDCOUNT 1 (RFC 1035 4.1.1), and QTYPE SOA with QCLASS IN. */
const ONE_QUESTION = Buffer.from([0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0])
const SOA_IN = Buffer.from([0, 6, 0, 1])

interface Waiting {
  readonly serial: number
  readonly until: number
  readonly shown: () => void
}

/**
 * Asks the server's own listener for the zone's serial until it answers with what was committed: what a resolver would see,
 * through every layer that a resolver's query passes. It asks only while a commit waits to be seen.
 */
export class FeedProbe {
  readonly #question: Buffer
  readonly #address: ListenAddress
  #socket: Socket | undefined
  #waiting: Waiting[] = []
  #timer: NodeJS.Timeout | undefined

  /** @param listen one of the server's addresses */
  constructor(origin: Name, listen: ListenAddress) {
    this.#question = Buffer.concat([ONE_QUESTION, origin, SOA_IN])
    const { address, port } = listen
    const loopback = address.includes(':') ? '::1' : '127.0.0.1'
    this.#address = { address: isWildcard(address) ? loopback : address, port }
  }

  /** Calls back as soon as an answer shows this serial or a later one; never when none does within ten seconds. */
  await(serial: number, shown: () => void): void {
    this.#waiting.push({ serial, until: performance.now() + PATIENCE, shown })
    if (this.#timer === undefined) this.#ask()
  }

  close(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.#waiting = []
    this.#socket?.close()
    this.#socket = undefined
  }

  #ask(): void {
    const { address, port } = this.#address
    this.#waiting = this.#waiting.filter(({ until }) => performance.now() < until)
    this.#timer = undefined
    if (this.#waiting.length === 0) return
    this.#socket ??= this.#open()
    this.#socket.send(this.#question, port, address)
    this.#timer = setTimeout(() => this.#ask(), INTERVAL)
  }

  #open(): Socket {
    const socket = createSocket(this.#address.address.includes(':') ? 'udp6' : 'udp4')
    // A listener that does not answer is told by the patience that ends.
    socket.on('error', () => {})
    socket.on('message', (message) => this.#take(message))
    socket.unref()
    return socket
  }

  #take(message: Buffer): void {
    const serial = serialIn(message)
    if (serial === undefined) return
    const isShown = (wanted: number) => wanted === serial || serialTimeBefore(wanted, serial)
    const shown = this.#waiting.filter((waiting) => isShown(waiting.serial))
    this.#waiting = this.#waiting.filter((waiting) => !isShown(waiting.serial))
    for (const { shown: callBack } of shown) callBack()
  }
}

function serialIn(message: Buffer): number | undefined {
  try {
    const [answer] = decode(message).answers ?? []
    return answer?.type === 'SOA' ? answer.data.serial : undefined
  } catch {
    return undefined
  }
}
