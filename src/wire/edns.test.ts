import { decode } from 'dns-packet'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { EdnsOption, ExtendedError, Rcode } from '../iana/index.ts'
import { EdnsQuery, MIN_UDP_PAYLOAD, questionEnd } from './edns.ts'
import { writeExtendedError, writeKeepalive, writeNsid, writeOpt, writeOption, writePadding } from './edns-write.ts'
import { HEADER_LENGTH, HeaderFlag, writeHeader } from './header.ts'
import { nameFromText } from './index.ts'

const question = [...nameFromText('example.com'), 0, 1, 0, 1]
const questionLength = HEADER_LENGTH + question.length

/** A query with these octets as additional records. */
function query(...records: number[][]): Uint8Array {
  const header = new Uint8Array(HEADER_LENGTH)
  writeHeader(header, 1, 0, 1, 0, 0, records.length)
  return Uint8Array.from([...header, ...question, ...records.flat()])
}

function opt(
  options: number[] = [],
  { size = 1232, version = 0, flags = 0x8000, rcode = 0, owner = [0] } = {},
): number[] {
  const length = options.length
  const head = [...owner, 0, 41, size >> 8, size & 255, rcode, version, flags >> 8, flags & 255]
  return [...head, length >> 8, length & 255, ...options]
}

function option(code: number, data: number[] = []): number[] {
  return [code >> 8, code & 255, data.length >> 8, data.length & 255, ...data]
}

function read(message: Uint8Array, overTcp = false): EdnsQuery {
  const edns = new EdnsQuery()
  edns.readMessage(message, questionLength, message.length, overTcp)
  return edns
}

const bytes = (count: number): number[] => Array.from({ length: count }, (_, i) => i)

describe('EdnsQuery', () => {
  it('reads a query without OPT', () => {
    expect(read(query())).toMatchObject({ present: false, fault: undefined, payloadSize: 512, dnssecOk: false })
  })

  it('reads payload size, DO, version and extended rcode', () => {
    expect(read(query(opt([], { size: 4096, version: 1, rcode: 3 })))).toMatchObject({
      present: true,
      fault: undefined,
      payloadSize: 4096,
      dnssecOk: true,
      version: 1,
      extendedRcode: 3,
      offset: questionLength,
      end: questionLength + 11,
    })
    expect(read(query(opt([], { flags: 0x7fff }))).dnssecOk).toBe(false)
  })

  it('takes sizes below 512 as 512 (RFC 6891 6.2.3)', () => {
    expect(read(query(opt([], { size: 0 }))).payloadSize).toBe(MIN_UDP_PAYLOAD)
  })

  it('reads options', () => {
    const options = [
      ...option(EdnsOption.NSID),
      ...option(EdnsOption.COOKIE, bytes(8)),
      ...option(EdnsOption.TCP_KEEPALIVE),
      ...option(EdnsOption.PADDING, bytes(5)),
      ...option(EdnsOption.CLIENT_SUBNET, [0, 1, 24, 0, 192, 0, 2]),
      ...option(EdnsOption.EDE, [0, 0]),
      ...option(EdnsOption.EXPIRE),
      ...option(65001, bytes(3)),
    ]
    expect(read(query(opt(options)), true)).toMatchObject({
      fault: undefined,
      nsid: true,
      cookieOffset: questionLength + 11 + 4 + 4,
      cookieLength: 8,
      keepalive: true,
      padding: true,
      clientSubnet: true,
      extendedError: true,
      expire: true,
    })
  })

  it.each([8, 16, 24, 32, 40])('takes a cookie of %i octets', (length) => {
    expect(read(query(opt(option(EdnsOption.COOKIE, bytes(length))))).cookieLength).toBe(length)
  })

  it.each([0, 7, 9, 15, 41])('refuses a cookie of %i octets (RFC 7873 5.2.2)', (length) => {
    expect(read(query(opt(option(EdnsOption.COOKIE, bytes(length))))).fault).toBe('cookie of a wrong length')
  })

  it('takes the first of several cookies (RFC 7873 5.2)', () => {
    const edns = read(query(opt([...option(EdnsOption.COOKIE, bytes(16)), ...option(EdnsOption.COOKIE, bytes(3))])))
    expect(edns).toMatchObject({ fault: undefined, cookieLength: 16 })
  })

  it('reads keepalive over TCP only, and there without a timeout (RFC 7828 3.2.1, 3.3.1)', () => {
    const message = query(opt(option(EdnsOption.TCP_KEEPALIVE, [0, 1])))
    expect(read(message, true).fault).toBe('keepalive with a timeout')
    expect(read(message, false)).toMatchObject({ fault: undefined, keepalive: false })
  })

  it.each([
    ['two OPTs', query(opt(), opt()), 'more than one OPT'],
    ['an owner other than the root', query(opt([], { owner: [1, 97, 0] })), 'OPT owner is not the root'],
    ['a pointer as owner', query(opt([], { owner: [0xc0, 24] })), 'OPT owner is not the root'],
    ['a length beyond the message', query([...opt().slice(0, 9), 0, 1]), 'record overruns the message'],
    ['a record cut short', query([0, 0, 41, 4]), 'record overruns the message'],
    ['a record that is not there', query([]), 'record overruns the message'],
    ['an option that overruns', query(opt([0, 3, 0, 1])), 'option overruns the OPT'],
    ['half an option header', query(opt([0, 3, 0])), 'option overruns the OPT'],
  ])('refuses %s', (_, message, fault) => {
    expect(read(message).fault).toBe(fault)
  })

  it('refuses an OPT outside the additional section', () => {
    const message = query(opt())
    writeHeader(message, 1, 0, 1, 1, 0, 0)
    expect(read(message).fault).toBe('OPT outside the additional section')
  })

  it('skips other records and finds a TSIG that ends the message', () => {
    const other = [0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 0, 0, 4, 1, 2, 3, 4]
    const tsig = [1, 107, 0, 0, 250, 0, 255, 0, 0, 0, 0, 0, 0]
    const edns = read(query(other, opt(), tsig))
    expect(edns).toMatchObject({ present: true, tsigOffset: questionLength + other.length + 11 })
    // RFC 8945 5.1
    expect(read(query(tsig, opt())).fault).toBe('TSIG is not the last record')
    expect(read(query(tsig, tsig)).fault).toBe('TSIG is not the last record')
  })

  it('forgets the query before', () => {
    const edns = new EdnsQuery()
    const full = query(opt([...option(EdnsOption.NSID), ...option(EdnsOption.COOKIE, bytes(9))]))
    expect(edns.readMessage(full, questionLength, full.length, true)).toBe(false)
    const plain = query()
    expect(edns.readMessage(plain, questionLength, plain.length, true)).toBe(true)
    expect(edns).toEqual(Object.assign(new EdnsQuery(), { overTcp: true }))
  })

  it('stays within the message whatever it holds (property)', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), fc.nat(3), (records, count) => {
        const message = query()
        writeHeader(message, 1, 0, 1, 0, 0, count)
        const whole = Uint8Array.from([...message, ...records])
        const edns = read(whole)
        expect(edns.end).toBeLessThanOrEqual(whole.length)
        expect(edns.cookieOffset + edns.cookieLength).toBeLessThanOrEqual(whole.length)
      }),
    )
  })
})

