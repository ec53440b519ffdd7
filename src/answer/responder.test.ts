import { describe, expect, test } from 'vitest'
import { decodeMessage } from '../../test/interop/message.ts'
import { ODD_MESSAGES, ODD_ORIGIN, ODD_ZONE } from '../../test/interop/odd-messages.ts'
import { Rcode } from '../iana/index.ts'
import type { Handler } from '../net/index.ts'
import { HeaderFlag, nameFromText, setUint16 } from '../wire/index.ts'
import { MemoryZone } from '../zone/index.ts'
import { ask } from './ask.fixture.ts'
import type { FastPath } from './fast.ts'
import { readReply, recordLine, statusLine } from './reply-text.fixture.ts'
import { Responder, ResponderOptionError, type ResponderOptions } from './responder.ts'
import { Transport } from './transport.ts'
import { recordsOf } from './zone.fixture.ts'
import { type ZoneEntry, type ZoneState, ZoneTable } from './zones.ts'

function entry(origin: string, text: string, more: Partial<ZoneEntry> = {}): ZoneEntry {
  const view = new MemoryZone(nameFromText(origin), recordsOf(origin, text))
  return { origin: nameFromText(origin), state: 'ready', view, ...more }
}

const SOA = '@ 3600 SOA ns.example. host.example. 1 1800 900 604800 300\n@ 3600 NS ns.example.\n'
const ZZ = `${SOA}www 3600 A 192.0.2.1\nco 3600 NS ns.example.\nco 3600 DS 1 13 2 ${'00'.repeat(32)}\nout 3600 CNAME www.co\n`
const CO = `${SOA}www 3600 A 192.0.2.2\n`

type Server = { respond(wire: Uint8Array, transport?: Transport): Uint8Array }

function serve(options: Partial<ResponderOptions> = {}): Responder & Server {
  const responder = new Responder({ zones: new ZoneTable([entry('zz.', ZZ)]), ...options })
  const reply = new Uint8Array(65_535)
  const respond = (wire: Uint8Array, transport: Transport = Transport.Udp) =>
    reply.slice(0, responder.answer(wire, wire.length, reply, transport))
  return Object.assign(responder, { respond })
}

/** Status line and records of the reply to a question. */
function dig(server: Server, words: string): string[] {
  const { wire, transport } = ask(words)
  const reply = readReply(server.respond(wire, transport))
  return [statusLine(reply), ...[...reply.answer, ...reply.authority, ...reply.additional].map(recordLine)]
}

/** A question for www.zz A with an OPT record that holds these options. */
function withOptions(options: string): Uint8Array {
  const data = Buffer.from(options.replaceAll(' ', ''), 'hex')
  const wire = Buffer.concat([ask('www.zz. A +bufsize=1232').wire, data])
  wire.writeUInt16BE(data.length, wire.length - data.length - 2)
  return new Uint8Array(wire)
}

const optionsOf = (reply: Uint8Array) =>
  (decodeMessage(reply).edns?.options ?? []).map(({ code, data }) => [code, Buffer.from(data).toString('hex')])

test('it is a handler', () => {
  const handler: Handler = serve()
  handler.refresh()
  expect(handler.answer(new Uint8Array(11), 11, new Uint8Array(512), Transport.Udp)).toBe(0)
})

describe('odd messages', () => {
  const chaos = { versionBind: 'zonecut', versionServer: 'zonecut', hostnameBind: 'here', idServer: 'here' }
  const server = serve({ zones: new ZoneTable([entry(ODD_ORIGIN, ODD_ZONE)]), chaos })
  for (const { title, wire, expected, transports = ['udp', 'tcp'] as const } of ODD_MESSAGES) {
    test.each(transports)(`${title} over %s`, (transport) => {
      const reply = server.respond(wire, transport === 'udp' ? Transport.Udp : Transport.Tcp)
      if (expected.silent) {
        expect(reply.length).toBe(0)
        return
      }
      const message = decodeMessage(reply)
      const { octets = 65_535, ...fields } = expected
      expect({
        rcode: message.rcode,
        aa: message.aa,
        tc: message.tc,
        answers: message.answer.length,
        question: message.question.length === 0 ? 'empty' : 'echoed',
        edns: message.edns !== undefined,
        dnssecOk: message.edns?.dnssecOk === true,
        extendedError: Number(optionsOf(reply).find(([code]) => code === 15)?.[1] ?? -1) === 14 ? 20 : undefined,
      }).toMatchObject(fields)
      if (transport === 'udp') expect(reply.length).toBeLessThanOrEqual(octets)
      expect([message.qr, message.ra, message.zAdCd, message.opcode]).toEqual([true, false, 0, (wire[2]! >> 3) & 15])
    })
  }
})

