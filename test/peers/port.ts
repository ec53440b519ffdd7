import { createSocket } from 'node:dgram'
import { createServer } from 'node:net'

const FIRST = 15300
const LAST = 15399
/** Each vitest worker draws from a block of its own, so that two test files never race for a port. */
const BLOCK = 25

const worker = (Number(process.env.VITEST_POOL_ID ?? '1') - 1) % Math.floor((LAST - FIRST + 1) / BLOCK)
let next = 0

function udpFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createSocket('udp4')
    socket.once('error', () => resolve(false))
    socket.bind({ address: '127.0.0.1', port, exclusive: true }, () => socket.close(() => resolve(true)))
  })
}

function tcpFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen({ host: '127.0.0.1', port, exclusive: true }, () => server.close(() => resolve(true)))
  })
}

/** Whether a loopback port is free over both UDP and TCP. */
export async function portIsFree(port: number): Promise<boolean> {
  return (await udpFree(port)) && (await tcpFree(port))
}

/** A loopback port that is free over both UDP and TCP, from 15300 to 15399. */
export async function freePort(): Promise<number> {
  for (let tries = 0; tries < BLOCK; tries++) {
    const port = FIRST + worker * BLOCK + next
    next = (next + 1) % BLOCK
    if (await portIsFree(port)) return port
  }
  throw new Error(`no free port from ${FIRST + worker * BLOCK} to ${FIRST + worker * BLOCK + BLOCK - 1}`)
}
