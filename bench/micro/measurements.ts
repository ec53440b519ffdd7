import { ParsedQuery, parseQuery, Responder } from '../../src/answer/index.ts'
import { parseEvent } from '../../src/feed/index.ts'
import { RRClass, RRType } from '../../src/iana/index.ts'
import { Transport } from '../../src/net/index.ts'
import {
  compareNames,
  decompressName,
  lowerName,
  MessageWriter,
  type Name,
  nameFromText,
  nameToText,
  rdataFromText,
  rdataToText,
} from '../../src/wire/index.ts'
import { parseZoneText, printRecord } from '../../src/zonefile/index.ts'
import { buildQueries, type QueryChoice } from '../load/queries.ts'
import type { Fixture } from './fixture.ts'
import { inTurn, type Measurement } from './measure.ts'

const RDATA_TEXT: readonly (readonly [keyof typeof RRType & string, string])[] = [
  ['A', '192.0.2.1'],
  ['AAAA', '2001:db8::1:2'],
  ['NS', 'ns1.hoster1128.net.'],
  ['DS', '10173 13 2 571242425051c1ccd17f9acae01f5057ca02135e92b1d3f28ede0d7ac3baea9e'],
  ['SOA', 'a.nic.zz. hostmaster.nic.zz. 2026112100 1800 900 604800 900'],
]

function queriesOf(fixture: Fixture, choice: Partial<QueryChoice>): () => Uint8Array {
  const delegations = { apex: fixture.origin, names: fixture.delegated, total: fixture.delegated.length }
  const set = buildQueries(delegations, { negative: false, dnssecOk: false, payload: undefined, prefix: [], ...choice })
  return inTurn(Array.from(set.offsets, (at, i) => set.octets.slice(at, at + set.lengths[i]!)))
}

function parsing(fixture: Fixture): Measurement[] {
  const texts = inTurn(fixture.delegated.map((name) => nameToText(name)))
  const options = { origin: fixture.origin, file: 'bench', onRecord: () => {} }
  const { records } = parseZoneText(fixture.text, options)
  const query = new ParsedQuery()
  const messages = queriesOf(fixture, { payload: 1232, dnssecOk: true })
  const message = Buffer.concat([
    Buffer.alloc(12),
    nameFromText('www.example.zz.'),
    Buffer.from([3, 0x66, 0x74, 0x70, 0xc0, 16]),
  ])
  return [
    {
      group: 'parse',
      name: 'zone file, a record',
      operations: records,
      run: () => parseZoneText(fixture.text, options),
    },
    { group: 'parse', name: 'name from text', run: () => nameFromText(texts()) },
    {
      group: 'parse',
      name: 'name from a message',
      run: () => decompressName(message, 28, message.length),
    },
    ...RDATA_TEXT.map(
      ([type, text]): Measurement => ({
        group: 'parse',
        name: `${type} rdata from text`,
        run: () => rdataFromText(RRType[type], text),
      }),
    ),
    {
      group: 'parse',
      name: 'query message',
      run: () => {
        const wire = messages()
        return parseQuery(query, wire, wire.length, Transport.Udp)
      },
    },
  ]
}