describe('questionEnd', () => {
  it('finds the end of a whole question', () => {
    expect(questionEnd(query(), questionLength)).toBe(questionLength)
  })

  it('refuses one cut short, compressed, or too long', () => {
    for (let end = HEADER_LENGTH; end < questionLength; end++) expect(questionEnd(query(), end)).toBe(-1)
    expect(questionEnd(Uint8Array.from([...new Uint8Array(12), 0xc0, 12, 0, 1, 0, 1]), 18)).toBe(-1)
    const long = new Uint8Array(300).fill(1)
    long[12 + 256] = 0
    expect(questionEnd(long, 300)).toBe(-1)
  })
})

describe('writing OPT', () => {
  it('writes what dns-packet and the reader read', () => {
    const out = new Uint8Array(512)
    writeHeader(out, 7, HeaderFlag.QR | (Rcode.BADVERS & 15), 0, 0, 0, 1)
    let at = writeOpt(out, 12, 1232, Rcode.BADVERS, true)
    at = writeNsid(out, 12, at, Uint8Array.of(1, 2, 3))
    at = writeExtendedError(out, 12, at, ExtendedError.NOT_AUTHORITATIVE, new TextEncoder().encode('not here'))
    at = writeOption(out, 12, at, EdnsOption.COOKIE, new Uint8Array(16))
    const plain = at
    at = writeKeepalive(out, 12, at, 300)
    at = writePadding(out, 12, at, 9)
    const message = decode(Buffer.from(out.subarray(0, at)))
    const record = message.additionals?.[0]
    expect(record).toMatchObject({ type: 'OPT', udpPayloadSize: 1232, extendedRcode: 1, ednsVersion: 0, flag_do: true })
    expect(record).toMatchObject({
      options: [
        { code: 3, data: Buffer.of(1, 2, 3) },
        { code: 15, data: Buffer.from('\0\x14not here') },
        { code: 10 },
        { code: 11, timeout: 300 },
        { code: 12 },
      ],
    })
    const edns = new EdnsQuery()
    expect(edns.readMessage(out, 12, at, false)).toBe(true)
    expect(edns.end).toBe(at)
    expect(plain).toBeLessThan(at)
  })
})
