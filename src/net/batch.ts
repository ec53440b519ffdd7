import type { Libc } from './libc.ts'
import { MAX_UDP_QUERY, MAX_UDP_REPLY } from './oversize.ts'
import { SOCKADDR_IN_SIZE, SOCKADDR_IN6_SIZE } from './udp-socket.ts'

/** Packets a system call takes or gives at most. */
export const BATCH_SIZE = 64

/**
 * Layouts of 64-bit Linux (<bits/socket.h>, the same on x64 and arm64, little-endian both), in octets:
 *
 *   struct iovec    0 base pointer   8 length                                                          16
 *   struct msghdr   0 name pointer   8 name length (4)   16 iovec pointer   24 iovec count
 *                  32 control pointer   40 control length   48 flags (4)                               56
 *   struct mmsghdr  0 msghdr   56 message length (4)                                                   64
 *   struct cmsghdr  0 length (8)   8 level (4)   12 type (4)   16 data
 *   in_pktinfo      0 interface (4)   4 local address (4)   8 destination in the header (4)            12
 *   in6_pktinfo     0 address (16)   16 interface (4)                                                  20
 */
export const IOVEC = 16
export const MMSGHDR = 64
export const CMSG_DATA = 16
export const IN_PKTINFO_SPACE = CMSG_DATA + 16
export const IN6_PKTINFO_SPACE = CMSG_DATA + 24
const NAME_STRIDE = 32
const CONTROL_STRIDE = 64

/** Positions of the fields below in 4-octet words. */
const HEADER_WORDS = MMSGHDR / 4
export const NAME_POINTER = 0
export const VECTORS_POINTER = 4
export const CONTROL_POINTER = 8
export const CONTROL_LENGTH = 10
export const FLAGS = 12
export const MESSAGE_LENGTH = 14

/**
 * Slots start on different cache sets: were they a power of two apart, the first lines of all queries, the only ones
 * that most packets touch, would compete for the same few places in the cache.
 */
const SLOT_PADDING = 192

/**
 * Room for the packets of one batch, laid out once; shared by the sockets of a thread. A reply is written over its query:
 * that memory is in the nearest caches already, and header and question mostly stay.
 */
export class PacketSlots {
  readonly packets: readonly Uint8Array[]
  /** Where each slot starts, as the kernel counts. */
  readonly addresses: readonly number[]

  constructor(libc: Libc) {
    const size = Math.max(MAX_UDP_QUERY, MAX_UDP_REPLY)
    const stride = size + SLOT_PADDING
    const memory = new ArrayBuffer(BATCH_SIZE * stride)
    const start = libc.addressOf(memory)
    const slots = Array.from({ length: BATCH_SIZE }, (_, slot) => slot * stride)
    this.packets = slots.map((at) => new Uint8Array(memory, at, size))
    this.addresses = slots.map((at) => start + at)
  }
}

/**
 * The message headers of one socket for recvmmsg and sendmmsg over the slots. Everything that stays is written here
 * once; per packet there remain the length of a reply and, for a wildcard socket, the control lengths that the kernel
 * overwrites. (It writes back name lengths too, but a socket's family has one length only.)
 */
export class MessageHeaders {
  /** Addresses of the two mmsghdr arrays. */
  readonly receive: number
  readonly send: number
  readonly #memory: ArrayBuffer
  readonly #words: Uint32Array
  readonly #control: number
  readonly #receiveAt: number
  readonly #sendAt: number
  readonly #replyLengthAt: number
  readonly #controlAt: number
  readonly #family: 4 | 6
  /** Which slot each send header is for: whose sender it is addressed to, and whose octets it sends. */
  readonly #slotOf = new Uint8Array(BATCH_SIZE)
  /** The address of each slot's vector for sending, in two words. */
  readonly #replyVectors: Uint32Array

