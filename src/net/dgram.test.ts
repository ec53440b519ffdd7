import { networkInterfaces } from 'node:os'
import { afterEach, describe, expect, it } from 'vitest'
import { type DgramSockets, hostAddresses, openDgramSockets } from './dgram.ts'
import { createCounters, createStopFlag, readUdpCounters, requestStop } from './index.ts'
import type { UdpListenerOptions } from './udp.ts'
import { testQuery, UdpClient } from './udp-client.fixture.ts'
import { orderedHandler } from './udp-worker.fixture.ts'

const clients: UdpClient[] = []
let running: Promise<void> = Promise.resolve()
let stop = createStopFlag()

afterEach(async () => {
  for (const client of clients.splice(0)) client.close()
  requestStop(stop)
  await running
  stop = createStopFlag()
})

function options(address: string): UdpListenerOptions {
  const counters = createCounters()
  const buffers = { receiveBuffer: 1 << 16, sendBuffer: 1 << 16, yielding: undefined }
  return { listen: [{ address, port: 0 }], sharePort: false, stop, counters, ...buffers, onHandlerError: undefined }
}

function run(sockets: DgramSockets): void {
  running = sockets.run(orderedHandler(new Int32Array(1)))
}

async function isAnswered(address: string, port: number): Promise<boolean> {
  const client = await UdpClient.connect({ address, port })
  clients.push(client)
  await client.send(testQuery(1, 9, 1))
  return (await client.receive(1, 300)).length === 1
}

describe('a wildcard address under dgram', () => {
  it('stands for the addresses that the host has at the time', async () => {
    let host = ['127.0.0.1', '127.0.0.2']
    const sockets = await openDgramSockets(options('0.0.0.0'), (family) => (family === 4 ? host : []))
    run(sockets)
    const { port } = sockets.addresses[0]!
    expect(sockets.addresses).toEqual([{ address: '0.0.0.0', port }])
    expect(await isAnswered('127.0.0.2', port)).toBe(true)
    host = ['127.0.0.1', '127.0.0.5', '192.0.2.1']
    await sockets.rescan()
    expect(await isAnswered('127.0.0.1', port)).toBe(true)
    expect(await isAnswered('127.0.0.2', port)).toBe(false)
    expect(await isAnswered('127.0.0.5', port)).toBe(true)
  })

  it('lists the addresses of the interfaces, link-local ones with their interface', () => {
    expect(hostAddresses(4)).toContain('127.0.0.1')
    for (const [name, entries] of Object.entries(networkInterfaces())) {
      for (const { address, scopeid } of entries ?? []) {
        if (scopeid !== undefined && scopeid > 0) expect(hostAddresses(6)).toContain(`${address}%${name}`)
      }
    }
  })
})

describe('dgram sockets', () => {
  it('answer what arrives at once without mixing up replies, and drop what the system does not take', async () => {
    const given = options('127.0.0.1')
    const sockets = await openDgramSockets(given)
    run(sockets)
    const client = await UdpClient.connect(sockets.addresses[0]!)
    clients.push(client)
    for (let turn = 0; turn < 40; turn++) {
      await Promise.all(Array.from({ length: 30 }, (_, tag) => client.send(testQuery(tag, 9, turn * 30 + tag))))
      await client.receive((turn + 1) * 30, 1_000)
    }
    expect(new Set(client.received.map((reply) => reply.readUInt32BE(13))).size).toBe(1_200)
    const { PacketsIn, PacketsOut, SendErrors } = readUdpCounters(given.counters)
    expect([PacketsIn, PacketsOut, SendErrors]).toEqual([1_200, 1_200, 0])
  })

  it('close every socket when one address cannot be had', async () => {
    const first = await openDgramSockets(options('127.0.0.1'))
    const [taken] = first.addresses
    const { port } = taken!
    const failing = { ...options('127.0.0.1'), listen: [{ address: '127.0.0.2', port }, taken!] }
    await expect(openDgramSockets(failing)).rejects.toMatchObject({ code: 'EADDRINUSE', address: '127.0.0.1', port })
    const again = await openDgramSockets({ ...options('127.0.0.2'), listen: [{ address: '127.0.0.2', port }] })
    again.close()
    first.close()
  })
})
