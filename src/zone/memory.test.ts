import { expect, test } from 'vitest'
import { RRType, typeFromText } from '../iana/index.ts'
import { nameFromText, nameToText, rdataFromText, rdataToText } from '../wire/index.ts'
import { MemoryZone, ZoneContentError, type ZoneRecord } from './memory.ts'
import type { ZoneNode } from './rrset.ts'

const ORIGIN = nameFromText('zz.')

/** One record a line: owner, TTL, type, rdata. */
function records(text: string): ZoneRecord[] {
  return text
    .trim()
    .split('\n')
    .map((line) => {
      const [owner, ttl, type, ...rdata] = line.trim().split(/\s+/)
      const code = typeFromText(type!)!
      return {
        owner: nameFromText(owner!, ORIGIN),
        ttl: Number(ttl),
        type: code,
        rdata: rdataFromText(code, rdata.join(' '), ORIGIN),
      }
    })
}

const SOA = 'zz. 3600 SOA ns.zz. host.zz. 2026010101 1800 900 604800 300'

function zone(text: string): MemoryZone {
  return new MemoryZone(ORIGIN, records(`${SOA}\n${text}`))
}

const owner = (node: ZoneNode | undefined) => node && nameToText(node.owner)

test('nodes, without case', () => {
  const view = zone('WWW.zz. 60 A 192.0.2.1')
  expect(owner(view.node(nameFromText('www.ZZ.')))).toBe('www.zz.')
  expect(view.node(nameFromText('ftp.zz.'))).toBeUndefined()
  expect(view.node(nameFromText('www.example.'))).toBeUndefined()
  expect(view.serial).toBe(2026010101)
  expect(view.denial).toBe('none')
})

test('RRsets in canonical form and order, a record given twice once', () => {
  const view = zone(`www.zz. 60 TXT "b"
    www.zz. 60 MX 10 MAIL.zz.
    www.zz. 60 A 192.0.2.20
    www.zz. 60 A 192.0.2.3
    www.zz. 60 A 192.0.2.20`)
  const { rrsets } = view.node(nameFromText('www.zz.'))!
  expect(rrsets.map(({ type, rdatas }) => [type, rdatas.map((rdata) => rdataToText(type, rdata))])).toEqual([
    [RRType.A, ['192.0.2.3', '192.0.2.20']],
    [RRType.MX, ['10 mail.zz.']],
    [RRType.TXT, ['"b"']],
  ])
})

test('signatures stand with the RRset that they cover', () => {
  const signature = (type: string) => `${type} 13 2 60 20300101000000 20200101000000 1 zz. AAAA`
  const view = zone(`www.zz. 60 A 192.0.2.1
    www.zz. 60 TXT "x"
    www.zz. 60 RRSIG ${signature('A')}`)
  const { rrsets } = view.node(nameFromText('www.zz.'))!
  expect(rrsets.map(({ type, signatures }) => [type, signatures.length])).toEqual([
    [RRType.A, 1],
    [RRType.TXT, 0],
  ])
})

test('what lies below a name', () => {
  const view = zone('a.b.c.zz. 60 A 192.0.2.1')
  const below = ['zz.', 'c.zz.', 'b.C.zz.', 'a.b.c.zz.', 'd.zz.'].map((name) => view.hasBelow(nameFromText(name)))
  expect(below).toEqual([true, true, true, false, false])
  expect(view.node(nameFromText('b.c.zz.'))).toBeUndefined()
})

test('NSEC: the last owner at or before a name', () => {
  const view = zone(`zz. 60 NSEC b.zz. SOA NSEC
    b.zz. 60 A 192.0.2.1
    b.zz. 60 NSEC d.zz. A NSEC
    c.b.zz. 60 A 192.0.2.1
    d.zz. 60 A 192.0.2.1
    d.zz. 60 NSEC zz. A NSEC`)
  expect(view.denial).toBe('nsec')
  const at = (name: string) => owner(view.nsecAtOrBefore(nameFromText(name)))
  expect(['zz.', 'a.zz.', 'b.zz.', 'c.b.zz.', 'c.zz.', 'd.zz.', 'e.zz.'].map(at)).toEqual([
    'zz.',
    'zz.',
    'b.zz.',
    'b.zz.',
    'b.zz.',
    'd.zz.',
    'd.zz.',
  ])
})

const label = (digit: string) => digit.repeat(32)
const hash = (octet: number) => new Uint8Array(20).fill(octet)

test('NSEC3: owners are found by hash alone, in a circle', () => {
  // 8 fives of bits are 5 octets: the label 0000… is octets 00, 8888… 42 10 84 …, vvvv… ff.
  const view = zone(`zz. 0 NSEC3PARAM 1 0 0 -
    ${label('0')}.zz. 300 NSEC3 1 1 0 - ${label('v')} A RRSIG
    ${label('v')}.zz. 300 NSEC3 1 1 0 - ${label('0')} A RRSIG`)
  expect(view.denial).toBe('nsec3')
  expect(view.nsec3).toEqual({ algorithm: 1, iterations: 0, salt: new Uint8Array(0) })
  expect(view.node(nameFromText(`${label('0')}.zz.`))).toBeUndefined()
  expect(view.hasBelow(ORIGIN)).toBe(false)
  expect(owner(view.nsec3Matching(hash(0)))).toBe(`${label('0')}.zz.`)
  expect(view.nsec3Matching(hash(1))).toBeUndefined()
  expect(owner(view.nsec3Covering(hash(1)))).toBe(`${label('0')}.zz.`)
  expect(view.nsec3Covering(hash(0xff))).toBeUndefined()
})

test('NSEC3: a hash before the first is covered by the last', () => {
  const view = zone(`zz. 0 NSEC3PARAM 1 0 0 -
    ${label('8')}.zz. 300 NSEC3 1 1 0 - ${label('g')} A
    ${label('g')}.zz. 300 NSEC3 1 1 0 - ${label('8')} A`)
  expect(owner(view.nsec3Covering(hash(0)))).toBe(`${label('g')}.zz.`)
  expect(owner(view.nsec3Covering(hash(0xff)))).toBe(`${label('g')}.zz.`)
})

test('NSEC3: only the chain of the parameters that NSEC3PARAM names', () => {
  const view = zone(`zz. 0 NSEC3PARAM 1 0 5 AB
    ${label('0')}.zz. 300 NSEC3 1 1 0 - ${label('v')} A
    ${label('v')}.zz. 300 NSEC3 1 1 5 AB ${label('v')} A`)
  expect(view.nsec3).toEqual({ algorithm: 1, iterations: 5, salt: Uint8Array.of(0xab) })
  expect(view.nsec3Matching(hash(0))).toBeUndefined()
  expect(owner(view.nsec3Matching(hash(0xff)))).toBe(`${label('v')}.zz.`)
})

test('records that make no zone', () => {
  expect(() => new MemoryZone(ORIGIN, records('www.zz. 60 A 192.0.2.1'))).toThrow('zone zz.: zz. has no SOA record')
  expect(() => zone('www.example. 60 A 192.0.2.1')).toThrow(ZoneContentError)
})
