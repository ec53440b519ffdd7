import { createSocket, type Socket } from 'node:dgram'
import { createServer } from 'node:net'
import { afterEach, describe, expect, test } from 'vitest'
import { RRClass, RRType } from '../../iana/index.ts'
import { nameFromText, nameToText } from '../../wire/index.ts'
import { CommandError } from '../exit.ts'
import { parseQuery } from './arguments.ts'
import { exchange } from './exchange.ts'
import { decodeReply, encodeQuery, isReplyTo, ReplyError } from './message.ts'
import { printReply, replyToJson } from './print.ts'

const plan = (...words: string[]) => parseQuery(words, undefined)

describe('the way of asking', () => {
  test('dig words, in any order', () => {
    expect(plan('+dnssec', 'example.zz', '@::1@5300', 'mx', 'CH', '+tcp', '+tries=4', '+time=1', '+rec')).toMatchObject(
      {
        server: { address: '::1', port: 5300 },
        name: nameFromText('example.zz.'),
        type: RRType.MX,
        klass: RRClass.CH,
        tcp: true,
        tries: 4,
        timeout: 1,
        recurse: true,
        edns: { version: 0, payload: 1232, dnssec: true, nsid: false },
      },
    )
  })

  test('defaults', () => {
    expect(plan('zz')).toMatchObject({
      server: { address: '127.0.0.1', port: 53 },
      type: RRType.A,
      klass: RRClass.IN,
      tcp: false,
      recurse: false,
    })
    expect(parseQuery(['zz', '@192.0.2.1@53'], '5300').server).toEqual({ address: '192.0.2.1', port: 5300 })
    expect(plan('zz', '+noedns').edns).toBeUndefined()
    expect(plan('zz', 'TYPE65280').type).toBe(65280)
  })

  const mistakes: readonly [words: string[], message: string][] = [
    [[], 'no name was given'],
    [['zz', 'NONSENSE'], "'NONSENSE' is no type, class or switch"],
    [['zz', 'A', 'IN', 'MX'], "'MX' is no type, class or switch"],
    [['a..b'], "'a..b' is not a domain name"],
    [['zz', '+dnsec'], "unknown switch '+dnsec'"],
    [['zz', '+bufsize'], "'+bufsize': write a number from 0 to 65535"],
    [['zz', '+tries=x'], "'+tries=x': write a number from 1 to 100"],
    [['@nowhere', 'zz'], "@nowhere: 'nowhere' is not a listening address"],
  ]
  test.each(mistakes)('%s', (words, message) => {
    expect(() => parseQuery(words, undefined)).toThrow(message)
    expect(() => parseQuery(words, undefined)).toThrow(CommandError)
  })
})

