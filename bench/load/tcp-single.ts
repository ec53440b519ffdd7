import { performance } from 'node:perf_hooks'
import * as libc from './libc.ts'
import type { QuerySet } from './query-set.ts'
import { HEADER, type LoadResult, Tally } from './tally.ts'
import { PollSet, ReceiveBuffer, TcpTarget } from './tcp-socket.ts'

export interface TcpOptions {
  /** IPv4 or IPv6 address in text. */
  readonly host: string
  readonly port: number
  readonly seconds: number
  /** Connections open at once. */
  readonly connections: number
  /** After this many milliseconds a query counts as timed out. */
  readonly timeoutMs: number
  /** The query to begin with; 0 unless said. */
  readonly first?: number
}

interface Slot {
  fd: number
  /** Milliseconds at which the connection was begun. */
  begun: number
  sent: boolean
  readonly reply: ReceiveBuffer
}

const REPLY_ROOM = 65_537

/**
 * Asks each query over a connection of its own, some at once, a new one for each that is closed. Latency counts from before
 * the connection is opened. Blocks its thread.
 */
export function tcpSingle(queries: QuerySet, options: TcpOptions): LoadResult {
  const target = new TcpTarget(options.host, options.port)
  const tally = new Tally()
  const polled = new PollSet(options.connections)
  const slots = Array.from({ length: options.connections }, (): Slot => {
    return { fd: -1, begun: 0, sent: false, reply: new ReceiveBuffer(REPLY_ROOM) }
  })
  let next = (options.first ?? 0) % queries.count

  /** Sends the slot's query with its length, once the connection stands. */
  const ask = (slot: Slot): void => {
    // a message lies after its length, so both go out as they stand
    const at = queries.address + queries.offsets[next]! - 2
    const length = queries.lengths[next]! + 2
    if (libc.send(slot.fd, at, length, libc.MSG_NOSIGNAL) !== length) return
    next = next + 1 === queries.count ? 0 : next + 1
    slot.sent = true
    tally.sent++
  }

  const open = (slot: Slot, place: number): void => {
    slot.begun = performance.now()
    slot.sent = false
    slot.reply.filled = 0
    slot.fd = target.connect()
    if (slot.fd < 0) tally.broken++
    else ask(slot)
    polled.set(place, slot.fd, slot.sent ? libc.POLLIN : libc.POLLOUT)
  }

  const close = (slot: Slot, place: number): void => {
    libc.close(slot.fd)
    slot.fd = -1
    polled.set(place, -1, 0)
  }

  const receive = (slot: Slot): 'waiting' | 'done' | 'broken' => {
    const count = slot.reply.receive(slot.fd)
    if (count < 0) return libc.errno() === libc.EAGAIN ? 'waiting' : 'broken'
    if (count === 0) return 'broken'
    const length = slot.reply.messageLength(0)
    if (length < 0) return 'waiting'
    if (length < HEADER) tally.unexpected++
    else tally.reply(slot.reply.octets, 2, length, performance.now() - slot.begun)
    return 'done'
  }

  const start = performance.now()
  const end = start + options.seconds * 1000
  let now = start
  for (; now < end; now = performance.now()) {
    for (const [place, slot] of slots.entries()) if (slot.fd < 0) open(slot, place)
    polled.wait(1)
    for (const [place, slot] of slots.entries()) {
      if (slot.fd < 0) continue
      const seen = polled.seen(place)
      if (seen === 0) {
        if (now - slot.begun < options.timeoutMs) continue
        tally.timeouts++
        close(slot, place)
      } else if (slot.sent) {
        const state = receive(slot)
        if (state === 'waiting') continue
        if (state === 'broken') tally.broken++
        close(slot, place)
      } else {
        ask(slot)
        if (slot.sent) polled.set(place, slot.fd, libc.POLLIN)
        else {
          tally.broken++
          close(slot, place)
        }
      }
    }
  }
  for (const slot of slots) if (slot.fd >= 0) libc.close(slot.fd)
  return tally.result((now - start) / 1000)
}
