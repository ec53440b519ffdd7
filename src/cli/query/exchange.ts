import { createSocket } from 'node:dgram'
import { connect, isIP } from 'node:net'
import { formatListenAddress } from '../../net/index.ts'
import type { QueryPlan } from './arguments.ts'
import { decodeReply, encodeQuery, isReplyTo, type Query, type Reply } from './message.ts'

/** No usable reply came. */
export class ExchangeError extends Error {
  override readonly name = 'ExchangeError'
}

export interface Exchange {
  readonly reply: Reply
  readonly transport: 'UDP' | 'TCP'
  /** From the sending of the query that was answered. */
  readonly milliseconds: number
}

/**
 * Asks the question; over TCP when the plan says so, or when the UDP reply is truncated (RFC 7766 5).
 * @throws ExchangeError, ReplyError
 */
export async function exchange(plan: QueryPlan): Promise<Exchange> {
  if (plan.tcp) return overTcp(plan)
  const answered = await overUdp(plan)
  return answered.reply.truncated && plan.retryTruncated ? overTcp(plan) : answered
}

async function overUdp(plan: QueryPlan): Promise<Exchange> {
  for (let attempt = 1; ; attempt++) {
    const query = encodeQuery(plan)
    const began = performance.now()
    const octets = await udpReply(plan, query)
    if (octets !== undefined) {
      return { reply: decodeReply(octets), transport: 'UDP', milliseconds: performance.now() - began }
    }
    if (attempt >= plan.tries) {
      throw new ExchangeError(
        `no reply over UDP from ${formatListenAddress(plan.server)} in ${plan.tries} tries of ${plan.timeout} s`,
      )
    }
  }
}

/** The reply's octets, or undefined when none came in time. */
function udpReply(plan: QueryPlan, query: Query): Promise<Uint8Array | undefined> {
  const { address, port } = plan.server
  return new Promise((resolve, reject) => {
    const socket = createSocket(isIP(address) === 6 ? 'udp6' : 'udp4')
    const settle = (finish: () => void) => {
      clearTimeout(timer)
      socket.close()
      finish()
    }
    const timer = setTimeout(() => settle(() => resolve(undefined)), plan.timeout * 1000)
    socket.on('message', (octets) => {
      if (isReplyTo(octets, query, plan)) settle(() => resolve(octets))
    })
    socket.on('error', (error) => settle(() => reject(failure(plan, 'UDP', error))))
    // A connected socket takes replies from the asked address only, and learns of an ICMP refusal at once.
    socket.connect(port, address, () => socket.send(query.octets))
  })
}

function overTcp(plan: QueryPlan): Promise<Exchange> {
  const { address, port } = plan.server
  const query = encodeQuery(plan)
  const began = performance.now()
  return new Promise((resolve, reject) => {
    const socket = connect(port, address)
    let received = Buffer.alloc(0)
    const fail = (error: Error) => {
      socket.destroy()
      reject(error)
    }
    socket.setTimeout(plan.timeout * 1000, () =>
      fail(new ExchangeError(`no reply over TCP from ${formatListenAddress(plan.server)} within ${plan.timeout} s`)),
    )
    socket.on('error', (error) => fail(failure(plan, 'TCP', error)))
    socket.on('end', () =>
      fail(new ExchangeError(`${formatListenAddress(plan.server)} closed the TCP connection without a reply`)),
    )
    socket.on('connect', () => {
      // One write: a length that travels alone costs some servers the query (RFC 7766 8).
      const message = Buffer.alloc(2 + query.octets.length)
      message.writeUInt16BE(query.octets.length, 0)
      message.set(query.octets, 2)
      socket.write(message)
    })
    socket.on('data', (chunk) => {
      received = Buffer.concat([received, chunk])
      if (received.length < 2 || received.length < 2 + received.readUInt16BE(0)) return
      const octets = received.subarray(2, 2 + received.readUInt16BE(0))
      socket.destroy()
      try {
        if (!isReplyTo(octets, query, plan)) throw new ExchangeError('the reply over TCP answers another question')
        resolve({ reply: decodeReply(octets), transport: 'TCP', milliseconds: performance.now() - began })
      } catch (error) {
        reject(error)
      }
    })
  })
}

function failure(plan: QueryPlan, transport: 'UDP' | 'TCP', error: NodeJS.ErrnoException): ExchangeError {
  const where = formatListenAddress(plan.server)
  return new ExchangeError(
    error.code === 'ECONNREFUSED'
      ? `nothing listens on ${where} over ${transport}`
      : `${where} cannot be asked over ${transport}: ${error.message}`,
    { cause: error },
  )
}
