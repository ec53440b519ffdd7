import type { ListenAddress } from './address.ts'
import { BATCH_SIZE, MessageHeaders, MMSGHDR, PacketSlots } from './batch.ts'
import { UdpCounter } from './counters.ts'
import { EAGAIN, EINTR } from './errno.ts'
import { GuardedHandler } from './guard.ts'
import { type Handler, Transport } from './handler.ts'
import { type Libc, MSG_DONTWAIT, MSG_TRUNC, MSG_WAITFORONE, POLLIN } from './libc.ts'
import { refuseOversize } from './oversize.ts'
import { STOP_INTERVAL } from './stop.ts'
import type { UdpListenerOptions } from './udp.ts'
import { openUdpSocket, type UdpSocket } from './udp-socket.ts'

/** Milliseconds for which queries that had arrived before the stop are still answered. */
const DRAIN_TIME = 250
/** Milliseconds to rest after a receive call failed, so that a lasting fault does not take a whole processor. */
const FAULT_PAUSE = 10
/** Messages from which on reading ahead is worth it: fewer have no waits to share. */
const LEAST_AHEAD = 4
/** Messages read ahead at a time: so many waits a core can share, and what was fetched still lies in its nearest cache. */
const AHEAD = 16

/** Packets of a batch that is neither that of a server with little to do, nor one for which it paid to wake up. */
const FEW = { least: 3, most: 63 } as const

/** Batches, or waits for one, between two turns of the thread's event loop. */
const BATCHES_PER_TURN = 1024

interface Port {
  readonly socket: UdpSocket
  readonly headers: MessageHeaders
}

/** UDP sockets answered by one blocking loop, up to 64 packets a system call. */
export class MmsgSockets {
  readonly addresses: readonly ListenAddress[]
  readonly notes: readonly string[]
  readonly #libc: Libc
  readonly #slots: PacketSlots
  readonly #lengths = new Uint16Array(BATCH_SIZE)
  readonly #ports: readonly Port[]
  readonly #stop: Int32Array
  readonly #yielding: Int32Array
  readonly #cells: Float64Array
  readonly #onHandlerError: ((error: unknown) => void) | undefined

