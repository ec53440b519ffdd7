import { isIPv6 } from 'node:net'
import { performance } from 'node:perf_hooks'
import { Batch } from './batch.ts'
import { Histogram } from './histogram.ts'
import * as libc from './libc.ts'
import type { QuerySet } from './queries.ts'

const BATCH = 64
const REPLY_ROOM = 4096
const SOCKET_BUFFER = 8 << 20
/** Octets of a reply's header that are read. */
const HEADER = 12

export interface BlastOptions {
  /** IPv4 or IPv6 address in text. */
  readonly host: string
  readonly port: number
  readonly seconds: number
  readonly sockets: number
  /** Queries in flight on each socket. */
  readonly window: number
  /** After this many milliseconds a query counts as timed out. */
  readonly timeoutMs: number
}

export interface BlastResult {
  readonly seconds: number
  readonly sent: number
  readonly received: number
  readonly timeouts: number
  /** Replies to nothing that was in flight: late, doubled, or not ours. */
  readonly unexpected: number
  readonly octets: number
  readonly truncated: number
  readonly rcodes: ReadonlyMap<number, number>
  readonly latency: Histogram
}

/** One connected socket and its queries in flight: ids are given in turn, so the oldest is always at the tail. */
interface Lane {
  readonly fd: number
  /** Milliseconds at which the query of that id was sent, or -1 when it is not in flight. */
  readonly sentAt: Float64Array
  head: number
  tail: number
  inFlight: number
}

export class BlastError extends Error {}

function socketAddress(host: string, port: number): { family: number; octets: Uint8Array } {
  const v6 = isIPv6(host)
  const octets = new Uint8Array(v6 ? 28 : 16)
  const view = new DataView(octets.buffer)
  view.setUint16(0, v6 ? libc.AF_INET6 : libc.AF_INET, true)
  view.setUint16(2, port)
  if (v6) {
    const [left = '', right] = host.split('::')
    const groups = (text: string) => (text === '' ? [] : text.split(':').map((group) => Number.parseInt(group, 16)))
    const first = groups(left)
    const last = right === undefined ? [] : groups(right)
    for (const [i, group] of first.entries()) view.setUint16(8 + 2 * i, group)
    for (const [i, group] of last.entries()) view.setUint16(24 - 2 * last.length + 2 * i, group)
  } else octets.set(host.split('.').map(Number), 4)
  return { family: v6 ? libc.AF_INET6 : libc.AF_INET, octets }
}

function openLane(host: string, port: number): Lane {
  const { family, octets } = socketAddress(host, port)
  const fd = libc.socket(family, libc.SOCK_DGRAM, 0)
  if (fd < 0) throw new BlastError(`no socket: errno ${libc.errno()}`)
  const size = Int32Array.of(SOCKET_BUFFER)
  libc.setsockopt(fd, libc.SOL_SOCKET, libc.SO_RCVBUF, size, 4)
  libc.setsockopt(fd, libc.SOL_SOCKET, libc.SO_SNDBUF, size, 4)
  if (libc.connect(fd, octets, octets.length) < 0)
    throw new BlastError(`cannot connect to ${host}: errno ${libc.errno()}`)
  return { fd, sentAt: new Float64Array(65536).fill(-1), head: 0, tail: 0, inFlight: 0 }
}

/**
 * Keeps `window` queries in flight on every socket for `seconds`, a new one for each reply (closed loop), and counts
 * what comes back. Blocks its thread. A query that is not answered in time holds its place until it times out, as a
 * resolver's would.
 */
