import { performance } from 'node:perf_hooks'
import * as libc from './libc.ts'
import type { QuerySet } from './query-set.ts'
import { HEADER, type LoadResult, Tally } from './tally.ts'
import type { TcpOptions } from './tcp-single.ts'
import { PollSet, ReceiveBuffer, TcpTarget } from './tcp-socket.ts'

export interface PipelinedOptions extends TcpOptions {
  /** Queries in flight on each connection. */
  readonly window: number
}

const RECEIVE_ROOM = 256 * 1024
/** Octets of a query with its length at most: a name of 255 octets, and what stands around it. */
const QUERY_ROOM = 300

/** A connection, what it has still to send, and when each query in flight was sent. */
interface Pipe {
  fd: number
  readonly outgoing: Uint8Array
  readonly outgoingAt: number
  outStart: number
  outEnd: number
  readonly incoming: ReceiveBuffer
  /** Milliseconds by id, -1 when it is not in flight. */
  readonly sentAt: Float64Array
  nextId: number
  inFlight: number
  /** Milliseconds of the last reply, or of the opening. */
  heard: number
}

/**
 * Keeps `window` queries in flight on each of some connections (RFC 7766 6.2.1.1), a new one for each reply, in
 * whatever order those come. Blocks its thread. A connection that the server closes, or on which nothing comes for the
 * timeout, is opened again, and its queries in flight are lost.
 */
export function tcpPipelined(queries: QuerySet, options: PipelinedOptions): LoadResult {
  const target = new TcpTarget(options.host, options.port)
  const tally = new Tally()
  const polled = new PollSet(options.connections)
  const pipes = Array.from({ length: options.connections }, (): Pipe => {
    const outgoing = new Uint8Array(new ArrayBuffer(options.window * QUERY_ROOM))
    return {
      fd: -1,
      outgoing,
      outgoingAt: libc.addressOf(outgoing.buffer),
      outStart: 0,
      outEnd: 0,
      incoming: new ReceiveBuffer(RECEIVE_ROOM),
      sentAt: new Float64Array(65536).fill(-1),
      nextId: 0,
      inFlight: 0,
      heard: 0,
    }
  })
  let next = (options.first ?? 0) % queries.count

  const open = (pipe: Pipe, place: number, now: number): void => {
    pipe.fd = target.connect()
    if (pipe.fd < 0) tally.broken++
    pipe.heard = now
    polled.set(place, pipe.fd, libc.POLLIN)
  }

  const close = (pipe: Pipe, place: number): void => {
    libc.close(pipe.fd)
    pipe.fd = -1
    pipe.sentAt.fill(-1)
    pipe.inFlight = 0
    pipe.incoming.filled = 0
    pipe.outStart = 0
    pipe.outEnd = 0
    polled.set(place, -1, 0)
  }

  /** Puts queries in line to be sent until the window is full. */
  const fill = (pipe: Pipe, now: number): void => {
    pipe.outStart = 0
    let end = 0
    for (; pipe.inFlight < options.window; pipe.inFlight++) {
      const at = queries.offsets[next]! - 2
      const length = queries.lengths[next]! + 2
      if (end + length > pipe.outgoing.length) break
      pipe.outgoing.set(queries.octets.subarray(at, at + length), end)
      const id = pipe.nextId
      pipe.nextId = (id + 1) & 0xffff
      pipe.outgoing[end + 2] = id >> 8
      pipe.outgoing[end + 3] = id & 255
      pipe.sentAt[id] = now
      end += length
      next = next + 1 === queries.count ? 0 : next + 1
      tally.sent++
    }
    pipe.outEnd = end
  }

  /** Sends what is in line. @returns whether the kernel took any */
  const flush = (pipe: Pipe): boolean => {
    const length = pipe.outEnd - pipe.outStart
    const count = libc.send(pipe.fd, pipe.outgoingAt + pipe.outStart, length, libc.MSG_NOSIGNAL | libc.MSG_DONTWAIT)
    if (count > 0) pipe.outStart += count
    return count > 0
  }

  /** @returns octets received, 0 when there is nothing yet, -1 when the connection is over */
  const receive = (pipe: Pipe): number => {
    const count = pipe.incoming.receive(pipe.fd)
    if (count === 0) return -1
    if (count < 0) return libc.errno() === libc.EAGAIN ? 0 : -1
    const now = performance.now()
    pipe.heard = now
    const { octets } = pipe.incoming
    let at = 0
    for (let length = pipe.incoming.messageLength(at); length >= 0; length = pipe.incoming.messageLength(at)) {
      const id = (octets[at + 2]! << 8) | octets[at + 3]!
      const started = pipe.sentAt[id]!
      if (length < HEADER || started < 0) tally.unexpected++
      else {
        pipe.sentAt[id] = -1
        pipe.inFlight--
        tally.reply(octets, at + 2, length, now - started)
      }
      at += 2 + length
    }
    pipe.incoming.drop(at)
    return count
  }

  const start = performance.now()
  const end = start + options.seconds * 1000
  let now = start
  for (; now < end; now = performance.now()) {
    let progress = false
    for (const [place, pipe] of pipes.entries()) {
      if (pipe.fd < 0) open(pipe, place, now)
      if (pipe.fd < 0) continue
      const room = options.window - pipe.inFlight
      // half a window at least while there is other work, as with batches
      const worth = room >= options.window / 2 || (room > 0 && !progress)
      if (pipe.outStart === pipe.outEnd && worth) fill(pipe, now)
      if (pipe.outStart < pipe.outEnd) progress = flush(pipe) || progress
      const count = receive(pipe)
      progress = count > 0 || progress
      const silent = now - pipe.heard > options.timeoutMs
      if (count >= 0 && !silent) continue
      if (silent) tally.timeouts += pipe.inFlight
      else tally.broken++
      close(pipe, place)
    }
    if (!progress) polled.wait(1)
  }
  for (const pipe of pipes) if (pipe.fd >= 0) libc.close(pipe.fd)
  return tally.result((now - start) / 1000)
}