describe('zones', () => {
  test('a zone that is not ready: SERVFAIL, never NXDOMAIN, with the reason', () => {
    const states: [ZoneState, string][] = [
      ['failed', '000e'],
      ['expired', '0018'],
    ]
    for (const [state, info] of states) {
      const server = serve({ zones: new ZoneTable([entry('zz.', ZZ, { state })]) })
      expect(dig(server, 'nothing.zz. A')).toEqual(['SERVFAIL'])
      expect(optionsOf(server.respond(ask('nothing.zz. A +dnssec').wire))).toEqual([[15, info]])
    }
  })

  test('a zone without a view', () => {
    expect(dig(serve({ zones: new ZoneTable([entry('zz.', ZZ, { view: undefined })]) }), 'www.zz. A')).toEqual([
      'SERVFAIL',
    ])
  })

  test('something throws: SERVFAIL, and the operator is told', () => {
    const faults: unknown[] = []
    const fault = new Error('broken')
    const view = Object.assign(new MemoryZone(nameFromText('zz.'), recordsOf('zz.', ZZ)), {
      node() {
        throw fault
      },
    })
    const onFault = (thrown: unknown) => void faults.push(thrown)
    const server = serve({ zones: new ZoneTable([entry('zz.', ZZ, { view })]), onFault })
    expect(dig(server, 'www.zz. A +bufsize=1232')).toEqual(['SERVFAIL'])
    expect(faults).toEqual([fault])
  })

  test('parent and child in one server', () => {
    const server = serve({ zones: new ZoneTable([entry('zz.', ZZ), entry('co.zz.', CO)]) })
    expect(dig(server, 'www.co.zz. A')).toEqual(['NOERROR aa', 'www.co.zz. 3600 A 192.0.2.2'])
    expect(dig(server, 'co.zz. DS')).toEqual(['NOERROR aa', `co.zz. 3600 DS 1 13 2 ${'00'.repeat(32)}`])
    // An alias from one zone into another stops (the resolver asks again).
    expect(dig(server, 'out.zz. A')).toEqual([
      'NOERROR aa',
      'out.zz. 3600 CNAME www.co.zz.',
      'co.zz. 3600 NS ns.example.',
    ])
  })

  test('the child alone: DS at its apex is NODATA', () => {
    const server = serve({ zones: new ZoneTable([entry('co.zz.', CO)]) })
    expect(dig(server, 'co.zz. DS')).toEqual([
      'NOERROR aa',
      'co.zz. 300 SOA ns.example. host.example. 1 1800 900 604800 300',
    ])
  })

  test('a new table is taken up between messages', () => {
    let next: ZoneTable | undefined
    const server = serve({ zones: new ZoneTable([]), takeUp: () => next })
    server.refresh()
    expect(dig(server, 'www.zz. A')).toEqual(['REFUSED'])
    next = new ZoneTable([entry('zz.', ZZ)])
    expect(dig(server, 'www.zz. A')).toEqual(['REFUSED'])
    server.refresh()
    expect(dig(server, 'www.zz. A')).toEqual(['NOERROR aa', 'www.zz. 3600 A 192.0.2.1'])
  })
})

