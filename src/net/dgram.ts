import { createSocket, type RemoteInfo, type Socket, type SocketOptions } from 'node:dgram'
import { networkInterfaces } from 'node:os'
import { familyOf, isWildcard, type ListenAddress } from './address.ts'
import { UdpCounter } from './counters.ts'
import { BindError } from './errors.ts'
import { GuardedHandler } from './guard.ts'
import { type Handler, Transport } from './handler.ts'
import { MAX_UDP_QUERY, MAX_UDP_REPLY, refuseOversize } from './oversize.ts'
import { socketBufferNotes } from './socket-buffer.ts'
import { STOP_INTERVAL } from './stop.ts'
import type { UdpListenerOptions } from './udp.ts'

/** Replies that may wait for the system at once; more are dropped. */
const REPLY_SLOTS = 256
/** Milliseconds between two looks at the host's addresses, for those that a wildcard stands for. */
const ADDRESS_SCAN_INTERVAL = 10_000
/** Milliseconds for which queries that had arrived before the stop are still answered. */
const DRAIN_TIME = 250
const DRAIN_STEP = 10

/** Whether this Node and system let several dgram sockets share a port, each with a part of the packets. */
export function canSharePort(): boolean {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
  const known = (major === 22 && minor >= 12) || (major === 23 && minor >= 1) || major > 23
  return known && ['linux', 'freebsd', 'dragonfly'].includes(process.platform)
}

/** The addresses that a wildcard stands for now, link-local ones with their interface. */
export function hostAddresses(family: 4 | 6): string[] {
  const addresses: string[] = []
  for (const [name, entries] of Object.entries(networkInterfaces())) {
    for (const entry of entries ?? []) {
      if (entry.family === 'IPv4' && family === 4) addresses.push(entry.address)
      if (entry.family === 'IPv6' && family === 6) {
        addresses.push(entry.scopeid === 0 ? entry.address : `${entry.address}%${name}`)
      }
    }
  }
  return addresses
}

interface Binding {
  readonly socket: Socket
  /** As bound, with its real port. */
  readonly address: ListenAddress
  /** The wildcard that this socket was opened for, if any. */
  readonly wildcard: ListenAddress | undefined
}

/** Room for one reply from the handler until the system has taken it. */
class ReplySlot {
  readonly octets = new Uint8Array(MAX_UDP_REPLY)
  length = 0
  readonly sent: (error: Error | null) => void

  constructor(sent: (slot: ReplySlot, failed: boolean) => void) {
    this.sent = (error) => sent(this, error !== null)
  }
}

/** Binds every address, or none. @throws BindError */
export async function openDgramSockets(
  options: UdpListenerOptions,
  addressesOf: (family: 4 | 6) => string[] = hostAddresses,
): Promise<DgramSockets> {
  const sockets = new DgramSockets(options, addressesOf)
  try {
    await sockets.open()
  } catch (error) {
    sockets.close()
    throw error
  }
  return sockets
}

/**
 * UDP by way of node:dgram. It cannot learn which address a packet came to, so a wildcard address means one socket for
 * each address of the host, looked for again now and then: a reply always comes from the address asked.
 */
export class DgramSockets {
  /** The addresses as bound; a wildcard stays one address. */
  readonly addresses: ListenAddress[] = []
  readonly notes: string[] = []
  readonly #options: UdpListenerOptions
  readonly #addressesOf: (family: 4 | 6) => string[]
  readonly #bindings = new Set<Binding>()
  readonly #cells: Float64Array
  readonly #free: ReplySlot[] = []
  #handler: GuardedHandler | undefined
  #closed = false

  constructor(options: UdpListenerOptions, addressesOf: (family: 4 | 6) => string[]) {
    this.#options = options
    this.#addressesOf = addressesOf
    this.#cells = new Float64Array(options.counters)
    for (let slot = 0; slot < REPLY_SLOTS; slot++)
      this.#free.push(new ReplySlot((done, failed) => this.#sent(done, failed)))
  }

