import { expect, test } from 'vitest'
import { QuerySetError, QueryWriter, querySet } from '../../bench/load/query-set.ts'
import { RRType } from '../../src/iana/index.ts'
import { nameFromText, nameToText } from '../../src/wire/index.ts'
import { decodeMessage } from '../interop/message.ts'

const NONE = new Uint8Array()
const WWW = Uint8Array.of(3, 0x77, 0x77, 0x77)

test('queries come out as they were written', () => {
  const writer = new QueryWriter()
  writer.add(WWW, nameFromText('example.zz.'), RRType.AAAA, undefined)
  writer.add(NONE, nameFromText('zz.'), RRType.SOA, { payload: 1232, dnssecOk: true })
  writer.add(NONE, nameFromText('zz.'), RRType.SOA, { payload: 4096, dnssecOk: false })
  const set = querySet(writer.octets)
  expect(set.count).toBe(3)
  const messages = Array.from(set.offsets, (at, i) => decodeMessage(set.octets.slice(at, at + set.lengths[i]!)))
  expect(messages.map((message) => message.question)).toEqual([
    [{ name: 'www.example.zz.', type: RRType.AAAA, klass: 1 }],
    [{ name: 'zz.', type: RRType.SOA, klass: 1 }],
    [{ name: 'zz.', type: RRType.SOA, klass: 1 }],
  ])
  expect(messages.map(({ edns }) => edns && [edns.payload, edns.dnssecOk])).toEqual([
    undefined,
    [1232, true],
    [4096, false],
  ])
  expect(messages.every(({ trailing }) => trailing === 0)).toBe(true)
})

test('many queries outgrow the first buffer', () => {
  const writer = new QueryWriter()
  for (let i = 0; i < 5000; i++) writer.add(NONE, nameFromText(`d${i}.zz.`), RRType.A, undefined)
  const set = querySet(writer.octets)
  expect(set.count).toBe(5000)
  const at = set.offsets[4321]!
  expect(decodeMessage(set.octets.slice(at, at + set.lengths[4321]!)).question[0]?.name).toBe('d4321.zz.')
})

test('mixed case changes letters only, and each by its own bit', () => {
  const name = nameFromText('a-long-label-of-more-than-32-letters-in-all.\\064\\091\\096\\123.zz.')
  const written = (flip: () => number) => {
    const writer = new QueryWriter()
    writer.add(NONE, name, RRType.A, undefined, flip)
    return nameToText(writer.octets.slice(14, 14 + name.length))
  }
  expect(written(() => 0)).toBe(nameToText(name))
  expect(written(() => 0xffffffff)).toBe(nameToText(name).toUpperCase())
  expect(written(() => 0x55555555).slice(0, 12)).toBe('A-LoNg-lAbEl')
})

test('a list whose lengths do not add up is refused', () => {
  expect(() => querySet(new Uint8Array())).toThrow(QuerySetError)
  expect(() => querySet(Uint8Array.of(0))).toThrow(QuerySetError)
  expect(() => querySet(Uint8Array.of(0, 20, 1, 2, 3))).toThrow(QuerySetError)
})
