import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { linesOfFile } from './parse-lines.fixture.ts'

let folder: string

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'zonecut-gunzip-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

function write(name: string, content: Uint8Array): string {
  const path = join(folder, name)
  writeFileSync(path, content)
  return path
}

const text = Array.from({ length: 200_000 }, (_, i) => `x${i} 1 TXT "number ${i}"\n`).join('')

describe('files compressed by gzip', () => {
  test('larger than all slots, whatever they are called', () => {
    const compressed = gzipSync(text)
    const progress: number[] = []
    const parsed = linesOfFile(write('big.zone', compressed), {
      onProgress: (bytes, total) => {
        expect(total).toBe(compressed.length)
        progress.push(bytes)
      },
    })
    expect(parsed.problems).toEqual([])
    expect(parsed.records).toHaveLength(200_000)
    expect(parsed.records.at(-1)).toBe('x199999.zz. 1 in txt "number 199999"')
    expect(parsed.result.bytes).toBe(text.length)
    expect(progress.at(-1)).toBe(compressed.length)
    expect([...progress].sort((a, b) => a - b)).toEqual(progress)
  })

  test('of several members (RFC 1952 2.2), and an empty one', () => {
    const members = Buffer.concat([gzipSync('a 1 A 192.0.2.1\nb 1 '), gzipSync(''), gzipSync('A 192.0.2.2\n')])
    expect(linesOfFile(write('members.gz', members)).records).toEqual([
      'a.zz. 1 in a 192.0.2.1',
      'b.zz. 1 in a 192.0.2.2',
    ])
    expect(linesOfFile(write('empty.gz', gzipSync('')))).toMatchObject({ records: [], problems: [] })
  })

  test('cut off, damaged, or no gzip after all', () => {
    const whole = gzipSync(text)
    const cut = linesOfFile(write('cut.gz', whole.subarray(0, whole.length - 20)), { onRecord: () => {} })
    expect(cut.problems).toEqual([
      expect.stringMatching(/^zz\.zone: cannot be read beyond line \d+: unexpected end of file$/),
    ])
    const damaged = Uint8Array.from(whole)
    damaged.fill(0x55, 1000, 2000)
    expect(linesOfFile(write('damaged.gz', damaged), { onRecord: () => {} }).problems.at(-1)).toMatch(
      /cannot be read beyond/,
    )
    expect(linesOfFile(write('false.gz', Uint8Array.of(0x1f, 0x8b, 0x41, 0x42))).problems).toEqual([
      expect.stringMatching(/^zz\.zone: cannot be read beyond line 1: /),
    ])
  })

  test('given up early, again and again', () => {
    const path = write('early.gz', gzipSync('x 1 A 1\n'.repeat(1_000_000)))
    for (let i = 0; i < 10; i++) expect(linesOfFile(path, { maxErrors: 1 }).result.truncatedProblems).toBe(true)
  })

  test('the threads do not keep the program from ending', () => {
    const path = write('end.gz', gzipSync(text))
    const script = `
      import { parseZoneFile } from ${JSON.stringify(join(import.meta.dirname, 'index.ts'))}
      import { ROOT } from ${JSON.stringify(join(import.meta.dirname, '../wire/index.ts'))}
      const options = { origin: ROOT, file: 'x', onRecord() {} }
      console.log(parseZoneFile(${JSON.stringify(path)}, options).records)
      console.log(parseZoneFile(${JSON.stringify(path)}, { ...options, onRecord() { throw new Error('stop') } }).records)`
    writeFileSync(join(folder, 'script.mts'), script)
    const run = () =>
      execFileSync(process.execPath, ['--import', 'tsx', join(folder, 'script.mts')], {
        stdio: 'pipe',
        timeout: 20_000,
      })
    expect(run).toThrow(/Error: stop/)
  })
})
