import { constants } from 'node:os'
import { afterEach, describe, expect, it } from 'vitest'
import { createCounters, createStopFlag, createYieldFlag, readUdpCounters, requestStop, setYielding } from './index.ts'
import { type Libc, loadLibc } from './libc.ts'
import { MmsgSockets } from './mmsg.ts'
import { testQuery, UdpClient } from './udp-client.fixture.ts'
import { orderedHandler } from './udp-worker.fixture.ts'

const result = loadLibc()
const { EAGAIN, ECONNREFUSED, EINTR, ENOBUFS, EPERM, EINVAL } = constants.errno

/** What a system call answers in a test: a number of packets it takes at most, or an errno it fails with. */
type Outcome = { readonly takes: number } | { readonly fails: number }

/** The real system calls, but for sendmmsg and recvmmsg having these outcomes first. */
function faultyLibc(libc: Libc, sends: Outcome[], receives: Outcome[] = []): Libc {
  let errno: number | undefined
  const fault = (outcomes: Outcome[], count: number, call: (count: number) => number): number => {
    errno = undefined
    const outcome = outcomes.shift()
    if (outcome === undefined) return call(count)
    if ('takes' in outcome) return call(Math.min(count, outcome.takes))
    errno = outcome.fails
    return -1
  }
  return {
    ...libc,
    sendmmsg: (fd, messages, count, flags) => fault(sends, count, (n) => libc.sendmmsg(fd, messages, n, flags)),
    recvmmsg: (fd, messages, count, flags) => fault(receives, count, (n) => libc.recvmmsg(fd, messages, n, flags, 0)),
    errno: () => errno ?? libc.errno(),
  }
}

const clients: UdpClient[] = []

afterEach(() => {
  for (const client of clients.splice(0)) client.close()
})

describe.skipIf('missing' in result)('the batched loop', () => {
  if ('missing' in result) return
  const { libc } = result

  /** Sends `queries` packets, runs the loop over them in this thread, and gives the tags answered and the counters. */
  async function serve(queries: number, sends: Outcome[], receives: Outcome[] = [], yielded = 0) {
    const stop = createStopFlag()
    const counters = createCounters()
    const yielding = createYieldFlag()
    setYielding(yielding, yielded)
    const slept: number[] = []
    const usleep = (microseconds: number) => slept.push(microseconds)
    const sockets = new MmsgSockets(
      { ...faultyLibc(libc, sends, receives), usleep },
      {
        listen: [{ address: '127.0.0.1', port: 0 }],
        sharePort: false,
        stop,
        yielding,
        counters,
        receiveBuffer: 1 << 20,
        sendBuffer: 1 << 20,
        onHandlerError: undefined,
      },
    )
    const client = await UdpClient.connect(sockets.addresses[0]!)
    clients.push(client)
    for (let tag = 0; tag < queries; tag++) await client.send(testQuery(tag, 9, tag))
    // The packets lie in the socket's buffer; with one look at the flag allowed, the loop drains them and returns.
    const handler = orderedHandler(new Int32Array(1))
    let batches = 0
    const failing = receives.length
    await sockets.run({
      answer: handler.answer,
      refresh: () => {
        if (++batches > failing) requestStop(stop)
      },
    })
    const counts = readUdpCounters(counters)
    const replies = await client.receive(counts.PacketsOut)
    return { tags: replies.map((reply) => reply.readUInt32BE(13)), counts, slept }
  }

  const tags = (count: number, ...without: number[]) =>
    Array.from({ length: count }, (_, tag) => tag).filter((tag) => !without.includes(tag))

  it.each([
    [2, 250, []],
    [3, 250, [250]],
    [63, 250, [250]],
    [64, 250, []],
    [20, 0, []],
  ])('after a batch of %i, told to yield %i microseconds, yields %j', async (queries, yielded, expected) => {
    const { tags: answered, slept } = await serve(queries, [], [], yielded)
    expect(answered).toEqual(tags(queries))
    expect(slept).toEqual(expected)
  })

  it('goes on where a partial send ended', async () => {
    const { tags: answered, counts } = await serve(40, [{ takes: 1 }, { takes: 7 }, { takes: 30 }])
    expect(answered).toEqual(tags(40))
    expect(counts).toMatchObject({ PacketsIn: 40, PacketsOut: 40, OctetsOut: 40 * 17, SendErrors: 0, Batches: 1 })
  })

  it.each([
    ['EPERM', EPERM],
    ['ECONNREFUSED', ECONNREFUSED],
    ['EINVAL', EINVAL],
    ['ENOBUFS', ENOBUFS],
  ])('drops the one reply that meets %s and sends the others', async (_, errno) => {
    const sends = [{ takes: 3 }, { fails: errno }, { fails: errno }, { takes: 5 }]
    const { tags: answered, counts } = await serve(20, sends)
    expect(answered).toEqual(tags(20, 3, 4))
    expect(counts).toMatchObject({ PacketsOut: 18, OctetsOut: 18 * 17, SendErrors: 2 })
  })

  it('tries again after an interrupted call', async () => {
    const { tags: answered, counts } = await serve(20, [{ takes: 3 }, { fails: EINTR }], [{ fails: EINTR }])
    expect(answered).toEqual(tags(20))
    expect(counts).toMatchObject({ SendErrors: 0, ReceiveErrors: 0 })
  })

  it('drops the rest of a batch when the send buffer stays full, and goes on with the next', async () => {
    const { tags: answered, counts } = await serve(100, [{ takes: 3 }, { fails: EAGAIN }])
    expect(answered).toEqual([...tags(3), ...tags(100).slice(64)])
    expect(counts).toMatchObject({ PacketsOut: 39, OctetsOut: 39 * 17, SendErrors: 61 })
  })

  it('survives failing receive calls', async () => {
    const { tags: answered, counts } = await serve(10, [], [{ fails: ENOBUFS }, { fails: EAGAIN }, { fails: ENOBUFS }])
    expect(answered).toEqual(tags(10))
    expect(counts).toMatchObject({ ReceiveErrors: 2, PacketsOut: 10 })
  })
})
