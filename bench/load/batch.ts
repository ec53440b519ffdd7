import { addressOf } from './libc.ts'

/** struct mmsghdr and struct iovec of 64-bit Linux. */
const MMSGHDR = 64
const MSG_IOV = 16
const MSG_IOVLEN = 24
const MSG_LEN = 56
const IOVEC = 16

/** The headers of a batch of messages for sendmmsg or recvmmsg, one buffer each, laid out once. */
export class Batch {
  /** Address of the array of struct mmsghdr. */
  readonly headers: number
  readonly #words: Uint32Array
  readonly #iovecs: number

  constructor(size: number) {
    const memory = new ArrayBuffer(size * (MMSGHDR + IOVEC))
    this.headers = addressOf(memory)
    this.#words = new Uint32Array(memory)
    this.#iovecs = size * MMSGHDR
    for (let i = 0; i < size; i++) {
      this.#pointer(i * MMSGHDR + MSG_IOV, this.headers + this.#iovecs + i * IOVEC)
      this.#words[(i * MMSGHDR + MSG_IOVLEN) >> 2] = 1
    }
  }

  #pointer(at: number, address: number): void {
    this.#words[at >> 2] = address >>> 0
    this.#words[(at >> 2) + 1] = Math.floor(address / 4294967296)
  }

  /** Gives message `i` its octets. */
  set(i: number, address: number, length: number): void {
    const at = this.#iovecs + i * IOVEC
    this.#pointer(at, address)
    this.#words[(at + 8) >> 2] = length
  }

  /** Octets that recvmmsg put into message `i`. */
  received(i: number): number {
    return this.#words[(i * MMSGHDR + MSG_LEN) >> 2]!
  }
}
