import { TYPE } from './message.ts'
import { labelsToWire, wireName } from './name.ts'
import { buildQuery, type QueryOptions } from './query.ts'

/** The zone the messages of this file are about. */
export const ODD_ORIGIN = 'zz.'
export const ODD_ZONE = `zz. 3600 IN SOA a.nic.zz. hostmaster.nic.zz. 2026073101 1800 900 604800 600
zz. 3600 IN NS a.nic.zz.
zz. 3600 IN NS b.nic.zz.
a.nic.zz. 3600 IN A 192.0.2.1
b.nic.zz. 3600 IN A 192.0.2.2
www.zz. 3600 IN A 192.0.2.80
www.zz. 3600 IN TXT "web"
cut.zz. 3600 IN NS ns.cut.zz.
ns.cut.zz. 3600 IN A 192.0.2.53
cut.zz. 3600 IN DS 1 13 2 00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff
alias.zz. 3600 IN CNAME www.cut.zz.
${Array.from({ length: 70 }, (_, i) => `wide.zz. 3600 IN A 203.0.113.${i}`).join('\n')}
${Array.from({ length: 22 }, (_, i) => `fits.zz. 3600 IN A 203.0.113.${i}`).join('\n')}
${Array.from({ length: 9 }, (_, i) => `large.zz. 3600 IN NS a-long-nameserver-label-${i}.large.zz.\na-long-nameserver-label-${i}.large.zz. 3600 IN A 192.0.2.${i}\na-long-nameserver-label-${i}.large.zz. 3600 IN AAAA 2001:db8::${i}`).join('\n')}
`

export interface Expectation {
  /** No reply at all. */
  readonly silent?: true
  readonly rcode?: number
  readonly aa?: boolean
  readonly tc?: boolean
  /** Records in the answer section. */
  readonly answers?: number
  readonly question?: 'echoed' | 'empty'
  /** Whether the reply carries OPT. */
  readonly edns?: boolean
  readonly dnssecOk?: boolean
  /** Extended DNS error (RFC 8914) among the reply's options. */
  readonly extendedError?: number
  /** Octets at most. */
  readonly octets?: number
}

export interface OddMessage {
  readonly title: string
  readonly wire: Buffer
  readonly expected: Expectation
  /** Both, unless said. */
  readonly transports?: readonly ('udp' | 'tcp')[]
}

const QUERY = 0
const RCODE = { NOERROR: 0, FORMERR: 1, NXDOMAIN: 3, NOTIMP: 4, REFUSED: 5, NOTAUTH: 9, BADVERS: 16 } as const

const www: QueryOptions = { name: wireName('www.zz.'), type: TYPE.A }
const plain = (over: Partial<QueryOptions> = {}) => buildQuery({ ...www, ...over })

interface Opt {
  readonly owner?: Buffer
  readonly payload?: number
  readonly version?: number
  readonly flags?: number
  readonly options?: Buffer
  /** When it is not the options' own length. */
  readonly length?: number
}

function opt({
  owner = Buffer.from([0]),
  payload = 1232,
  version = 0,
  flags = 0,
  options = Buffer.alloc(0),
  length,
}: Opt = {}): Buffer {
  const fixed = Buffer.alloc(10)
  fixed.writeUInt16BE(TYPE.OPT, 0)
  fixed.writeUInt16BE(payload, 2)
  fixed.writeUInt8(version, 5)
  fixed.writeUInt16BE(flags, 6)
  fixed.writeUInt16BE(length ?? options.length, 8)
  return Buffer.concat([owner, fixed, options])
}

function option(code: number, data: Buffer): Buffer {
  const head = Buffer.alloc(4)
  head.writeUInt16BE(code, 0)
  head.writeUInt16BE(data.length, 2)
  return Buffer.concat([head, data])
}

/** Appends records and sets one of the header's counts (4 question, 6 answer, 8 authority, 10 additional). */
function counted(message: Buffer, at: 4 | 6 | 8 | 10, count: number, ...records: Buffer[]): Buffer {
  const whole = Buffer.concat([message, ...records])
  whole.writeUInt16BE(count, at)
  return whole
}

const withOpt = (over: Opt, base = plain()) => counted(base, 10, 1, opt(over))
const addressRecord = Buffer.from('c00c000100010000000000040a000001', 'hex')

