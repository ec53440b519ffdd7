import { describe, expect, test } from 'vitest'
import { nameToText } from '../wire/index.ts'
import { ask } from './ask.fixture.ts'
import { ParsedQuery, parseQuery, QueryState } from './query.ts'
import { Transport } from './transport.ts'

const query = new ParsedQuery()

function parse(wire: Uint8Array, length = wire.length): QueryState {
  return parseQuery(query, wire, length, Transport.Udp)
}

test('what is read of a query', () => {
  const { wire } = ask('WwW.Example.ZZ. TYPE65280 CH +dnssec +bufsize=4096 +rd')
  expect(parse(wire)).toBe(QueryState.Read)
  expect(nameToText(query.qname.subarray(0, query.qnameLength))).toBe('www.example.zz.')
  expect([...query.labelOffsets.subarray(0, query.labelCount)]).toEqual([0, 4, 12])
  expect(query).toMatchObject({
    id: 0x1234,
    flags: 0x0100,
    opcode: 0,
    qnameLength: 16,
    labelCount: 3,
    qtype: 65280,
    qclass: 3,
    questionEnd: 32,
    hasOpt: true,
    dnssecOk: true,
    edns: { payloadSize: 4096, version: 0 },
  })
})

test('nothing is left of the query before', () => {
  parse(ask('a.b.c.d.zz. A +dnssec').wire)
  expect(parse(ask('. NS').wire)).toBe(QueryState.Read)
  expect(query).toMatchObject({ labelCount: 0, qnameLength: 1, questionEnd: 17, hasOpt: false, dnssecOk: false })
  parse(ask('zz. A +dnssec').wire)
  expect(parse(new Uint8Array(12))).toBe(QueryState.Malformed)
  expect(query).toMatchObject({ questionEnd: 12, hasOpt: false, dnssecOk: false })
})

test('the longest name: 127 labels, 255 octets', () => {
  expect(parse(ask(`${'a.'.repeat(127)} A`).wire)).toBe(QueryState.Read)
  expect(query).toMatchObject({ labelCount: 127, qnameLength: 255 })
})

describe('malformed', () => {
  const { wire } = ask('www.zz. A')
  const changed = (at: number, ...octets: number[]) => {
    const copy = wire.slice()
    copy.set(octets, at)
    return copy
  }
  const cases: [string, Uint8Array][] = [
    ['no question', changed(5, 0)],
    ['two questions', changed(5, 2)],
    ['a pointer in the name', changed(12, 0xc0, 12)],
    ['an unknown kind of label', changed(12, 0x41)],
    [
      'a name of 256 octets',
      Uint8Array.from([...wire.subarray(0, 12), ...Array(127).fill([1, 97]).flat(), 1, 97, 0, 0, 1, 0, 1]),
    ],
    ['a record that is counted and not there', changed(11, 1)],
  ]
  test.each(cases)('%s', (_, message) => expect(parse(message)).toBe(QueryState.Malformed))

  test('cut short anywhere', () => {
    for (let length = 12; length < wire.length; length++) expect(parse(wire, length)).toBe(QueryState.Malformed)
  })
})

test('no query: a response, or less than a header', () => {
  const { wire } = ask('www.zz. A')
  expect(parse(wire, 11)).toBe(QueryState.Silent)
  expect(parse(wire, 0)).toBe(QueryState.Silent)
  wire[2]! |= 0x80
  expect(parse(wire)).toBe(QueryState.Silent)
})
