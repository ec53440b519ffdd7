import { once } from 'node:events'
import { connect } from 'node:net'

const REPLY_RCODE = 3

/**
 * Sends updates over TCP connections, one in flight on each; the next goes out when the answer has come.
 * @param messages without length
 * @returns milliseconds from the first to the last answer
 * @throws Error when one is refused
 */
export async function sendUpdates(
  host: string,
  port: number,
  messages: readonly Buffer[],
  connections: number,
): Promise<number> {
  let next = 0
  const began = performance.now()
  const send = async () => {
    const socket = connect(port, host)
    socket.setNoDelay(true)
    await once(socket, 'connect')
    try {
      while (next < messages.length) {
        const message = messages[next++]!
        const length = Buffer.alloc(2)
        length.writeUInt16BE(message.length)
        socket.write(Buffer.concat([length, message]))
        const rcode = (await reply(socket))[REPLY_RCODE]! & 15
        if (rcode !== 0) throw new Error(`an update was answered with rcode ${rcode}`)
      }
    } finally {
      socket.destroy()
    }
  }
  await Promise.all(Array.from({ length: connections }, send))
  return performance.now() - began
}

/** The next message, without its length. */
function reply(socket: ReturnType<typeof connect>): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    let octets = Buffer.alloc(0)
    const end = (error?: Error) => {
      socket.off('data', take).off('close', closed).off('error', end)
      if (error !== undefined) reject(error)
    }
    const closed = () => end(new Error('the server closed the connection'))
    const take = (piece: Buffer) => {
      octets = Buffer.concat([octets, piece])
      if (octets.length < 2 || octets.length < 2 + octets.readUInt16BE(0)) return
      end()
      resolve(octets.subarray(2))
    }
    socket.on('data', take).on('close', closed).on('error', end)
  })
}
