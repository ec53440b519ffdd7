import { performance } from 'node:perf_hooks'
import { socketAddress } from './address.ts'
import { Batch } from './batch.ts'
import * as libc from './libc.ts'
import type { QuerySet } from './query-set.ts'
import { HEADER, type LoadResult, Tally } from './tally.ts'

/** Messages to a system call. */
export const BATCH = 64
const REPLY_ROOM = 4096
const SOCKET_BUFFER = 8 << 20
/** Ids in use at once on a lane, less room for those whose time is not over. */
const IDS = 65_000

export class LoadError extends Error {}

export interface LaneOptions {
  /** IPv4 or IPv6 address in text. */
  readonly host: string
  readonly port: number
  readonly sockets: number
  /** After this many milliseconds a query counts as timed out. */
  readonly timeoutMs: number
  /** The query to begin with; 0 unless said. */
  readonly first?: number
  /** Looks at each reply that was awaited: its octets from `at` on, and the lane it came by. */
  readonly inspect?: (octets: Uint8Array, at: number, length: number, lane: number) => void
}

/** One connected socket and its queries in flight: ids are given in turn, so the oldest is always at the tail. */
export interface Lane {
  readonly fd: number
  /** Milliseconds at which the query of that id was sent, or -1 when it is not in flight. */
  readonly sentAt: Float64Array
  head: number
  tail: number
  inFlight: number
}

function openLane(host: string, port: number): Lane {
  const { family, octets } = socketAddress(host, port)
  const fd = libc.socket(family, libc.SOCK_DGRAM, 0)
  if (fd < 0) throw new LoadError(`no socket: errno ${libc.errno()}`)
  const size = Int32Array.of(SOCKET_BUFFER)
  libc.setsockopt(fd, libc.SOL_SOCKET, libc.SO_RCVBUF, size, 4)
  libc.setsockopt(fd, libc.SOL_SOCKET, libc.SO_SNDBUF, size, 4)
  if (libc.connect(fd, octets, octets.length) < 0)
    throw new LoadError(`cannot connect to ${host}: errno ${libc.errno()}`)
  return { fd, sentAt: new Float64Array(65536).fill(-1), head: 0, tail: 0, inFlight: 0 }
}

/** UDP sockets to one server, over which the queries of a set go out in turn and replies come in, in batches. */
export class Lanes {
  readonly all: readonly Lane[]
  readonly tally = new Tally()
  readonly #queries: QuerySet
  readonly #timeoutMs: number
  readonly #outgoing = new Batch(BATCH)
  readonly #incoming = new Batch(BATCH)
  readonly #replies = new Uint8Array(new ArrayBuffer(BATCH * REPLY_ROOM))
  readonly #polled: Int32Array
  readonly #pollAt: number
  readonly #inspect: LaneOptions['inspect']
  #next: number

  constructor(queries: QuerySet, options: LaneOptions) {
    this.#queries = queries
    this.#timeoutMs = options.timeoutMs
    this.#inspect = options.inspect
    this.#next = (options.first ?? 0) % queries.count
    this.all = Array.from({ length: options.sockets }, () => openLane(options.host, options.port))
    const repliesAt = libc.addressOf(this.#replies.buffer as ArrayBuffer)
    for (let i = 0; i < BATCH; i++) this.#incoming.set(i, repliesAt + i * REPLY_ROOM, REPLY_ROOM)
    // struct pollfd: the descriptor, then the events asked for and those seen, 16 bits each
    const memory = new ArrayBuffer(8 * this.all.length)
    this.#polled = new Int32Array(memory)
    for (const [i, lane] of this.all.entries()) this.#polled.set([lane.fd, libc.POLLIN], 2 * i)
    this.#pollAt = libc.addressOf(memory)
  }

  /** How many queries a lane may send now without using an id that is still awaited. */
  room(lane: Lane): number {
    return Math.min(BATCH, IDS - ((lane.head - lane.tail) & 0xffff))
  }

  /**
   * Sends up to `room` queries, whose latency counts from `now` on, each `interval` after the one before.
   * @param now milliseconds, as performance.now() gives them
   * @param interval milliseconds
   * @param chosen places of the queries in the set; those whose turn it is when absent
   * @returns how many the kernel took
   */
  send(lane: Lane, room: number, now: number, interval: number, chosen?: readonly number[]): number {
    const queries = this.#queries
    for (let i = 0; i < room; i++) {
      const place = chosen?.[i] ?? this.#next
      const at = queries.offsets[place]!
      // the query itself is the send buffer: the kernel copies it before it is asked again
      const id = (lane.head + i) & 0xffff
      queries.octets[at] = id >> 8
      queries.octets[at + 1] = id & 0xff
      this.#outgoing.set(i, queries.address + at, queries.lengths[place]!)
      if (chosen === undefined) this.#next = place + 1 === queries.count ? 0 : place + 1
    }
    const count = Math.max(0, libc.sendmmsg(lane.fd, this.#outgoing.headers, room, libc.MSG_DONTWAIT))
    for (let i = 0; i < count; i++) lane.sentAt[(lane.head + i) & 0xffff] = now + i * interval
    lane.head = (lane.head + count) & 0xffff
    lane.inFlight += count
    this.tally.sent += count
    return count
  }

  /** Takes what replies there are, a batch at most. @returns whether there were any */
  receive(lane: Lane): boolean {
    const count = libc.recvmmsg(lane.fd, this.#incoming.headers, BATCH, libc.MSG_DONTWAIT, 0)
    if (count <= 0) return false
    const now = performance.now()
    const number = this.all.indexOf(lane)
    for (let i = 0; i < count; i++) {
      const length = this.#incoming.received(i)
      const at = i * REPLY_ROOM
      const id = (this.#replies[at]! << 8) | this.#replies[at + 1]!
      const started = lane.sentAt[id]!
      if (length < HEADER || started < 0) {
        this.tally.unexpected++
        continue
      }
      lane.sentAt[id] = -1
      lane.inFlight--
      this.tally.reply(this.#replies, at, length, now - started)
      this.#inspect?.(this.#replies, at, length, number)
    }
    return true
  }

  /** Frees the ids of answered queries at the tails, and of those that waited too long. */
  expire(now: number): void {
    for (const lane of this.all) {
      while (lane.tail !== lane.head) {
        const started = lane.sentAt[lane.tail]!
        if (started >= 0) {
          if (now - started < this.#timeoutMs) break
          lane.sentAt[lane.tail] = -1
          lane.inFlight--
          this.tally.timeouts++
        }
        lane.tail = (lane.tail + 1) & 0xffff
      }
    }
  }

  get inFlight(): number {
    return this.all.reduce((sum, lane) => sum + lane.inFlight, 0)
  }

  /** Waits for a reply, a millisecond at most. */
  wait(): void {
    libc.poll(this.#pollAt, this.all.length, 1)
  }

  /** Closes the sockets. @param seconds how long the load took */
  finish(seconds: number, tenths?: readonly number[]): LoadResult {
    for (const lane of this.all) libc.close(lane.fd)
    return this.tally.result(seconds, tenths)
  }
}