/** A header and these octets as the question. */
function questionOctets(octets: Buffer): Buffer {
  const head = Buffer.alloc(12)
  head.writeUInt16BE(1, 4)
  return Buffer.concat([head, octets])
}

const IN_A = Buffer.from([0, 1, 0, 1])
const chaos = (name: string) => buildQuery({ name: wireName(name), type: TYPE.TXT, klass: 3 })

const tsig = Buffer.concat([
  wireName('unknown-key.'),
  Buffer.from('00fa00ff00000000', 'hex'),
  (() => {
    const rdata = Buffer.concat([
      wireName('hmac-sha256.'),
      Buffer.alloc(6),
      Buffer.from('012c0020', 'hex'),
      Buffer.alloc(32),
      Buffer.alloc(6),
    ])
    const length = Buffer.alloc(2)
    length.writeUInt16BE(rdata.length)
    return Buffer.concat([length, rdata])
  })(),
])

const answered: Expectation = { rcode: RCODE.NOERROR, aa: true, tc: false, answers: 1, question: 'echoed' }
const refused: Expectation = { rcode: RCODE.REFUSED, aa: false, answers: 0 }
const formatError: Expectation = { rcode: RCODE.FORMERR, aa: false, answers: 0 }
const notImplemented: Expectation = { rcode: RCODE.NOTIMP, aa: false, answers: 0 }

