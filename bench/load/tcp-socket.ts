import { type SocketAddress, socketAddress } from './address.ts'
import { LoadError } from './lanes.ts'
import * as libc from './libc.ts'

const ON = Int32Array.of(1)
/** Source addresses used in turn: the kernel keeps a port for a minute after its connection was closed. */
const SOURCES = 4096

/** Opens connections to one TCP server without waiting for them. */
export class TcpTarget {
  readonly #address: SocketAddress
  /** 127.64.0.0 and the following addresses, where the server is on loopback. */
  readonly #source: SocketAddress | undefined
  #turn = 0

  constructor(host: string, port: number) {
    this.#address = socketAddress(host, port)
    this.#source = host.startsWith('127.') ? socketAddress('127.64.0.0', 0) : undefined
  }

  /** @returns a descriptor that does not block, its connection under way, or -1 when the server is not there */
  connect(): number {
    const { family, octets } = this.#address
    const fd = libc.socket(family, libc.SOCK_STREAM | libc.SOCK_NONBLOCK, 0)
    if (fd < 0) throw new LoadError(`no socket: errno ${libc.errno()}`)
    libc.setsockopt(fd, libc.IPPROTO_TCP, libc.TCP_NODELAY, ON, 4)
    if (this.#source !== undefined) {
      this.#turn = (this.#turn + 1) % SOURCES
      this.#source.octets[6] = this.#turn >> 8
      this.#source.octets[7] = this.#turn & 255
      libc.setsockopt(fd, libc.SOL_IP, libc.IP_BIND_ADDRESS_NO_PORT, ON, 4)
      libc.bind(fd, this.#source.octets, this.#source.octets.length)
    }
    if (libc.connect(fd, octets, octets.length) < 0 && libc.errno() !== libc.EINPROGRESS) {
      libc.close(fd)
      return -1
    }
    return fd
  }
}

/** Room for what one connection receives. */
export class ReceiveBuffer {
  readonly octets: Uint8Array
  readonly #address: number
  /** Octets received and not yet taken. */
  filled = 0

  constructor(size: number) {
    this.octets = new Uint8Array(new ArrayBuffer(size))
    this.#address = libc.addressOf(this.octets.buffer as ArrayBuffer)
  }

  /** Reads what there is. @returns octets read, 0 at the end of the connection, -1 with errno otherwise */
  receive(fd: number): number {
    const count = libc.recv(fd, this.#address + this.filled, this.octets.length - this.filled, libc.MSG_DONTWAIT)
    if (count > 0) this.filled += count
    return count
  }

  /** Octets of the message that begins at `at`, its length before it; -1 while it is not whole. */
  messageLength(at: number): number {
    if (this.filled - at < 2) return -1
    const length = (this.octets[at]! << 8) | this.octets[at + 1]!
    return at + 2 + length <= this.filled ? length : -1
  }

  /** Forgets the first octets. */
  drop(count: number): void {
    if (count < this.filled) this.octets.copyWithin(0, count, this.filled)
    this.filled -= count
  }
}

/** Descriptors that poll waits on. */
export class PollSet {
  readonly #words: Int32Array
  readonly #address: number
  readonly #size: number

  constructor(size: number) {
    const memory = new ArrayBuffer(8 * size)
    this.#words = new Int32Array(memory)
    this.#address = libc.addressOf(memory)
    this.#size = size
  }

  /** @param fd negative: this place is passed over */
  set(place: number, fd: number, events: number): void {
    this.#words[2 * place] = fd
    this.#words[2 * place + 1] = events
  }

  /** Events seen at the last wait. */
  seen(place: number): number {
    return this.#words[2 * place + 1]! >>> 16
  }

  wait(milliseconds: number): void {
    libc.poll(this.#address, this.#size, milliseconds)
  }
}
