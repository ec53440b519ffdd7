import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { networkInterfaces } from 'node:os'
import { afterEach, describe, expect, it } from 'vitest'
import { canSharePort, hostAddresses } from './dgram.ts'
import {
  BindError,
  type BindErrorData,
  createCounters,
  createStopFlag,
  type ListenAddress,
  openUdp,
  readUdpCounters,
  requestStop,
  UdpIoError,
  type UdpListener,
} from './index.ts'
import { loadLibc } from './libc.ts'
import { startTypeScriptWorker } from './ts-worker.fixture.ts'
import { testQuery, UdpClient } from './udp-client.fixture.ts'
import { Order, type UdpWorkerData } from './udp-worker.fixture.ts'

type Started = Pick<UdpListener, 'addresses' | 'io' | 'notes'>

class TestServer {
  readonly counters = createCounters()
  readonly stop = createStopFlag()
  readonly refreshes = new SharedArrayBuffer(4)
  addresses: readonly ListenAddress[] = []
  hasSmallBuffer = false
  #exited: Promise<unknown> = Promise.resolve()

  async start(io: 'mmsg' | 'dgram', listen: readonly ListenAddress[], sharePort = false): Promise<this> {
    const { stop, counters, refreshes } = this
    const workerData: UdpWorkerData = { listen, io, sharePort, stop, counters, refreshes }
    const worker = startTypeScriptWorker(new URL('./udp-worker.fixture.ts', import.meta.url), workerData)
    this.#exited = once(worker, 'exit')
    const [message] = (await once(worker, 'message')) as [Started | BindErrorData]
    if ('kind' in message) throw BindError.from(message)
    expect(message.io).toBe(io)
    this.addresses = message.addresses
    this.hasSmallBuffer = message.notes.length > 0
    return this
  }

  get counts() {
    return readUdpCounters(this.counters)
  }

  async end(): Promise<void> {
    requestStop(this.stop)
    await this.#exited
  }
}

const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds))

const servers: TestServer[] = []
const clients: UdpClient[] = []

async function start(io: 'mmsg' | 'dgram', listen: readonly ListenAddress[], sharePort = false): Promise<TestServer> {
  const server = new TestServer()
  servers.push(server)
  return server.start(io, listen, sharePort)
}

async function connect(address: ListenAddress | undefined): Promise<UdpClient> {
  const client = await UdpClient.connect(address!)
  clients.push(client)
  return client
}

afterEach(async () => {
  for (const client of clients.splice(0)) client.close()
  await Promise.all(servers.splice(0).map((server) => server.end()))
})

const loopback4: ListenAddress = { address: '127.0.0.1', port: 0 }
const loopback6: ListenAddress = { address: '::1', port: 0 }
const own = Object.values(networkInterfaces()).flatMap((entries) => entries ?? [])
const hasIpv6 = own.some(({ address }) => address === '::1')
const result = loadLibc()
const missing = 'missing' in result ? result.missing : ''

