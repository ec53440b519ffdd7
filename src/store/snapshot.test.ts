import { copyFileSync, cpSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { EnvironmentWriter } from './environment.ts'
import { StoreError } from './error.ts'
import { FORMAT_VERSION, INFO_KEY } from './layout.ts'
import { ZoneSnapshot } from './snapshot.ts'

const folder = mkdtempSync(join(tmpdir(), 'zonecut-snapshot-'))
const whole = join(folder, 'whole')

beforeAll(async () => {
  const writer = new EnvironmentWriter(whole)
  writer.put(
    'Meta',
    Buffer.from(INFO_KEY),
    Buffer.from(JSON.stringify({ formatVersion: FORMAT_VERSION, origin: 'zz.' })),
  )
  for (let i = 0; i < 100; i++) writer.put('Buckets', Buffer.from([0, 0, 0, i]), Buffer.alloc(5000, i))
  await writer.finish()
})
afterAll(() => rmSync(folder, { recursive: true }))

let copies = 0

/** A copy of the store whose data file was changed. */
function damaged(change: (file: string) => void): string {
  const copy = join(folder, `copy${++copies}`)
  cpSync(whole, copy, { recursive: true })
  change(join(copy, 'data.mdb'))
  return copy
}

describe('a snapshot', () => {
  it('opens a whole store, reading its pages', () => {
    const snapshot = ZoneSnapshot.open(whole)
    expect(snapshot.method).toBe('memory map')
    expect(snapshot.buckets.entries).toBe(100)
    snapshot.close()
  })

  it.each<[string, (file: string) => void, RegExp]>([
    ['that is garbage', (file) => writeFileSync(file, Buffer.alloc(100_000, 0x5a)), /no data file of LMDB/],
    ['that was cut short', (file) => truncateSync(file, 100_000), /cut short/],
    ['that is all but empty', (file) => truncateSync(file, 100), /too short/],
    ['that is empty', (file) => truncateSync(file, 0), /too short/],
    ['of another format', (file) => copyWith(file, 24 + 4, 1), /not the one known/],
    ['with an impossible page size', (file) => copyWith(file, 24 + 24, 77), /page size/],
    ['that is missing', (file) => rmSync(file), /ENOENT/],
  ])('tells of a data file %s instead of crashing', (_, change, message) => {
    const copy = damaged(change)
    expect(() => ZoneSnapshot.open(copy)).toThrow(StoreError)
    expect(() => ZoneSnapshot.open(copy)).toThrow(message)
  })

  it('asks to load the zone again when the store has another format', async () => {
    const path = join(folder, 'old')
    const writer = new EnvironmentWriter(path)
    writer.put('Meta', Buffer.from(INFO_KEY), Buffer.from(JSON.stringify({ formatVersion: 0, origin: 'zz.' })))
    await writer.finish()
    expect(() => ZoneSnapshot.open(path)).toThrow(/load the zone again/)
  })
})

/** Rewrites one octet of a file. */
function copyWith(file: string, at: number, octet: number): void {
  const octets = readFileSync(file)
  octets[at] = octet
  writeFileSync(`${file}.new`, octets)
  copyFileSync(`${file}.new`, file)
}