  /** Binds every address, or none. @throws BindError */
  constructor(libc: Libc, options: UdpListenerOptions) {
    this.#libc = libc
    this.#slots = new PacketSlots(libc)
    this.#stop = new Int32Array(options.stop)
    this.#yielding = options.yielding === undefined ? new Int32Array(1) : new Int32Array(options.yielding)
    this.#cells = new Float64Array(options.counters)
    this.#onHandlerError = options.onHandlerError
    const ports: Port[] = []
    try {
      for (const listen of options.listen) {
        const socket = openUdpSocket(libc, listen, options)
        ports.push({ socket, headers: new MessageHeaders(libc, this.#slots, socket.family, socket.wildcard) })
      }
    } catch (error) {
      for (const { socket } of ports) libc.close(socket.fd)
      throw error
    }
    this.#ports = ports
    this.addresses = ports.map(({ socket }) => socket.address)
    this.notes = ports.flatMap(({ socket }) => socket.notes)
  }

  /**
   * Resolves once the stop flag is set and what had arrived by then is answered; closes the sockets. It blocks the thread,
   * but for a turn of its event loop now and then: what was taken up and let go of needs that to be freed.
   */
  async run(handler: Handler): Promise<void> {
    const guarded = new GuardedHandler(handler, this.#cells, UdpCounter.HandlerErrors, this.#onHandlerError)
    try {
      const [first] = this.#ports
      while (Atomics.load(this.#stop, 0) === 0) {
        if (first !== undefined && this.#ports.length === 1) this.#serveOne(first, guarded)
        else this.#serveSeveral(guarded)
        await new Promise((resolve) => setImmediate(resolve))
      }
      this.#drain(guarded)
    } finally {
      this.close()
    }
  }

  close(): void {
    for (const { socket } of this.#ports) this.#libc.close(socket.fd)
  }

  /** The socket's own receive timeout brings the loop round when nothing comes: no further call is needed. */
  #serveOne(port: Port, handler: GuardedHandler): void {
    for (let batch = 0; batch < BATCHES_PER_TURN && Atomics.load(this.#stop, 0) === 0; batch++) {
      this.#yieldAfter(this.#receive(port, handler, MSG_WAITFORONE))
    }
  }

  #serveSeveral(handler: GuardedHandler): void {
    const descriptors = new Int32Array(this.#ports.length * 2)
    for (const [index, { socket }] of this.#ports.entries()) {
      descriptors[index * 2] = socket.fd
      descriptors[index * 2 + 1] = POLLIN
    }
    const address = this.#libc.addressOf(descriptors.buffer)
    for (let batch = 0; batch < BATCHES_PER_TURN && Atomics.load(this.#stop, 0) === 0; batch++) {
      if (this.#libc.poll(address, this.#ports.length, STOP_INTERVAL) <= 0) {
        handler.refresh()
        continue
      }
      let count = 0
      for (let index = 0; index < this.#ports.length; index++) {
        // Two 2-octet fields share the word: what is waited for below, what has come (readable or an error) above.
        if (descriptors[index * 2 + 1]! >>> 16 !== 0) count += this.#receive(this.#ports[index]!, handler, MSG_DONTWAIT)
      }
      this.#yieldAfter(count)
    }
  }

  /** @param count packets that were there at once */
  #yieldAfter(count: number): void {
    if (count < FEW.least || count > FEW.most) return
    const microseconds = Atomics.load(this.#yielding, 0)
    if (microseconds > 0) this.#libc.usleep(microseconds)
  }

  #drain(handler: GuardedHandler): void {
    const end = performance.now() + DRAIN_TIME
    for (const port of this.#ports) {
      while (this.#receive(port, handler, MSG_DONTWAIT) > 0 && performance.now() < end);
    }
  }

  /** Takes one batch and answers it. Returns the number of packets, 0 when there was none. */
  #receive(port: Port, handler: GuardedHandler, flags: number): number {
    const { socket, headers } = port
    const count = this.#libc.recvmmsg(socket.fd, headers.receive, BATCH_SIZE, flags, 0)
    const errno = count < 0 ? this.#libc.errno() : 0
    // After the wait, which may have been long: these are answered from the version that is served now.
    handler.refresh()
    if (count > 0) {
      this.#answer(port, handler, count)
      return count
    }
    if (count < 0) {
      if (errno !== EAGAIN && errno !== EINTR) {
        this.#cells[UdpCounter.ReceiveErrors]! += 1
        Atomics.wait(this.#stop, 0, 0, FAULT_PAUSE)
      }
    }
    return 0
  }

  #answer(port: Port, handler: GuardedHandler, count: number): void {
    const { headers } = port
    const { packets } = this.#slots
    let octetsIn = 0
    let octetsOut = 0
    let oversize = 0
    let unanswered = 0
    let answered = 0
    const lengths = this.#lengths
    for (let slot = 0; slot < count; slot++) {
      const length = headers.queryLength(slot)
      lengths[slot] = length
      octetsIn += length
    }
    let ahead = false
    for (let slot = 0; slot < count; slot++) {
      if (slot % AHEAD === 0) {
        const end = Math.min(slot + AHEAD, count)
        ahead = end - slot >= LEAST_AHEAD && handler.readAhead(packets, lengths, slot, end)
      }
      const packet = packets[slot]!
      let size: number
      if (headers.wasCut(slot, MSG_TRUNC)) {
        oversize++
        size = refuseOversize(packet, packet)
      } else {
        size = ahead ? handler.answerAhead(slot, packet) : handler.answer(packet, lengths[slot]!, packet, Transport.Udp)
      }
      if (size > 0) {
        headers.address(answered, slot, size)
        octetsOut += size
        answered++
      } else if (size === 0) {
        unanswered++
      }
    }
    const cells = this.#cells
    cells[UdpCounter.Batches]! += 1
    cells[UdpCounter.PacketsIn]! += count
    cells[UdpCounter.OctetsIn]! += octetsIn
    if (oversize > 0) cells[UdpCounter.Oversize]! += oversize
    if (unanswered > 0) cells[UdpCounter.Unanswered]! += unanswered
    if (answered > 0) this.#send(port, answered, octetsOut)
    headers.rearm(count)
  }

  #send({ socket, headers }: Port, count: number, octets: number): void {
    const cells = this.#cells
    let sent = 0
    let at = 0
    while (at < count) {
      const taken = this.#libc.sendmmsg(socket.fd, headers.send + at * MMSGHDR, count - at, 0)
      if (taken > 0) {
        at += taken
        sent += taken
        continue
      }
      const errno = this.#libc.errno()
      if (errno === EINTR) continue
      // The send buffer stayed full for a whole STOP_INTERVAL: the rest would only wait behind it, while queries that
      // can still be answered in time come in. Any other error is about this one packet (port 0, no route, a filter).
      const dropped = errno === EAGAIN ? count - at : 1
      for (let reply = at; reply < at + dropped; reply++) octets -= headers.replyLength(reply)
      cells[UdpCounter.SendErrors]! += dropped
      at += dropped
    }
    cells[UdpCounter.PacketsOut]! += sent
    cells[UdpCounter.OctetsOut]! += octets
  }
}