describe.each(['mmsg', 'dgram'] as const)('UDP by %s', (io) => {
  describe.skipIf(io === 'mmsg' && missing !== '')(missing, () => {
    it.each([loopback4, ...(hasIpv6 ? [loopback6] : [])])('answers on $address', async (listen) => {
      const server = await start(io, [listen])
      const client = await connect(server.addresses[0])
      await client.send(testQuery(4711, 0, 12345))
      const [reply] = await client.receive(1)
      expect(reply?.readUInt16BE(0)).toBe(4711)
      expect(reply?.[2]).toBe(0x80)
      expect(reply?.readUInt32BE(13)).toBe(12345)
      await server.end()
      expect(server.counts).toMatchObject({ PacketsIn: 1, PacketsOut: 1, OctetsIn: 17, OctetsOut: 17, SendErrors: 0 })
    })

    it('answers a burst of 3,000 packets, each with its own reply', async () => {
      const server = await start(io, [loopback4])
      const client = await connect(server.addresses[0])
      await Promise.all(
        Array.from({ length: 3_000 }, (_, tag) => client.send(testQuery(tag, 0, tag, 17 + (tag % 300)))),
      )
      const replies = await client.receive(3_000)
      expect(replies.length).toBe(3_000)
      const tags = new Set(replies.map((reply) => reply.readUInt32BE(13)))
      expect(tags.size).toBe(3_000)
      for (const reply of replies) expect(reply.length).toBe(17 + (reply.readUInt32BE(13) % 300))
    })

    it('sends each reply to who asked, with unanswered and failing messages in between', async () => {
      const server = await start(io, [loopback4])
      const asking = await Promise.all(Array.from({ length: 8 }, () => connect(server.addresses[0])))
      for (let tag = 0; tag < 1_600; tag++) {
        const order = tag % 5 === 1 ? Order.Silence : tag % 7 === 2 ? Order.Throw : tag % 11 === 3 ? Order.TooLong : 0
        const sent = asking[tag % 8]!.send(testQuery(tag, order === 0 ? 9 : order, tag))
        if (tag % 128 === 127) await pause(server.hasSmallBuffer ? 20 : 0)
        await sent
      }
      const expected = (mine: number) =>
        Array.from({ length: 200 }, (_, turn) => turn * 8 + mine).filter(
          (tag) => tag % 5 !== 1 && tag % 7 !== 2 && tag % 11 !== 3,
        )
      let answered = 0
      for (const [mine, client] of asking.entries()) {
        const tags = (await client.receive(expected(mine).length)).map((reply) => reply.readUInt32BE(13))
        expect(tags.sort((a, b) => a - b)).toEqual(expected(mine))
        answered += tags.length
      }
      await server.end()
      const { PacketsIn, PacketsOut, Unanswered, HandlerErrors } = server.counts
      expect(PacketsIn).toBe(1_600)
      expect(PacketsOut).toBe(answered)
      expect(Unanswered).toBe(320)
      expect(HandlerErrors).toBe(1_600 - 320 - answered)
    })

    it('refuses a packet longer than it takes, unless that is a reply', async () => {
      const server = await start(io, [loopback4])
      const client = await connect(server.addresses[0])
      const long = testQuery(258, 9, 1, 5_000)
      long[2] = 0x21 | 0x02
      await client.send(long)
      const [reply] = await client.receive(1)
      expect(reply?.toString('hex')).toBe('0102a1010000000000000000')
      long[2] = 0x80
      await client.send(long)
      await client.send(testQuery(1, 9, 2, 4_096))
      const replies = await client.receive(2)
      expect(replies[1]?.length).toBe(4_096)
      await server.end()
      expect(server.counts).toMatchObject({ PacketsIn: 3, PacketsOut: 2, Oversize: 2, Unanswered: 1 })
    })

    it('sends replies as long as a handler may write, and goes on after empty packets', async () => {
      const server = await start(io, [loopback4])
      const client = await connect(server.addresses[0])
      for (let turn = 0; turn < 100; turn++) await client.send(new Uint8Array(0))
      for (let turn = 0; turn < 100; turn++) await client.send(testQuery(turn, Order.Longest, turn))
      const replies = await client.receive(100)
      expect(replies.map((reply) => reply.readUInt16BE(0))).toEqual(Array.from({ length: 100 }, (_, turn) => turn))
      const isWhole = (reply: Buffer) => reply.length === 4_096 && reply.subarray(12).every((octet) => octet === 0xab)
      expect(replies.every(isWhole)).toBe(true)
      await server.end()
      expect(server.counts).toMatchObject({ PacketsIn: 200, PacketsOut: 100, Unanswered: 100 })
    })

    it('serves several addresses in one thread', async () => {
      const listen = [loopback4, { address: '127.0.0.3', port: 0 }, ...(hasIpv6 ? [loopback6] : [])]
      const server = await start(io, listen)
      const asking = await Promise.all(server.addresses.map((address) => connect(address)))
      for (let tag = 0; tag < 300; tag++) await asking[tag % asking.length]!.send(testQuery(tag, 9, tag))
      for (const client of asking) expect((await client.receive(300 / asking.length)).length).toBe(300 / asking.length)
    })

    it('answers from the address asked when it listens on all', async () => {
      const server = await start(io, [{ address: '0.0.0.0', port: 0 }])
      const { port } = server.addresses[0]!
      const addresses = own.filter(({ family }) => family === 'IPv4').map(({ address }) => address)
      expect(addresses).toContain('127.0.0.1')
      // dgram learns a wildcard's addresses from the interfaces, which do not list all of 127.0.0.0/8.
      if (io === 'mmsg') addresses.push('127.0.0.2', '127.3.4.5')
      for (const address of addresses) {
        const client = await connect({ address, port })
        await client.send(testQuery(1, 9, 77))
        const [reply] = await client.receive(1)
        expect(reply?.readUInt32BE(13), address).toBe(77)
      }
      // Batches that mix addresses and unanswered packets keep them apart.
      const asking = await Promise.all(addresses.map((address) => connect({ address, port })))
      await Promise.all(
        Array.from({ length: 150 }, (_, tag) =>
          asking[tag % asking.length]!.send(testQuery(tag, tag % 3 === 0 ? Order.Silence : 9, tag)),
        ),
      )
      for (const [mine, client] of asking.entries()) {
        const expected = Array.from({ length: 150 }, (_, tag) => tag).filter(
          (tag) => tag % asking.length === mine && tag % 3 !== 0,
        )
        const tags = (await client.receive(expected.length)).map((reply) => reply.readUInt32BE(13))
        expect(tags.sort((a, b) => a - b)).toEqual(expected)
      }
    })

    it.skipIf(!hasIpv6)('answers from the address asked when it listens on all of IPv6, beside IPv4', async () => {
      const server = await start(io, [{ address: '::', port: 0 }])
      const { port } = server.addresses[0]!
      const beside = await start(io, [{ address: '0.0.0.0', port }])
      expect(beside.addresses[0]?.port).toBe(port)
      const addresses = hostAddresses(6)
      expect(addresses).toContain('::1')
      for (const address of addresses) {
        const client = await connect({ address, port })
        await client.send(testQuery(1, 9, 78))
        const [reply] = await client.receive(1)
        expect(reply?.readUInt32BE(13), address).toBe(78)
      }
    })

    it.skipIf(io === 'dgram' && !canSharePort())('shares a port between threads', async () => {
      const first = await start(io, [loopback4], true)
      const second = await start(io, first.addresses, true)
      const asking = await Promise.all(Array.from({ length: 32 }, () => connect(first.addresses[0])))
      await Promise.all(asking.flatMap((client) => [1, 2, 3].map((tag) => client.send(testQuery(tag, 9, tag)))))
      for (const client of asking) expect((await client.receive(3)).length).toBe(3)
      await Promise.all([first.end(), second.end()])
      expect(first.counts.PacketsIn).toBeGreaterThan(0)
      expect(second.counts.PacketsIn).toBeGreaterThan(0)
      expect(readUdpCounters(first.counters, second.counters).PacketsOut).toBe(96)
    })

    it('answers what had arrived before the stop', async () => {
      const server = await start(io, [loopback4])
      const client = await connect(server.addresses[0])
      await Promise.all(Array.from({ length: 150 }, (_, tag) => client.send(testQuery(tag, 9, tag))))
      await server.end()
      expect((await client.receive(150, 1_000)).length).toBe(150)
    })

    it('sees the stop, and lets the handler refresh, without traffic', async () => {
      const server = await start(io, [loopback4])
      await pause(450)
      expect(Atomics.load(new Int32Array(server.refreshes), 0)).toBeGreaterThanOrEqual(3)
      const before = performance.now()
      await server.end()
      expect(performance.now() - before).toBeLessThan(1_500)
    })

    it('says which address it cannot have, why, and what to do', async () => {
      const taken = createSocket('udp4')
      await new Promise<void>((resolve) => taken.bind(0, '127.0.0.1', resolve))
      const { port } = taken.address()
      const inUse = await start(io, [{ address: '127.0.0.1', port }], true).catch((error: unknown) => error)
      taken.close()
      expect(inUse).toBeInstanceOf(BindError)
      expect(inUse).toMatchObject({ protocol: 'udp', address: '127.0.0.1', port, code: 'EADDRINUSE' })
      expect((inUse as BindError).message).toContain(`ss -lnp sport = :${port}`)
      const foreign = await start(io, [loopback4, { address: '192.0.2.1', port: 0 }]).catch((error: unknown) => error)
      expect(foreign).toMatchObject({ address: '192.0.2.1', code: 'EADDRNOTAVAIL' })
    })

    it('closes without having run', async () => {
      const options = { listen: [loopback4], io, stop: createStopFlag(), counters: createCounters() }
      const listener = await openUdp(options)
      listener.close()
      const again = await openUdp({ ...options, listen: listener.addresses, sharePort: false })
      again.close()
    })
  })
})

it.skipIf(missing === '')('says what is missing for mmsg', async () => {
  const options = { listen: [loopback4], io: 'mmsg' as const, stop: createStopFlag(), counters: createCounters() }
  await expect(openUdp(options)).rejects.toBeInstanceOf(UdpIoError)
})