describe('the query', () => {
  test('class ANY: answered, but not with authority (RFC 1035 6.2)', () => {
    expect(dig(serve(), 'www.zz. A ANY')).toEqual(['NOERROR', 'www.zz. 3600 A 192.0.2.1'])
  })

  test('transfers: REFUSED for a zone, NOTAUTH for what is none', () => {
    expect(dig(serve(), 'zz. AXFR +tcp')).toEqual(['REFUSED'])
    expect(dig(serve(), 'zz. IXFR')).toEqual(['REFUSED'])
    expect(dig(serve(), 'www.zz. AXFR +tcp')).toEqual(['NOTAUTH'])
    expect(dig(serve(), 'example. IXFR +tcp')).toEqual(['NOTAUTH'])
    expect(dig(serve(), 'zz. AXFR')).toEqual(['NOTIMP'])
  })

  test('CHAOS names that are off, and other types of those that are on, are REFUSED', () => {
    const server = serve({ chaos: { versionBind: 'zonecut 1' } })
    expect(dig(server, 'VERSION.bind. TXT CH')).toEqual(['NOERROR', 'version.bind. 0 TXT "zonecut 1"'])
    expect(dig(server, 'version.bind. ANY CH')).toEqual(['NOERROR', 'version.bind. 0 TXT "zonecut 1"'])
    expect(dig(server, 'version.bind. A CH')).toEqual(['REFUSED'])
    expect(dig(server, 'hostname.bind. TXT CH')).toEqual(['REFUSED'])
    expect(dig(serve(), 'version.bind. TXT CH')).toEqual(['REFUSED'])
  })

  test('RD is copied, CD is not', () => {
    const { wire } = ask('www.zz. A +rd')
    wire[3] = 0x10
    expect(decodeMessage(serve().respond(wire))).toMatchObject({ rd: true, zAdCd: 0 })
  })

  test('a TSIG key that is not known: BADKEY, unsigned (RFC 8945 5.3.2)', () => {
    const query = ask('www.zz. A').wire
    const tsig = Buffer.concat([
      nameFromText('key.'),
      Buffer.from('00fa00ff00000000002c', 'hex'),
      nameFromText('hmac-sha256.'),
      Buffer.from('00006a000000012c0010', 'hex'),
      Buffer.alloc(16, 0xaa),
      Buffer.from('123400000000', 'hex'),
    ])
    tsig.writeUInt16BE(tsig.length - 15, 13)
    query[11] = 1
    const reply = serve().respond(new Uint8Array(Buffer.concat([query, tsig])))
    const { rcode, additional } = decodeMessage(reply)
    expect(rcode).toBe(Rcode.NOTAUTH)
    expect(additional.map(({ owner, type }) => [owner, type])).toEqual([['key.', 250]])
    const rdata = Buffer.from(reply)
      .toString('hex')
      .slice(-2 * 29)
    expect(rdata).toBe(`${Buffer.from(nameFromText('hmac-sha256.')).toString('hex')}00006a000000012c0000123400110000`)
  })

  test('a TSIG that is cut short: FORMERR', () => {
    const query = ask('www.zz. A').wire
    query[11] = 1
    const tsig = Buffer.concat([nameFromText('key.'), Buffer.from('00fa00ff000000000000', 'hex')])
    const reply = serve().respond(new Uint8Array(Buffer.concat([query, tsig])))
    expect(decodeMessage(reply).rcode).toBe(Rcode.FORMERR)
  })
})

