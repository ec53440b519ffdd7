import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { tldZoneText, writeTldZone } from '../../bench/zone/generate.ts'
import { NameList, readZoneNames, ZoneNamesError } from '../../bench/zone/names.ts'
import { nameFromText, nameToText, ROOT } from '../../src/wire/index.ts'

const folder = mkdtempSync(join(tmpdir(), 'zonecut-bench-zone-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

test('a generated zone has the delegations asked for, all different, in the shares of a TLD', () => {
  const file = join(folder, 'zz.zone')
  writeTldZone(file, { origin: 'zz.', delegations: 20_000, seed: 7 })
  const { apex, delegated, signed, unsigned, denial } = readZoneNames(file, ROOT)
  expect(nameToText(apex)).toBe('zz.')
  const names = Array.from({ length: delegated.count }, (_, place) => nameToText(delegated.at(place)))
  expect(new Set(names).size).toBe(20_000)
  expect(signed.length / 20_000).toBeCloseTo(0.1, 1)
  expect(signed.length + unsigned.length).toBe(20_000)
  expect(denial).toEqual({ kind: 'unsigned' })
})

test('the same seed gives the same zone, another one another', () => {
  const text = (seed: number) => [...tldZoneText({ origin: 'zz.', delegations: 100, seed })].join('')
  expect(text(1)).toBe(text(1))
  expect(text(1)).not.toBe(text(2))
})

test('the names of a signed zone, its records sorted', () => {
  const file = join(folder, 'signed.zone')
  const lines = [
    'zz. 900 IN SOA a.nic.zz. root.nic.zz. 1 1800 900 604800 900',
    'zz. 900 IN NS a.nic.zz.',
    'zz. 900 IN DNSKEY 257 3 13 mdsswUyr3DPW132mOi8V9xESWE8jTo0dxCjjnopKl+GqJxpVXckHAeF+KkxLbxILfDLUT0rAK9iUzy1L53eKGQ==',
    'zz. 0 IN NSEC3PARAM 1 0 0 -',
    'a.zz. 900 IN NS ns.example.',
    'a.zz. 900 IN NS ns2.example.',
    'b.zz. 900 IN NS ns.b.zz.',
    'b.zz. 900 IN DS 1 13 2 0000000000000000000000000000000000000000000000000000000000000000',
    'b.zz. 900 IN DS 2 13 2 0000000000000000000000000000000000000000000000000000000000000000',
    'ns.b.zz. 900 IN A 192.0.2.1',
    'pv0krfo4os2fqo0d9bq7e6oae3d30hhm.zz. 900 IN NSEC3 1 1 0 - PVJG80M5SKT2H7GRTA4SNJT7RT6S5NR1 NS SOA',
  ]
  writeFileSync(file, `${lines.join('\n')}\n`)
  const names = readZoneNames(file, ROOT)
  expect(names.delegated.count).toBe(2)
  expect([names.signed, names.unsigned]).toEqual([[1], [0]])
  expect(names.denial).toEqual({ kind: 'nsec3', parameters: '1 1 0 -' })
})

test('a file without delegations cannot be asked', () => {
  const file = join(folder, 'empty.zone')
  writeFileSync(file, 'zz. 900 IN SOA a.nic.zz. root.nic.zz. 1 1800 900 604800 900\n')
  expect(() => readZoneNames(file, ROOT)).toThrow(ZoneNamesError)
})

test('a list of names outgrows its first memory', () => {
  const list = new NameList()
  for (let i = 0; i < 100_000; i++) list.add(nameFromText(`a-name-of-some-length-${i}.zz.`))
  expect(list.count).toBe(100_000)
  expect([0, 65_535, 65_536, 99_999].map((place) => nameToText(list.at(place)))).toEqual([
    'a-name-of-some-length-0.zz.',
    'a-name-of-some-length-65535.zz.',
    'a-name-of-some-length-65536.zz.',
    'a-name-of-some-length-99999.zz.',
  ])
})
