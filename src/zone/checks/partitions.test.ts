import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, expect, it } from 'vitest'
import { PARTITIONS, Partitions } from './partitions.ts'

const folder = mkdtempSync(join(tmpdir(), 'zonecut-partitions-test-'))
afterAll(() => rmSync(folder, { recursive: true }))

function put(partitions: Partitions, partition: number, octets: Uint8Array): void {
  const at = partitions.reserve(partition, octets.length)
  partitions.buffer.set(octets, at)
}

it('gives back what was put into each group, in order, in memory or not', () => {
  const record = fc.tuple(fc.integer({ min: 0, max: PARTITIONS - 1 }), fc.uint8Array({ minLength: 1, maxLength: 3000 }))
  fc.assert(
    fc.property(fc.array(record, { maxLength: 60 }), fc.constantFrom(1, 500, 5000, 1_000_000), (records, limit) => {
      const partitions = new Partitions(limit, folder)
      for (const [partition, octets] of records) put(partitions, partition, octets)
      for (const partition of new Set([0, ...records.map(([number]) => number)])) {
        const expected = records.filter(([number]) => number === partition).map(([, octets]) => octets)
        expect(Buffer.from(partitions.read(partition)).equals(Buffer.concat(expected))).toBe(true)
      }
      partitions.close()
    }),
    { numRuns: 50 },
  )
})

it('leaves no file behind, nor the folder it made', () => {
  const made = join(folder, 'made', 'deeper')
  const partitions = new Partitions(10, made)
  expect(partitions.spilled).toBe(false)
  for (let i = 0; i < 5; i++) put(partitions, i, new Uint8Array(8).fill(i))
  expect(partitions.spilled).toBe(true)
  expect(existsSync(join(folder, 'made'))).toBe(false)
  expect(readdirSync(folder)).toEqual([])
  expect([...partitions.read(3)]).toEqual(Array(8).fill(3))
  partitions.close()
})
