import { createSocket } from 'node:dgram'
import { performance } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import { answerCount, authorityCount, HEADER_LENGTH, isResponse, messageRcode } from '../../src/wire/index.ts'

/** Milliseconds between two attempts. */
const INTERVAL = 5

/** Whether a reply is what only a server that has the zone can give: a referral. */
export function isReferral(reply: Uint8Array): boolean {
  if (reply.length < HEADER_LENGTH || !isResponse(reply)) return false
  return messageRcode(reply) === 0 && answerCount(reply) === 0 && authorityCount(reply) > 0
}

/**
 * Asks again and again until a reply is good enough.
 * @param query in wire form
 * @param alive false once the server has ended
 * @returns when that reply came, as performance.now() tells it; undefined when the server ended or time was up
 */
export async function firstAnswer(
  target: { readonly host: string; readonly port: number },
  query: Uint8Array,
  options: { readonly good: (reply: Uint8Array) => boolean; readonly alive: () => boolean; readonly timeoutMs: number },
): Promise<number | undefined> {
  const socket = createSocket(target.host.includes(':') ? 'udp6' : 'udp4')
  let answered: number | undefined
  socket.on('error', () => {}) // refused: it does not listen yet
  socket.on('message', (reply) => {
    if (answered === undefined && options.good(reply)) answered = performance.now()
  })
  await new Promise<void>((resolve) => socket.connect(target.port, target.host, resolve))
  const end = performance.now() + options.timeoutMs
  while (answered === undefined && options.alive() && performance.now() < end) {
    socket.send(query, () => {})
    await sleep(INTERVAL)
  }
  socket.close()
  return answered
}