describe('the message', () => {
  test('carries any octet in a name, and EDNS', () => {
    const asked = plan('a\\.b.\\195\\169.!!', 'TXT', '+dnssec', '+nsid', '+bufsize=4000')
    const { octets, id } = encodeQuery(asked)
    const hex = Buffer.from(octets).toString('hex')
    const name = `03${Buffer.from('a.b').toString('hex')}02c3a902212100`
    expect(hex).toBe(
      `${id.toString(16).padStart(4, '0')}00000001000000000001${name}001000010000290fa000008000000400030000`,
    )
    expect(isReplyTo(replyOf(octets), { id, octets }, asked)).toBe(true)
    expect(isReplyTo(octets, { id, octets }, asked)).toBe(false)
    expect(isReplyTo(replyOf(encodeQuery(plan('zz')).octets), { id, octets }, asked)).toBe(false)
  })

  test('is decoded with compressed names, in rdata too', () => {
    const { octets, id } = encodeQuery(plan('zz', 'MX', '+noedns'))
    const record = Buffer.from('c00c000f000100000e10000700 0a026d78c00c'.replace(' ', ''), 'hex')
    const reply = Buffer.concat([replyOf(octets), record])
    reply.writeUInt16BE(1, 6)
    const decoded = decodeReply(reply)
    expect(decoded).toMatchObject({ id, rcode: 0, flags: ['qr', 'aa'], size: reply.length, edns: undefined })
    expect(nameToText(decoded.answers[0]!.name)).toBe('zz.')
    const answered = { reply: decoded, transport: 'UDP', milliseconds: 1 } as const
    expect(printReply(plan('zz', 'MX'), answered)).toContain('zz.\t3600\tIN\tMX\t10 mx.zz.')
    expect(printReply(plan('zz', 'MX', '+short'), answered)).toBe('10 mx.zz.\n')
    expect(replyToJson(plan('zz', 'MX'), answered)).toMatchObject({
      rcode: 'NOERROR',
      answers: [{ name: 'zz.', ttl: 3600, class: 'IN', type: 'MX', data: '10 mx.zz.' }],
    })
  })

  test('EDNS of a reply: extended rcode, extended error, identifier', () => {
    const { octets } = encodeQuery(plan('zz', '+noedns'))
    const opt = Buffer.from('00002904d0010080000012000f0006001474657374000300046e733031', 'hex')
    const reply = Buffer.concat([replyOf(octets), opt])
    reply.writeUInt16BE(1, 10)
    const text = printReply(plan('zz'), { reply: decodeReply(reply), transport: 'UDP', milliseconds: 1 })
    expect(text).toContain('status: BADVERS')
    expect(text).toContain('; EDNS: version: 0, flags: do; udp: 1232')
    expect(text).toContain('; EDE: 20 ("test")')
    expect(text).toContain('; NSID: 6e733031 ("ns01")')
  })

  test.each([13, 16, 20, 24, 30])('cut off after %i octets is an error', (length) => {
    const { octets } = encodeQuery(plan('zz', 'MX'))
    expect(() => decodeReply(replyOf(octets).subarray(0, length))).toThrow(ReplyError)
  })
})

describe('the exchange', () => {
  const open: { close(): void }[] = []
  afterEach(() => {
    for (const socket of open.splice(0)) socket.close()
  })

  async function udpServer(answer: (query: Buffer, send: (reply: Uint8Array) => void) => void): Promise<number> {
    const socket: Socket = createSocket('udp4')
    open.push(socket)
    socket.on('message', (query, from) => answer(query, (reply) => socket.send(reply, from.port, from.address)))
    await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve))
    return socket.address().port
  }

  test('drops replies that answer something else, and asks again in silence', async () => {
    let asked = 0
    const port = await udpServer((query, send) => {
      asked++
      const other = Buffer.from(query)
      other[0] = other[0]! ^ 1
      send(replyOf(other))
      if (asked > 1) send(replyOf(query))
    })
    const { reply, transport } = await exchange(parseQuery(['@127.0.0.1', 'zz', '+time=1'], String(port)))
    expect({ rcode: reply.rcode, transport, asked }).toEqual({ rcode: 0, transport: 'UDP', asked: 2 })
  })

  test('tells that no reply came', async () => {
    const port = await udpServer(() => {})
    const silent = parseQuery(['@127.0.0.1', 'zz', '+time=1', '+tries=1'], String(port))
    await expect(exchange(silent)).rejects.toThrow(`no reply over UDP from 127.0.0.1@${port} in 1 tries of 1 s`)
    open.splice(0)[0]!.close()
    await expect(exchange(silent)).rejects.toThrow('nothing listens on')
    await expect(exchange({ ...silent, tcp: true })).rejects.toThrow('nothing listens on')
  })

  test('goes on over TCP after truncation', async () => {
    const port = await udpServer((query, send) => {
      const reply = replyOf(query)
      reply[2] = reply[2]! | 0x02
      send(reply)
    })
    const server = createServer((socket) => {
      socket.on('data', (chunk) => {
        const reply = replyOf(chunk.subarray(2))
        const length = Buffer.from([0, reply.length])
        socket.write(length)
        setTimeout(() => socket.end(reply), 20)
      })
    })
    open.push(server)
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
    const asked = parseQuery(['@127.0.0.1', 'zz'], String(port))
    expect(await exchange(asked)).toMatchObject({ transport: 'TCP' })
    expect(await exchange({ ...asked, retryTruncated: false })).toMatchObject({ transport: 'UDP' })
  })
})

/** The query as an authoritative reply without records. */
function replyOf(query: Uint8Array): Buffer {
  const reply = Buffer.from(query)
  reply[2] = 0x84
  return reply
}
