import { expect, test } from 'vitest'
import { nameFromText, nameToText } from '../wire/index.ts'
import { ask } from './ask.fixture.ts'
import { ParsedQuery, parseQuery } from './query.ts'
import { DuplicateZoneError, ZoneTable } from './zones.ts'

function table(...origins: string[]): ZoneTable {
  return new ZoneTable(
    origins.map((origin) => ({ origin: nameFromText(origin), state: 'ready' as const, view: undefined })),
  )
}

function find(zones: ZoneTable, words: string): string | undefined {
  const { wire, transport } = ask(words)
  const query = new ParsedQuery()
  parseQuery(query, wire, wire.length, transport)
  const entry = zones.find(query)
  return entry && nameToText(entry.origin)
}

test('the most specific zone answers', () => {
  const zones = table('zz.', 'co.zz.', 'a.b.co.zz.', 'mail.')
  const cases = {
    'zz. SOA': 'zz.',
    'www.zz. A': 'zz.',
    'WWW.ZZ. A': 'zz.',
    'co.zz. SOA': 'co.zz.',
    'x.co.zz. A': 'co.zz.',
    'b.co.zz. A': 'co.zz.',
    'x.a.b.co.zz. A': 'a.b.co.zz.',
    'xco.zz. A': 'zz.',
    'example.com.mail. MX': 'mail.',
    'azz. A': undefined,
    '. NS': undefined,
  }
  for (const [words, origin] of Object.entries(cases)) expect([words, find(zones, words)]).toEqual([words, origin])
})

test('the root zone takes every name that no other does', () => {
  const zones = table('.', 'zz.')
  expect(find(zones, '. NS')).toBe('.')
  expect(find(zones, 'www.example. A')).toBe('.')
  expect(find(zones, 'www.zz. A')).toBe('zz.')
})

test('DS at an apex is answered by the parent, where it is served (RFC 4035 3.1.4.1)', () => {
  const zones = table('zz.', 'co.zz.')
  expect(find(zones, 'co.zz. DS')).toBe('zz.')
  expect(find(zones, 'x.co.zz. DS')).toBe('co.zz.')
  expect(find(zones, 'co.zz. NS')).toBe('co.zz.')
  expect(find(zones, 'zz. DS')).toBe('zz.')
  expect(find(table('.', 'zz.'), '. DS')).toBe('.')
})

test('labels are kept apart: dots in a label are none between labels', () => {
  const zones = table('a.b.')
  expect(find(zones, 'a\\.b. A')).toBeUndefined()
  expect(find(zones, 'x\\.a.b. A')).toBeUndefined()
})

test('a thousand zones', () => {
  const origins = Array.from({ length: 1000 }, (_, i) => `zone${i}.`)
  const zones = table(...origins)
  for (const origin of origins) expect(find(zones, `www.${origin} A`)).toBe(origin)
  expect(find(zones, 'www.zone1000. A')).toBeUndefined()
})

test('no zones', () => {
  expect(find(table(), 'www.zz. A')).toBeUndefined()
})

test('a zone listed twice', () => {
  expect(() => table('zz.', 'ZZ.')).toThrow(DuplicateZoneError)
})