describe('EDNS', () => {
  const nsid = new TextEncoder().encode('edge-7')

  test('the identifier is given to those who ask for it', () => {
    const server = serve({ nsid })
    expect(optionsOf(server.respond(withOptions('0003 0000')))).toEqual([[3, Buffer.from(nsid).toString('hex')]])
    expect(optionsOf(server.respond(withOptions('')))).toEqual([])
    expect(optionsOf(serve().respond(withOptions('0003 0000')))).toEqual([])
  })

  test('the idle timeout is told over TCP, in units of 100 ms (RFC 7828)', () => {
    const server = serve({ tcpIdleTimeout: 12_345 })
    expect(optionsOf(server.respond(withOptions('000b 0000'), Transport.Tcp))).toEqual([[11, '007b']])
    expect(optionsOf(server.respond(withOptions('000b 0000'), Transport.Udp))).toEqual([])
    expect(optionsOf(server.respond(withOptions(''), Transport.Tcp))).toEqual([])
  })

  test('cookies are read: one of a wrong length is FORMERR (RFC 7873 5.2.2)', () => {
    expect(decodeMessage(serve().respond(withOptions('000a 0008 0102030405060708'))).rcode).toBe(Rcode.NOERROR)
    expect(decodeMessage(serve().respond(withOptions('000a 0007 01020304050607'))).rcode).toBe(Rcode.FORMERR)
  })

  test('a reply to a malformed option has OPT, one to a malformed OPT has none', () => {
    const edns = (wire: Uint8Array) => {
      const message = decodeMessage(serve().respond(wire))
      return [message.rcode, message.edns !== undefined]
    }
    expect(edns(withOptions('000a 0007 01020304050607'))).toEqual([Rcode.FORMERR, true])
    expect(edns(withOptions('000a 0008 010203040506'))).toEqual([Rcode.FORMERR, false])
    const twice = Buffer.concat([withOptions(''), Buffer.from('00002904d0000000000000', 'hex')])
    twice[11] = 2
    expect(edns(new Uint8Array(twice))).toEqual([Rcode.FORMERR, false])
    const withoutQuestion = Buffer.from('123400000000000000000001 00002904d0000000000000'.replace(' ', ''), 'hex')
    expect(edns(new Uint8Array(withoutQuestion))).toEqual([Rcode.FORMERR, true])
  })

  test('the payload told is the one configured', () => {
    const { edns } = decodeMessage(serve({ udpPayload: 1400 }).respond(withOptions('')))
    expect(edns?.payload).toBe(1400)
  })

  test('the longest identifier and the longest question fit in 512 octets', () => {
    const name = `${`${'a'.repeat(63)}.`.repeat(3)}${'b'.repeat(61)}.`
    const server = serve({ nsid: new Uint8Array(128) })
    const query = Buffer.concat([ask(`${name} A +bufsize=512`).wire, Buffer.from('00030000', 'hex')])
    query.writeUInt16BE(4, query.length - 6)
    const reply = server.respond(new Uint8Array(query))
    expect(reply.length).toBeLessThanOrEqual(512)
    expect(optionsOf(reply)).toEqual([
      [3, '00'.repeat(128)],
      [15, '0014'],
    ])
  })

  test('settings out of range', () => {
    expect(() => serve({ nsid: new Uint8Array(129) })).toThrow(ResponderOptionError)
    expect(() => serve({ udpPayload: 511 })).toThrow('udpPayload must be 512 to 4096 octets')
    expect(() => serve({ udpPayload: Number.NaN })).toThrow(ResponderOptionError)
    expect(() => serve({ chaos: { idServer: 'x'.repeat(256) } })).toThrow('longer than 255 octets')
  })
})

describe('the fast path', () => {
  /** Answers www.zz A with one address record of its own, and leaves all else to the general path. */
  class OneName implements FastPath {
    readonly limits: number[] = []

    answer(
      query: { qtype: number; qnameLength: number; questionEnd: number },
      reply: Uint8Array,
      limit: number,
    ): number {
      this.limits.push(limit)
      if (query.qtype !== 1) {
        reply.fill(0xff, 0, 100)
        return 0
      }
      reply[2]! |= HeaderFlag.AA >> 8
      setUint16(reply, 6, 1)
      reply.set([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 198, 51, 100, 1], query.questionEnd)
      return query.questionEnd + 16
    }
  }

  test('answers first; what it does not cover is answered generally', () => {
    const fast = new OneName()
    const server = serve({ zones: new ZoneTable([entry('zz.', ZZ, { fast })]) })
    expect(dig(server, 'wWw.zz. A')).toEqual(['NOERROR aa', 'www.zz. 60 A 198.51.100.1'])
    expect(dig(server, 'www.zz. A +dnssec')).toEqual(['NOERROR aa', 'www.zz. 60 A 198.51.100.1'])
    expect(dig(server, 'www.zz. TXT')).toEqual([
      'NOERROR aa',
      'zz. 300 SOA ns.example. host.example. 1 1800 900 604800 300',
    ])
    expect(dig(server, 'www.zz. A ANY')).toEqual(['NOERROR', 'www.zz. 3600 A 192.0.2.1'])
  })

  test('has the limit without the room for OPT', () => {
    const fast = new OneName()
    const zones = new ZoneTable([entry('zz.', ZZ, { fast })])
    const server = serve({ zones, nsid: new Uint8Array(6) })
    server.respond(ask('www.zz. A').wire)
    server.respond(ask('www.zz. A +bufsize=100').wire)
    server.respond(ask('www.zz. A +bufsize=700').wire)
    server.respond(withOptions('0003 0000'))
    server.respond(ask('www.zz. A').wire, Transport.Tcp)
    expect(fast.limits).toEqual([512, 512 - 11, 700 - 11, 1232 - 11 - 10, 65_535])
  })
})