  constructor(libc: Libc, slots: PacketSlots, family: 4 | 6, wildcard: boolean) {
    const receive = 0
    const send = receive + BATCH_SIZE * MMSGHDR
    const queryVectors = send + BATCH_SIZE * MMSGHDR
    const replyVectors = queryVectors + BATCH_SIZE * IOVEC
    const names = replyVectors + BATCH_SIZE * IOVEC
    const controls = names + BATCH_SIZE * NAME_STRIDE
    this.#memory = new ArrayBuffer(controls + BATCH_SIZE * CONTROL_STRIDE)
    const start = libc.addressOf(this.#memory)
    this.#family = family
    this.#words = new Uint32Array(this.#memory)
    this.#control = wildcard ? (family === 4 ? IN_PKTINFO_SPACE : IN6_PKTINFO_SPACE) : 0
    this.receive = start + receive
    this.send = start + send
    this.#receiveAt = receive / 4
    this.#sendAt = send / 4
    this.#replyLengthAt = replyVectors / 4 + 2
    this.#controlAt = controls / 4

    const quads = new BigUint64Array(this.#memory)
    const vectorAddresses = Array.from({ length: BATCH_SIZE }, (_, slot) => BigInt(start + replyVectors + slot * IOVEC))
    this.#replyVectors = new Uint32Array(BigUint64Array.from(vectorAddresses).buffer)
    for (let slot = 0; slot < BATCH_SIZE; slot++) {
      const vector = (at: number, base: number, length: number) => {
        quads[(at + slot * IOVEC) / 8] = BigInt(base)
        quads[(at + slot * IOVEC) / 8 + 1] = BigInt(length)
      }
      vector(queryVectors, slots.addresses[slot]!, MAX_UDP_QUERY)
      vector(replyVectors, slots.addresses[slot]!, 0)
      const header = (at: number, vectors: number) => {
        const quad = (at + slot * MMSGHDR) / 8
        quads[quad] = BigInt(start + names + slot * NAME_STRIDE)
        quads[quad + 1] = BigInt(family === 4 ? SOCKADDR_IN_SIZE : SOCKADDR_IN6_SIZE)
        quads[quad + 2] = BigInt(start + vectors + slot * IOVEC)
        quads[quad + 3] = 1n
        if (wildcard) quads[quad + 4] = BigInt(start + controls + slot * CONTROL_STRIDE)
        quads[quad + 5] = BigInt(this.#control)
      }
      header(receive, queryVectors)
      header(send, replyVectors)
      this.#slotOf[slot] = slot
    }
  }

  /** Octets that arrived in a slot. */
  queryLength(slot: number): number {
    return this.#words[this.#receiveAt + slot * HEADER_WORDS + MESSAGE_LENGTH]!
  }

  /** True when the packet was longer than the slot (MSG_TRUNC). */
  wasCut(slot: number, flag: number): boolean {
    return (this.#words[this.#receiveAt + slot * HEADER_WORDS + FLAGS]! & flag) !== 0
  }

  /** Makes send header `reply` send the first `length` octets of a slot to the one whom its query came from. */
  address(reply: number, slot: number, length: number): void {
    const words = this.#words
    words[this.#replyLengthAt + slot * (IOVEC / 4)] = length
    const to = this.#sendAt + reply * HEADER_WORDS
    const from = this.#receiveAt + slot * HEADER_WORDS
    if (this.#slotOf[reply] !== slot) {
      this.#slotOf[reply] = slot
      words[to + VECTORS_POINTER] = this.#replyVectors[2 * slot]!
      words[to + VECTORS_POINTER + 1] = this.#replyVectors[2 * slot + 1]!
      words[to + NAME_POINTER] = words[from + NAME_POINTER]!
      words[to + NAME_POINTER + 1] = words[from + NAME_POINTER + 1]!
      words[to + CONTROL_POINTER] = words[from + CONTROL_POINTER]!
      words[to + CONTROL_POINTER + 1] = words[from + CONTROL_POINTER + 1]!
    }
    if (this.#control === 0) return
    words[to + CONTROL_LENGTH] = words[from + CONTROL_LENGTH]!
    const data = this.#controlAt + slot * (CONTROL_STRIDE / 4) + CMSG_DATA / 4
    // Sent back as it came, the control message sets the source address. The interface is left out: the reply takes
    // the way that the routing table says, which need not be the one the query came by.
    words[data + (this.#family === 4 ? 0 : 4)] = 0
  }

  /** Makes the first `count` receive headers ready for another call. */
  rearm(count: number): void {
    if (this.#control === 0) return
    for (let slot = 0; slot < count; slot++) {
      this.#words[this.#receiveAt + slot * HEADER_WORDS + CONTROL_LENGTH] = this.#control
    }
  }

  /** Octets that send header `reply` sends. */
  replyLength(reply: number): number {
    return this.#words[this.#replyLengthAt + this.#slotOf[reply]! * (IOVEC / 4)]!
  }
}