function packing(fixture: Fixture): Measurement[] {
  const names = inTurn(fixture.delegated)
  const writer = new MessageWriter(new Uint8Array(4096))
  const servers = ['ns1.hoster1128.net.', 'ns2.hoster1128.net.'].map((text) => nameFromText(text))
  const rdatas = RDATA_TEXT.map(([type, text]) => [RRType[type], rdataFromText(RRType[type], text)] as const)
  const address = [rdataFromText(RRType.A, '192.0.2.1')]
  const refer = (name: Name) => {
    writer.begin(1232)
    writer.question(name, RRType.A, RRClass.IN)
    writer.rrset(2, name, RRType.NS, RRClass.IN, 86_400, servers)
    for (const server of servers) writer.rrset(3, server, RRType.A, RRClass.IN, 86_400, address)
    return writer.offset
  }
  return [
    { group: 'pack', name: 'name to text', run: () => nameToText(names()) },
    { group: 'pack', name: 'name to lower case', run: () => lowerName(names()) },
    {
      group: 'pack',
      name: 'names compared in canonical order',
      run: () => compareNames(names(), names()),
    },
    ...rdatas.map(
      ([type, rdata], i): Measurement => ({
        group: 'pack',
        name: `${RDATA_TEXT[i]![0]} rdata to text`,
        run: () => rdataToText(type, rdata),
      }),
    ),
    {
      group: 'pack',
      name: 'record to a line of a zone file',
      run: () => printRecord(names(), 86_400, rdatas[3]![0], rdatas[3]![1]),
    },
    { group: 'pack', name: 'referral of 2 NS and 2 A, compressed', run: () => refer(names()) },
  ]
}

function looking(fixture: Fixture): Measurement[] {
  const { snapshot } = fixture
  const present = inTurn(fixture.delegated)
  const absent = inTurn(fixture.delegated.map((name) => Uint8Array.from(name, (octet, i) => (i === 1 ? 0x5f : octet))))
  const table = fixture.fast
  const query = new ParsedQuery()
  const wire = queriesOf(fixture, {})()
  parseQuery(query, wire, wire.length, Transport.Udp)
  return [
    { group: 'lookup', name: 'zone of a query', run: () => table.find(query) },
    {
      group: 'lookup',
      name: 'node that is there, all its RRsets',
      run: () => snapshot.node(present()),
    },
    { group: 'lookup', name: 'node that is not there', run: () => snapshot.node(absent()) },
  ]
}

function responding(fixture: Fixture): Measurement[] {
  const kinds: readonly (readonly [string, Partial<QueryChoice>])[] = [
    ['referral', {}],
    ['referral, DO', { payload: 1232, dnssecOk: true }],
    ['referral for a name below', { prefix: ['www'] }],
    ['NXDOMAIN', { negative: true }],
    ['NXDOMAIN, DO', { negative: true, payload: 1232, dnssecOk: true }],
  ]
  const reply = new Uint8Array(65_535)
  return (['fast', 'general'] as const).flatMap((path) => {
    const responder = new Responder({ zones: fixture[path] })
    return kinds.map(([name, choice]): Measurement => {
      const queries = queriesOf(fixture, choice)
      return {
        group: 'respond',
        name: `${name}${path === 'fast' ? '' : ', general path'}`,
        run() {
          const query = queries()
          return responder.answer(query, query.length, reply, Transport.Udp)
        },
      }
    })
  })
}

function feeding({ origin, delegated }: Fixture): Measurement[] {
  const common = { v: 1, at: '2026-11-24T08:00:00Z', op: 'upsert', registrar: 'REG-1', statuses: ['ok'] }
  const texts = (of: (name: string) => object) =>
    inTurn(delegated.map((name, i) => JSON.stringify({ ...common, seq: i + 1, tx: `T${i}`, ...of(nameToText(name)) })))
  const ds = [{ keyTag: 10_173, algorithm: 13, digestType: 2, digest: 'AB'.repeat(32) }]
  const domains = texts((name) => ({ kind: 'domain', name, ns: [`ns1.${name}`, 'ns2.hoster1128.net'], ds }))
  const hosts = texts((name) => ({ kind: 'host', name: `ns1.${name}`, addrs: ['192.0.2.1', '2001:db8::1'] }))
  return [
    { group: 'feed', name: 'event of a domain', run: () => parseEvent(domains(), origin) },
    { group: 'feed', name: 'event of a host', run: () => parseEvent(hosts(), origin) },
  ]
}

export function allMeasurements(fixture: Fixture): Measurement[] {
  return [...parsing(fixture), ...packing(fixture), ...looking(fixture), ...responding(fixture), ...feeding(fixture)]
}