export function blast(queries: QuerySet, options: BlastOptions): BlastResult {
  const lanes = Array.from({ length: options.sockets }, () => openLane(options.host, options.port))
  const outgoing = new Batch(BATCH)
  const incoming = new Batch(BATCH)
  const replies = new Uint8Array(new ArrayBuffer(BATCH * REPLY_ROOM))
  const repliesAt = libc.addressOf(replies.buffer)
  for (let i = 0; i < BATCH; i++) incoming.set(i, repliesAt + i * REPLY_ROOM, REPLY_ROOM)
  // struct pollfd: the descriptor, then the events asked for and those seen, 16 bits each
  const polled = new Int32Array(new ArrayBuffer(8 * lanes.length))
  for (const [i, lane] of lanes.entries()) polled.set([lane.fd, libc.POLLIN], 2 * i)
  const pollAt = libc.addressOf(polled.buffer)

  const latency = new Histogram()
  const rcodes = new Float64Array(16)
  let sent = 0
  let received = 0
  let timeouts = 0
  let unexpected = 0
  let octets = 0
  let truncated = 0
  let next = 0

  const send = (lane: Lane, room: number, now: number): boolean => {
    for (let i = 0; i < room; i++) {
      const at = queries.offsets[next]!
      // the query itself is the send buffer: the kernel copies it before it is asked again
      const id = (lane.head + i) & 0xffff
      queries.octets[at] = id >> 8
      queries.octets[at + 1] = id & 0xff
      outgoing.set(i, queries.address + at, queries.lengths[next]!)
      next = next + 1 === queries.count ? 0 : next + 1
    }
    const count = Math.max(0, libc.sendmmsg(lane.fd, outgoing.headers, room, libc.MSG_DONTWAIT))
    for (let i = 0; i < count; i++) lane.sentAt[(lane.head + i) & 0xffff] = now
    lane.head = (lane.head + count) & 0xffff
    lane.inFlight += count
    sent += count
    return count > 0
  }

  const receive = (lane: Lane): boolean => {
    const count = libc.recvmmsg(lane.fd, incoming.headers, BATCH, libc.MSG_DONTWAIT, 0)
    if (count <= 0) return false
    const now = performance.now()
    for (let i = 0; i < count; i++) {
      const length = incoming.received(i)
      const at = i * REPLY_ROOM
      const id = (replies[at]! << 8) | replies[at + 1]!
      const started = lane.sentAt[id]!
      if (length < HEADER || started < 0) {
        unexpected++
        continue
      }
      lane.sentAt[id] = -1
      lane.inFlight--
      received++
      octets += length
      truncated += (replies[at + 2]! >> 1) & 1
      rcodes[replies[at + 3]! & 15]!++
      latency.record(Math.round((now - started) * 10_000))
    }
    return true
  }

  /** Frees the places of answered queries at the tail, and of those that waited too long. */
  const expire = (lane: Lane, now: number): void => {
    while (lane.tail !== lane.head) {
      const started = lane.sentAt[lane.tail]!
      if (started >= 0) {
        if (now - started < options.timeoutMs) return
        lane.sentAt[lane.tail] = -1
        lane.inFlight--
        timeouts++
      }
      lane.tail = (lane.tail + 1) & 0xffff
    }
  }

  const start = performance.now()
  const end = start + options.seconds * 1000
  let now = start
  let swept = start
  for (; now < end; now = performance.now()) {
    let progress = false
    for (const lane of lanes) {
      const room = Math.min(options.window - lane.inFlight, BATCH, 65_000 - ((lane.head - lane.tail) & 0xffff))
      // half a batch at least while there is other work: small batches cost as many system calls as large ones
      if (room >= BATCH / 2 || (room > 0 && !progress)) progress = send(lane, room, now) || progress
      progress = receive(lane) || progress
    }
    if (now - swept > 10) {
      for (const lane of lanes) expire(lane, now)
      swept = now
    }
    if (!progress) libc.poll(pollAt, polled.length / 2, 1)
  }
  for (const lane of lanes) libc.close(lane.fd)
  return {
    seconds: (now - start) / 1000,
    sent,
    received,
    timeouts,
    unexpected,
    octets,
    truncated,
    rcodes: new Map([...rcodes.entries()].filter(([, count]) => count > 0)),
    latency,
  }
}
