import { createSocket } from 'node:dgram'
import { connect, isIP } from 'node:net'
import { isReplyTo, isTruncated } from './message.ts'

/** An address to ask. */
export interface ParentServer {
  /** IPv4 or IPv6. */
  readonly address: string
  readonly port: number
}

/**
 * Sends a query and returns the reply: over UDP, and over TCP when that is truncated (RFC 7766 5).
 * @param milliseconds for each try
 * @param tries over UDP
 * @throws Error that says what went wrong, without the server's name
 */
export async function exchange(
  server: ParentServer,
  query: Uint8Array,
  milliseconds: number,
  tries: number,
): Promise<Uint8Array> {
  for (let attempt = 0; attempt < tries; attempt++) {
    const reply = await overUdp(server, query, milliseconds)
    if (reply !== undefined) return isTruncated(reply) ? overTcp(server, query, milliseconds) : reply
  }
  throw new Error(`no reply in ${tries} tries of ${milliseconds / 1000} s`)
}

function overUdp(
  { address, port }: ParentServer,
  query: Uint8Array,
  milliseconds: number,
): Promise<Uint8Array | undefined> {
  return new Promise((resolve, reject) => {
    const socket = createSocket(isIP(address) === 6 ? 'udp6' : 'udp4')
    const settle = (finish: () => void) => {
      clearTimeout(timer)
      socket.removeAllListeners()
      // A late error of a socket that nobody waits for any more must not end the program.
      socket.on('error', () => {})
      socket.close()
      finish()
    }
    const timer = setTimeout(() => settle(() => resolve(undefined)), milliseconds)
    socket.on('message', (octets) => {
      if (isReplyTo(octets, query)) settle(() => resolve(octets))
    })
    socket.on('error', (error) => settle(() => reject(error)))
    // RFC 5452 9.2: from a port of the system's choice, and connected, so that only the server's own replies come in.
    socket.connect(port, address, () => socket.send(query))
  })
}

function overTcp({ address, port }: ParentServer, query: Uint8Array, milliseconds: number): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, address)
    let received = Buffer.alloc(0)
    const settle = (finish: () => void) => {
      clearTimeout(timer)
      socket.destroy()
      finish()
    }
    const fail = (message: string) => settle(() => reject(new Error(message)))
    // For the whole exchange: a server that sends an octet now and then is as good as none.
    const timer = setTimeout(() => fail(`no reply over TCP within ${milliseconds / 1000} s`), milliseconds)
    socket.on('error', (error) => fail(error.message))
    socket.on('end', () => fail('it closed the TCP connection without a reply'))
    socket.on('connect', () => {
      // RFC 7766 8: length and message in one write.
      const message = Buffer.alloc(2 + query.length)
      message.writeUInt16BE(query.length, 0)
      message.set(query, 2)
      socket.write(message)
    })
    socket.on('data', (chunk) => {
      received = Buffer.concat([received, chunk])
      if (received.length < 2 || received.length < 2 + received.readUInt16BE(0)) return
      const reply = received.subarray(2, 2 + received.readUInt16BE(0))
      if (isReplyTo(reply, query)) settle(() => resolve(reply))
      else fail('its reply over TCP answers another question')
    })
  })
}
