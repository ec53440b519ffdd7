import { once } from 'node:events'
import { networkInterfaces } from 'node:os'
import { afterEach, describe, expect, it } from 'vitest'
import {
  BindError,
  createCounters,
  createStopFlag,
  openTcp,
  readTcpCounters,
  requestStop,
  type TcpLimits,
  type TcpListener,
  Transport,
} from './index.ts'
import { OrderedHandler, pause, prefixed, TcpClient, until } from './tcp-client.fixture.ts'

const hasIpv6 = Object.values(networkInterfaces()).some((entries) => entries?.some(({ address }) => address === '::1'))
let listener: TcpListener | undefined
let handler = new OrderedHandler()
let counters = createCounters()
const clients: TcpClient[] = []

async function start(limits: Partial<TcpLimits> = {}, address = '127.0.0.1'): Promise<number> {
  handler = new OrderedHandler()
  counters = createCounters()
  listener = await openTcp({ listen: [{ address, port: 0 }], handler, counters, limits })
  return listener.addresses[0]!.port
}

function client(
  port: number,
  address?: string,
  options?: { allowHalfOpen?: boolean; localAddress?: string },
): TcpClient {
  const made = new TcpClient(port, address, options)
  clients.push(made)
  return made
}

const counts = () => readTcpCounters(counters)

afterEach(async () => {
  for (const { socket } of clients.splice(0)) socket.destroy()
  await listener?.stop()
  listener = undefined
})

describe('messages over TCP', () => {
  it.each(['127.0.0.1', ...(hasIpv6 ? ['::1'] : [])])('are answered on %s', async (address) => {
    const asking = client(await start({}, address), address)
    asking.send('query')
    expect(await asking.receive(1)).toEqual(['query'])
    expect([...handler.transports]).toEqual([Transport.Tcp])
    expect(counts()).toMatchObject({ MessagesIn: 1, OctetsIn: 5, MessagesOut: 1, OctetsOut: 5, Open: 1, Accepted: 1 })
    asking.socket.destroy()
    expect(await until(() => counts().Open === 0)).toBe(true)
  })

  it('are pipelined by the thousand, mixed in length, and answered in order', async () => {
    const asking = client(await start())
    const sent = Array.from({ length: 1_000 }, (_, number) => `q${number}-${'x'.repeat((number * 37) % 700)}`)
    asking.send(...sent)
    expect(await asking.receive(1_000)).toEqual(sent)
  })

  it('are answered when the replies are much longer than the queries', async () => {
    const asking = client(await start())
    const query = Uint8Array.of(0x52, 0xff, 0xff, 1, 2, 3)
    asking.send(...Array.from({ length: 200 }, () => query))
    await asking.receive(200)
    expect(asking.messages.length).toBe(200)
    expect(asking.messages.every((m) => m.length === 65_535 && m.subarray(0, 6).equals(query))).toBe(true)
  })

  it('are put together however the segments cut them', async () => {
    const asking = client(await start())
    const stream = Buffer.concat(['one', 'two', 'three'].map((m) => prefixed(Buffer.from(m))))
    for (const octet of stream) {
      asking.socket.write(Buffer.from([octet]))
      await pause(2)
    }
    const longest = Buffer.alloc(65_535, 'l')
    const long = prefixed(longest)
    asking.socket.write(long.subarray(0, 1))
    await pause(5)
    asking.socket.write(long.subarray(1, 40_000))
    await pause(5)
    asking.socket.write(Buffer.concat([long.subarray(40_000), prefixed(Buffer.from('last'))]))
    await asking.receive(5)
    expect(asking.messages.map((m) => m.length)).toEqual([3, 3, 5, 65_535, 4])
    expect(asking.messages[3]?.equals(longest)).toBe(true)
  })

  it('of one read are answered by one write', async () => {
    const asking = client(await start())
    const chunks: number[] = []
    asking.socket.on('data', (chunk) => chunks.push(chunk.length))
    asking.send(...Array.from({ length: 50 }, () => 'query'))
    await asking.receive(50)
    expect(chunks).toEqual([50 * 7])
  })

  it('of a client that has closed its side are still answered', async () => {
    const asking = client(await start(), '127.0.0.1', { allowHalfOpen: true })
    const query = Uint8Array.of(0x52, 0xf0, 0x00, 1)
    asking.socket.end(Buffer.concat(Array.from({ length: 100 }, () => prefixed(query))))
    await asking.receive(100)
    expect(asking.messages.length).toBe(100)
    expect(await until(() => asking.ended && counts().Open === 0)).toBe(true)
    expect(counts()).toMatchObject({ SocketErrors: 0, IdleTimeouts: 0 })
  })

  it.each([
    ['no reply', 'S..', 'Unanswered'],
    ['an exception', 'T..', 'HandlerErrors'],
    ['an empty message', '', 'Unanswered'],
  ] as const)('before %s are answered, and the connection is closed', async (_, bad, counter) => {
    const asking = client(await start())
    asking.send('one', 'two', bad, 'three')
    expect(await until(() => asking.closed)).toBe(true)
    expect(await asking.receive(2)).toEqual(['one', 'two'])
    expect([asking.ended, asking.failed]).toEqual([true, undefined])
    expect(counts()).toMatchObject({ MessagesOut: 2, [counter]: 1 })
  })
})