  async open(): Promise<void> {
    for (const listen of this.#options.listen) {
      if (isWildcard(listen.address)) {
        // With port 0 the first socket's port becomes that of all.
        let { port } = listen
        for (const address of this.#addressesOf(familyOf(listen.address))) {
          port = (await this.#bind({ address, port }, listen)).address.port
        }
        this.addresses.push({ address: listen.address, port })
      } else {
        this.addresses.push((await this.#bind(listen, undefined)).address)
      }
    }
  }

  /** Resolves once the stop flag is set and what had arrived by then is answered; closes the sockets. */
  async run(handler: Handler): Promise<void> {
    const { stop, onHandlerError } = this.#options
    const flag = new Int32Array(stop)
    const guarded = new GuardedHandler(handler, this.#cells, UdpCounter.HandlerErrors, onHandlerError)
    this.#handler = guarded
    const hasWildcard = this.addresses.some(({ address }) => isWildcard(address))
    let sinceScan = 0
    let scanning = false
    await new Promise<void>((resolve) => {
      const timer = setInterval(() => {
        guarded.refresh()
        sinceScan += STOP_INTERVAL
        if (Atomics.load(flag, 0) !== 0) {
          clearInterval(timer)
          resolve()
        } else if (hasWildcard && sinceScan >= ADDRESS_SCAN_INTERVAL && !scanning) {
          sinceScan = 0
          scanning = true
          void this.rescan().finally(() => {
            scanning = false
          })
        }
      }, STOP_INTERVAL)
    })
    await this.#drain()
    this.close()
  }

  /** Opens sockets for addresses that the host has got since, and closes those of addresses it no longer has. */
  async rescan(): Promise<void> {
    for (const wildcard of this.addresses.filter(({ address }) => isWildcard(address))) {
      const current = new Set(this.#addressesOf(familyOf(wildcard.address)))
      for (const binding of this.#bindings) {
        if (binding.wildcard?.address !== wildcard.address || binding.wildcard.port !== wildcard.port) continue
        if (current.delete(binding.address.address)) continue
        this.#bindings.delete(binding)
        binding.socket.close()
      }
      for (const address of current) {
        try {
          await this.#bind({ address, port: wildcard.port }, wildcard)
        } catch {
          // Still being configured (an IPv6 address in duplicate detection) or gone again: the next scan tells.
        }
      }
    }
  }

  close(): void {
    this.#closed = true
    for (const { socket } of this.#bindings) socket.close()
    this.#bindings.clear()
  }

  async #bind(listen: ListenAddress, wildcard: ListenAddress | undefined): Promise<Binding> {
    const family = familyOf(listen.address)
    const options: SocketOptions & { reusePort?: boolean } = {
      type: family === 4 ? 'udp4' : 'udp6',
      // Replies go to addresses, never to names; the resolver would only add a turn of the event loop to each.
      lookup: (address, _options, callback) => callback(null, address, family),
    }
    if (family === 6) options.ipv6Only = true
    if (this.#options.sharePort && canSharePort()) options.reusePort = true
    const socket = createSocket(options)
    await new Promise<void>((resolve, reject) => {
      socket.once('error', (error: NodeJS.ErrnoException) => {
        socket.close()
        reject(new BindError('udp', listen, error.code ?? 'unknown'))
      })
      socket.bind({ address: listen.address, port: listen.port, exclusive: true }, resolve)
    })
    socket.removeAllListeners('error')
    socket.on('error', () => {
      this.#cells[UdpCounter.ReceiveErrors]! += 1
    })
    const address = { address: listen.address, port: socket.address().port }
    const binding: Binding = {
      socket,
      address,
      wildcard: wildcard && { address: wildcard.address, port: address.port },
    }
    if (this.#closed) {
      socket.close()
      return binding
    }
    this.#bindings.add(binding)
    this.#sizeBuffers(binding)
    socket.on('message', (message, remote) => this.#receive(socket, message, remote))
    return binding
  }

  #sizeBuffers({ socket, address }: Binding): void {
    const { receiveBuffer, sendBuffer } = this.#options
    try {
      socket.setRecvBufferSize(receiveBuffer)
      socket.setSendBufferSize(sendBuffer)
    } catch {
      // Some systems refuse a size above their maximum instead of giving that.
    }
    this.notes.push(
      ...socketBufferNotes(address, 'receive', socket.getRecvBufferSize(), receiveBuffer),
      ...socketBufferNotes(address, 'send', socket.getSendBufferSize(), sendBuffer),
    )
  }

  #receive(socket: Socket, message: Buffer, remote: RemoteInfo): void {
    const cells = this.#cells
    cells[UdpCounter.Batches]! += 1
    cells[UdpCounter.PacketsIn]! += 1
    cells[UdpCounter.OctetsIn]! += message.length
    const slot = this.#free.pop()
    const handler = this.#handler
    // Nothing can be sent to port 0, and a full set of slots means that the system takes no more for now.
    if (slot === undefined || handler === undefined || remote.port === 0) {
      cells[UdpCounter.SendErrors]! += 1
      if (slot !== undefined) this.#free.push(slot)
      return
    }
    handler.refresh()
    if (message.length > MAX_UDP_QUERY) {
      cells[UdpCounter.Oversize]! += 1
      slot.length = refuseOversize(message, slot.octets)
    } else {
      slot.length = handler.answer(message, message.length, slot.octets, Transport.Udp)
    }
    if (slot.length > 0) {
      socket.send(slot.octets, 0, slot.length, remote.port, remote.address, slot.sent)
      return
    }
    if (slot.length === 0) cells[UdpCounter.Unanswered]! += 1
    this.#free.push(slot)
  }

  #sent(slot: ReplySlot, failed: boolean): void {
    const cells = this.#cells
    if (failed) {
      cells[UdpCounter.SendErrors]! += 1
    } else {
      cells[UdpCounter.PacketsOut]! += 1
      cells[UdpCounter.OctetsOut]! += slot.length
    }
    this.#free.push(slot)
  }

  /** Goes on until a moment passes without a packet and every reply is with the system. */
  async #drain(): Promise<void> {
    const end = performance.now() + DRAIN_TIME
    let before = -1
    while (performance.now() < end) {
      const received = this.#cells[UdpCounter.PacketsIn]!
      if (received === before && this.#free.length === REPLY_SLOTS) return
      before = received
      await new Promise((resolve) => setTimeout(resolve, DRAIN_STEP))
    }
  }
}