/** Odd messages, and what zonecut makes of each. */
export const ODD_MESSAGES: readonly OddMessage[] = [
  { title: 'a plain query', wire: plain(), expected: { ...answered, edns: false } },
  {
    title: 'a plain query with EDNS and DO',
    wire: withOpt({ flags: 0x8000 }),
    expected: { ...answered, edns: true, dnssecOk: true },
  },

  // sizes
  {
    title: 'EDNS payload 4096, capped at 1232',
    transports: ['udp'],
    wire: plain({ name: wireName('wide.zz.'), edns: { payload: 65535 } }),
    expected: { rcode: 0, tc: false, answers: 70, octets: 1232 },
  },
  {
    title: 'no EDNS: 512 octets',
    transports: ['udp'],
    wire: plain({ name: wireName('wide.zz.') }),
    expected: { rcode: 0, tc: true, answers: 0, octets: 512 },
  },
  {
    title: 'EDNS payload 100 counts as 512',
    transports: ['udp'],
    wire: plain({ name: wireName('fits.zz.'), edns: { payload: 100 } }),
    expected: { rcode: 0, tc: false, answers: 22 },
  },
  {
    title: 'EDNS payload 0 counts as 512',
    transports: ['udp'],
    wire: plain({ name: wireName('fits.zz.'), edns: { payload: 0 } }),
    expected: { rcode: 0, tc: false, answers: 22 },
  },
  {
    title: 'in-domain glue that does not fit sets TC',
    transports: ['udp'],
    wire: plain({ name: wireName('x.large.zz.') }),
    expected: { rcode: 0, aa: false, tc: true, answers: 0 },
  },
  {
    title: 'a body cut short is empty but for OPT',
    transports: ['udp'],
    wire: plain({ name: wireName('wide.zz.'), edns: { payload: 512 } }),
    expected: { rcode: 0, tc: true, answers: 0, edns: true, octets: 12 + 13 + 11 },
  },

  // EDNS
  {
    title: 'EDNS version 1',
    wire: withOpt({ version: 1 }),
    expected: { rcode: RCODE.BADVERS, edns: true, answers: 0 },
  },
  {
    title: 'EDNS version 255 with DO',
    wire: withOpt({ version: 255, flags: 0x8000 }),
    expected: { rcode: RCODE.BADVERS, edns: true, dnssecOk: true, answers: 0 },
  },
  { title: 'two OPT records', wire: counted(plain(), 10, 2, opt(), opt()), expected: formatError },
  { title: 'OPT longer than the message', wire: withOpt({ length: 9 }), expected: formatError },
  {
    title: 'an EDNS option that overruns OPT',
    wire: withOpt({ options: Buffer.from('fde900327a', 'hex') }),
    expected: formatError,
  },
  { title: 'OPT not owned by the root', wire: withOpt({ owner: Buffer.from([1, 0x61, 0]) }), expected: formatError },
  { title: 'OPT cut off', wire: withOpt({}).subarray(0, -4), expected: formatError },
  {
    title: 'an unknown EDNS option',
    wire: withOpt({ options: option(65001, Buffer.from('hello')) }),
    expected: { ...answered, edns: true },
  },
  {
    title: 'unknown EDNS flags',
    wire: withOpt({ flags: 0x7fff }),
    expected: { ...answered, edns: true, dnssecOk: false },
  },
  { title: 'padding', wire: withOpt({ options: option(12, Buffer.alloc(30)) }), expected: { ...answered, edns: true } },

  // opcodes
  { title: 'IQUERY', wire: plain({ opcode: 1 }), expected: notImplemented },
  { title: 'STATUS', wire: plain({ opcode: 2 }), expected: notImplemented },
  { title: 'opcode 3', wire: plain({ opcode: 3 }), expected: notImplemented },
  { title: 'opcode 3 with EDNS', wire: withOpt({}, plain({ opcode: 3 })), expected: { ...notImplemented, edns: true } },
  { title: 'opcode 15', wire: plain({ opcode: 15 }), expected: notImplemented },
  {
    title: 'NOTIFY for a zone it is not secondary of',
    wire: plain({ name: wireName('zz.'), type: TYPE.SOA, opcode: 4, flags: 0x400 }),
    expected: { rcode: RCODE.NOTAUTH },
  },

  // headers
  { title: 'a response', wire: plain({ flags: 0x8000 }), expected: { silent: true } },
  { title: 'eleven octets', wire: plain().subarray(0, 11), expected: { silent: true } },
  { title: 'two octets', wire: plain().subarray(0, 2), expected: { silent: true } },
  { title: 'a header and no question', wire: Buffer.alloc(12), expected: { rcode: RCODE.FORMERR, question: 'empty' } },
  { title: 'two questions', wire: counted(plain(), 4, 2, plain().subarray(12)), expected: formatError },
  { title: 'two questions counted, one there', wire: counted(plain(), 4, 2), expected: formatError },
  { title: 'AA set in a query', wire: plain({ flags: 0x400 }), expected: answered },
  { title: 'TC set in a query', wire: plain({ flags: 0x200 }), expected: answered },
  { title: 'RA set in a query', wire: plain({ flags: 0x80 }), expected: answered },
  { title: 'rcode bits set in a query', wire: plain({ flags: 5 }), expected: answered },
  { title: 'CD set in a query', wire: plain({ flags: 0x10 }), expected: answered },

  // what follows the question
  { title: 'octets after the message', wire: Buffer.concat([plain(), Buffer.from('garbage')]), expected: answered },
  {
    title: 'octets after the message, with EDNS',
    wire: Buffer.concat([withOpt({}), Buffer.from([0, 1, 2])]),
    expected: { ...answered, edns: true },
  },
  { title: 'an answer record in a query', wire: counted(plain(), 6, 1, addressRecord), expected: answered },
  { title: 'an authority record in a query', wire: counted(plain(), 8, 1, addressRecord), expected: answered },
  { title: 'an additional record in a query', wire: counted(plain(), 10, 1, addressRecord), expected: answered },
  { title: 'an additional record counted, none there', wire: counted(plain(), 10, 1), expected: formatError },
  { title: 'TSIG with an unknown key', wire: counted(plain(), 10, 1, tsig), expected: { rcode: RCODE.NOTAUTH } },

  // the question's name
  {
    title: 'label type 01',
    wire: questionOctets(Buffer.concat([Buffer.from([0x41, 0x61, 0]), IN_A])),
    expected: formatError,
  },
  {
    title: 'label type 10',
    wire: questionOctets(Buffer.concat([Buffer.from([0x81, 0x61, 0]), IN_A])),
    expected: formatError,
  },
  {
    title: 'a pointer to itself',
    wire: questionOctets(Buffer.concat([Buffer.from([0xc0, 12]), IN_A])),
    expected: formatError,
  },
  {
    title: 'a pointer forward',
    wire: questionOctets(Buffer.concat([Buffer.from([0xc0, 20]), IN_A, Buffer.alloc(4)])),
    expected: formatError,
  },
  {
    title: 'a pointer into the header',
    wire: questionOctets(Buffer.concat([Buffer.from([1, 0x61, 0xc0, 4]), IN_A])),
    expected: formatError,
  },
  {
    title: 'a name of 256 octets',
    wire: questionOctets(
      Buffer.concat([
        ...Array.from({ length: 4 }, () => Buffer.concat([Buffer.from([62]), Buffer.alloc(62, 'a')])),
        Buffer.from([2, 0x61, 0x61, 0]),
        IN_A,
      ]),
    ),
    expected: formatError,
  },
  {
    title: 'a name of 255 octets',
    wire: plain({
      name: labelsToWire([
        Buffer.alloc(63, 'a'),
        Buffer.alloc(63, 'b'),
        Buffer.alloc(63, 'c'),
        Buffer.alloc(58, 'd'),
        Buffer.from('zz'),
      ]),
    }),
    expected: { rcode: RCODE.NXDOMAIN, aa: true },
  },
  { title: 'a question cut off inside the name', wire: plain().subarray(0, 16), expected: formatError },
  { title: 'a question cut off before the class', wire: plain().subarray(0, -2), expected: formatError },

  // classes
  { title: 'class CH for a zone name', wire: plain({ klass: 3 }), expected: refused },
  { title: 'class HS', wire: plain({ klass: 4 }), expected: refused },
  { title: 'version.bind CH TXT', wire: chaos('version.bind.'), expected: { rcode: 0, answers: 1 } },
  { title: 'version.server CH TXT', wire: chaos('version.server.'), expected: { rcode: 0, answers: 1 } },
  { title: 'hostname.bind CH TXT', wire: chaos('hostname.bind.'), expected: { rcode: 0, answers: 1 } },
  { title: 'id.server CH TXT', wire: chaos('id.server.'), expected: { rcode: 0, answers: 1 } },
  { title: 'another name of class CH', wire: chaos('authors.bind.'), expected: refused },

  // types
  { title: 'QTYPE OPT', wire: plain({ type: TYPE.OPT }), expected: formatError },
  { title: 'QTYPE TSIG', wire: plain({ type: TYPE.TSIG }), expected: formatError },
  { title: 'QTYPE TKEY', wire: plain({ type: TYPE.TKEY }), expected: formatError },
  { title: 'QTYPE MAILA', wire: plain({ type: TYPE.MAILA }), expected: notImplemented },
  { title: 'QTYPE MAILB', wire: plain({ type: TYPE.MAILB }), expected: notImplemented },
  {
    title: 'AXFR over UDP',
    transports: ['udp'],
    wire: plain({ name: wireName('zz.'), type: TYPE.AXFR }),
    expected: notImplemented,
  },
  { title: 'ANY over UDP: one RRset', transports: ['udp'], wire: plain({ type: TYPE.ANY }), expected: answered },
  {
    title: 'ANY over TCP: all of them',
    transports: ['tcp'],
    wire: plain({ type: TYPE.ANY }),
    expected: { ...answered, answers: 2 },
  },
  {
    title: 'QTYPE NSEC at a cut',
    wire: plain({ name: wireName('cut.zz.'), type: TYPE.NSEC }),
    expected: { rcode: 0, aa: false, answers: 0 },
  },
  {
    title: 'QTYPE DS at a cut, from the parent',
    wire: plain({ name: wireName('cut.zz.'), type: TYPE.DS }),
    expected: answered,
  },
  {
    title: 'a CNAME to a delegated name',
    wire: plain({ name: wireName('alias.zz.') }),
    expected: { rcode: 0, aa: true, answers: 1 },
  },

  // zones
  {
    title: 'a zone not served',
    wire: plain({ name: wireName('example.') }),
    expected: { ...refused, question: 'echoed', edns: false },
  },
  {
    title: 'a zone not served, with EDNS: Not Authoritative',
    wire: withOpt({}, plain({ name: wireName('example.') })),
    expected: { ...refused, edns: true, extendedError: 20 },
  },
  {
    title: 'the root, not served',
    wire: plain({ name: wireName('.'), type: TYPE.NS, opcode: QUERY }),
    expected: refused,
  },
]