describe('a connection', () => {
  it('is closed after the idle time, which each message starts anew', async () => {
    const port = await start({ idleTimeout: 1_000 })
    const silent = client(port)
    const asking = client(port)
    for (let turn = 0; turn < 5; turn++) {
      asking.send('query')
      await pause(300)
    }
    expect([silent.ended, asking.ended]).toEqual([true, false])
    expect(await until(() => asking.closed, 3_000)).toBe(true)
    expect([asking.ended, asking.failed, asking.messages.length]).toEqual([true, undefined, 5])
    expect(counts()).toMatchObject({ IdleTimeouts: 2, MessageTimeouts: 0 })
  })

  it('is cut off when a message does not become whole in time, drip by drip or not at all', async () => {
    const port = await start({ messageTimeout: 400 })
    const stopped = client(port)
    stopped.socket.write(Buffer.from([0, 9, 1, 2]))
    const dripping = client(port)
    const drip = setInterval(() => dripping.socket.write('x'), 50)
    const steady = client(port)
    const whole = setInterval(() => steady.send('query'), 50)
    expect(await until(() => stopped.closed && dripping.closed, 3_000)).toBe(true)
    clearInterval(drip)
    expect(steady.closed).toBe(false)
    clearInterval(whole)
    expect(counts().MessageTimeouts).toBe(2)
  })

  it('is cut off when the client does not take its replies, and costs bounded memory until then', async () => {
    const port = await start({ writeTimeout: 600 })
    const lazy = client(port)
    lazy.socket.pause()
    const query = prefixed(Uint8Array.of(0x52, 0xff, 0xff, 1))
    // 10,000 queries of 6 octets ask for 655 MB.
    lazy.socket.write(Buffer.concat(Array.from({ length: 10_000 }, () => query)))
    const brisk = client(port)
    brisk.send('query')
    expect(await brisk.receive(1)).toEqual(['query'])
    await pause(300)
    // Those in the system's buffers of both ends, some megabytes, and no more.
    expect(handler.answered).toBeLessThan(1_000)
    expect(await until(() => counts().WriteTimeouts === 1, 2_000)).toBe(true)
    expect(handler.answered).toBeLessThan(1_000)
    expect(brisk.closed).toBe(false)
    expect(await until(() => counts().Open === 1)).toBe(true)
  })

  it('gets all its replies when the client pauses for less than that', async () => {
    const port = await start({ writeTimeout: 2_000 })
    const pausing = client(port)
    pausing.socket.pause()
    const query = prefixed(Uint8Array.of(0x52, 0xff, 0xff, 1))
    pausing.socket.write(Buffer.concat(Array.from({ length: 400 }, () => query)))
    await pause(500)
    expect(handler.answered).toBeLessThan(400)
    pausing.socket.resume()
    expect(await until(() => pausing.octets.length === 400 * 65_537, 10_000)).toBe(true)
    expect(pausing.messages.every((m) => m.length === 65_535)).toBe(true)
  })

  it('reset by its client is counted and forgotten', async () => {
    const asking = client(await start())
    asking.send('query')
    await asking.receive(1)
    asking.socket.resetAndDestroy()
    expect(await until(() => counts().Open === 0)).toBe(true)
    expect(counts().SocketErrors).toBe(1)
  })
})

