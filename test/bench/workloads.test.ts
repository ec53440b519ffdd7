import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { type ListName, queryList, WORKLOADS } from '../../bench/compare/workloads.ts'
import { querySet } from '../../bench/load/query-set.ts'
import { tldZoneText } from '../../bench/zone/generate.ts'
import { readZoneNames } from '../../bench/zone/names.ts'
import { RRType } from '../../src/iana/index.ts'
import { nameToText, ROOT } from '../../src/wire/index.ts'
import { decodeMessage } from '../interop/message.ts'

const COUNT = 5000
const folder = mkdtempSync(join(tmpdir(), 'zonecut-bench-workloads-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const file = join(folder, 'zz.zone')
writeFileSync(file, [...tldZoneText({ origin: 'zz.', delegations: COUNT, seed: 3 })].join(''))
const names = readZoneNames(file, ROOT)
const delegated = new Set(Array.from({ length: COUNT }, (_, place) => nameToText(names.delegated.at(place))))
const withDs = new Set(names.signed.map((place) => nameToText(names.delegated.at(place))))

function asked(list: ListName, count = COUNT) {
  const { octets, offsets, lengths } = querySet(queryList(list, names, count))
  return Array.from(offsets, (at, i) => {
    const message = decodeMessage(octets.slice(at, at + lengths[i]!))
    const { name, type } = message.question[0]!
    return { name, type, edns: message.edns }
  })
}

test('referrals ask every name once before any again', () => {
  const queries = asked('referral')
  expect(new Set(queries.map(({ name }) => name))).toEqual(delegated)
  expect(queries.every(({ edns, type }) => edns === undefined && type === RRType.A)).toBe(true)
  expect(asked('referral-do').every(({ edns }) => edns?.dnssecOk === true && edns.payload === 1232)).toBe(true)
})

test('names by Zipf repeat the popular ones', () => {
  const times = new Map<string, number>()
  for (const { name } of asked('referral-do-zipf')) times.set(name, (times.get(name) ?? 0) + 1)
  expect(Math.max(...times.values())).toBeGreaterThan(COUNT / 20)
  expect([...times.keys()].every((name) => delegated.has(name))).toBe(true)
})

test('delegations with and without DS', () => {
  expect(asked('referral-do-signed').every(({ name }) => withDs.has(name))).toBe(true)
  expect(asked('referral-do-unsigned').some(({ name }) => withDs.has(name))).toBe(false)
})

test('missing names are missing, and all different', () => {
  const queries = asked('nxdomain')
  expect(queries.some(({ name }) => delegated.has(name))).toBe(false)
  expect(new Set(queries.map(({ name }) => name)).size).toBe(COUNT)
})

test('the apex is asked for its keys, SOA and nameservers in equal parts', () => {
  const queries = asked('apex', 3000)
  expect(queries.every(({ name }) => name === 'zz.')).toBe(true)
  for (const type of [RRType.DNSKEY, RRType.SOA, RRType.NS]) {
    expect(queries.filter((query) => query.type === type).length).toBe(1000)
  }
})

test('the mix has the shares of a TLD', () => {
  const queries = asked('mix', 40_000)
  const share = (wanted: (query: (typeof queries)[number]) => boolean) => queries.filter(wanted).length / queries.length
  const lower = ({ name }: { name: string }) => name.toLowerCase()
  const isApex = (query: { name: string }) => lower(query) === 'zz.'
  const isDelegated = (query: { name: string }) => delegated.has(lower(query).replace(/^www\./, ''))
  expect(share((query) => query.type === RRType.DS)).toBeCloseTo(0.1, 1)
  expect(share(isApex)).toBeCloseTo(0.05, 1)
  expect(share((query) => isDelegated(query) && query.type !== RRType.DS)).toBeCloseTo(0.6, 1)
  expect(share((query) => !isDelegated(query) && !isApex(query))).toBeCloseTo(0.25, 1)
  expect(share(({ edns }) => edns?.dnssecOk === true)).toBeCloseTo(0.7, 1)
  expect(share((query) => query.name !== lower(query))).toBeGreaterThan(0.9)
})

test('a list is the same each time, and never shorter than what is in flight', () => {
  expect(queryList('mix', names, 2000)).toEqual(queryList('mix', names, 2000))
  expect(asked('ds', 1).length).toBeGreaterThanOrEqual(1024)
})

test('a zone without DS has no list of such delegations', () => {
  expect(queryList('referral-do-signed', { ...names, signed: [] }, COUNT).length).toBe(0)
})

test('workloads have names of their own', () => {
  expect(new Set(WORKLOADS.map(({ name }) => name)).size).toBe(WORKLOADS.length)
})