describe('the limits', () => {
  it('refuse a client one more when all its connections are new or busy', async () => {
    const port = await start({ connectionsPerClient: 3, grace: 60_000 })
    const first = Array.from({ length: 3 }, () => client(port))
    expect(await until(() => counts().Open === 3)).toBe(true)
    const refused = client(port)
    expect(await until(() => refused.closed)).toBe(true)
    const other = client(port, '127.0.0.1', { localAddress: '127.0.0.9' })
    for (const asking of [...first, other]) {
      asking.send('query')
      expect(await asking.receive(1)).toEqual(['query'])
    }
    expect(counts()).toMatchObject({ Refused: 1, Evicted: 0, Open: 4, Accepted: 4 })
  })

  it('close the connection of a client used least recently in favour of a new one', async () => {
    const port = await start({ connectionsPerClient: 2, grace: 0 })
    const [older, younger] = [client(port), client(port)]
    const other = client(port, '127.0.0.1', { localAddress: '127.0.0.9' })
    expect(await until(() => counts().Open === 3)).toBe(true)
    older.send('query')
    await older.receive(1)
    const added = client(port)
    added.send('query')
    expect(await added.receive(1)).toEqual(['query'])
    expect([older.closed, younger.closed, other.closed]).toEqual([false, true, false])
    expect(counts()).toMatchObject({ Evicted: 1, Refused: 0, Open: 3 })
  })

  it('close the connection used least recently of all when there are too many', async () => {
    const port = await start({ connections: 5, grace: 300 })
    const idle: TcpClient[] = []
    for (let host = 1; host <= 5; host++) {
      idle.push(client(port, '127.0.0.1', { localAddress: `127.0.1.${host}` }))
      expect(await until(() => counts().Open === host)).toBe(true)
    }
    await pause(350)
    idle[0]!.send('query')
    await idle[0]!.receive(1)
    const added = [client(port), client(port)]
    for (const asking of added) {
      asking.send('query')
      expect(await asking.receive(1)).toEqual(['query'])
    }
    expect(idle.map(({ closed }) => closed)).toEqual([false, true, true, false, false])
    expect(counts()).toMatchObject({ Open: 5, Evicted: 2 })
  })

  it('refuse a newcomer when all connections are new or busy', async () => {
    const port = await start({ connections: 1, grace: 60_000 })
    const first = client(port, '127.0.0.1', { localAddress: '127.0.0.9' })
    expect(await until(() => counts().Open === 1)).toBe(true)
    const early = client(port)
    expect(await until(() => early.closed)).toBe(true)
    expect([first.closed, counts().Refused, counts().Evicted]).toEqual([false, 1, 0])
  })

  it('hold while hundreds come and go', async () => {
    const port = await start({ connections: 20, connectionsPerClient: 10 })
    await Promise.all(
      Array.from({ length: 300 }, async (_, number) => {
        await pause(number)
        const asking = client(port, '127.0.0.1', { localAddress: `127.0.2.${(number % 7) + 1}` })
        asking.send('query')
        await asking.receive(1)
        expect(counts().Open).toBeLessThanOrEqual(20)
        if (number % 2 === 0) asking.socket.destroy()
      }),
    )
    const { Open, Accepted, Refused } = counts()
    expect(Accepted + Refused).toBe(300)
    expect(Open).toBeGreaterThan(0)
    expect(counts().MessagesOut).toBeGreaterThanOrEqual(10)
  })
})

describe('stop', () => {
  it('answers what has arrived, closes, and lets the port go', async () => {
    const port = await start()
    const asking = client(port)
    await once(asking.socket, 'connect')
    const idle = client(port)
    expect(await until(() => counts().Open === 2)).toBe(true)
    asking.send(...Array.from({ length: 500 }, () => 'query'))
    const before = performance.now()
    await listener!.stop()
    expect(performance.now() - before).toBeLessThan(900)
    await asking.receive(500)
    expect([asking.messages.length, asking.failed]).toEqual([500, undefined])
    expect(await until(() => asking.ended && idle.ended)).toBe(true)
    const again = await openTcp({ listen: [{ address: '127.0.0.1', port }], handler, counters: createCounters() })
    await again.stop()
  })

  it('takes no longer than its deadline, whatever the clients do', async () => {
    const port = await start()
    const lazy = client(port)
    lazy.socket.pause()
    const query = prefixed(Uint8Array.of(0x52, 0xff, 0xff, 1))
    lazy.socket.write(Buffer.concat(Array.from({ length: 2_000 }, () => query)))
    const keeping = client(port, '127.0.0.1', { allowHalfOpen: true })
    keeping.send('query')
    await keeping.receive(1)
    const before = performance.now()
    await listener!.stop()
    expect(performance.now() - before).toBeLessThan(1_500)
    expect(counts().Open).toBe(0)
  })

  it('follows the flag, with or without connections', async () => {
    const stop = createStopFlag()
    const options = { listen: [{ address: '127.0.0.1', port: 0 }], counters: createCounters(), stop }
    const listeners = [await openTcp({ ...options, handler }), await openTcp({ ...options, handler })]
    const asking = client(listeners[0]!.addresses[0]!.port)
    asking.send('query')
    await asking.receive(1)
    requestStop(stop)
    await Promise.all(listeners.map(({ stopped }) => stopped))
    expect(await until(() => asking.ended)).toBe(true)
  })
})

describe('openTcp', () => {
  it('lets the handler refresh without traffic', async () => {
    await start()
    expect(await until(() => handler.refreshed >= 3, 1_000)).toBe(true)
  })

  it('says which address it cannot have, and keeps none', async () => {
    const port = await start()
    const listen = [
      { address: '127.0.0.2', port },
      { address: '127.0.0.1', port },
    ]
    const error = await openTcp({ listen, handler, counters }).catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(BindError)
    expect(error).toMatchObject({ protocol: 'tcp', address: '127.0.0.1', port, code: 'EADDRINUSE' })
    expect(BindError.from(structuredClone((error as BindError).toData()))).toEqual(error)
    const free = await openTcp({ listen: listen.slice(0, 1), handler, counters })
    await free.stop()
    const foreign = openTcp({ listen: [{ address: '192.0.2.1', port: 0 }], handler, counters })
    await expect(foreign).rejects.toMatchObject({ code: 'EADDRNOTAVAIL' })
  })
})
