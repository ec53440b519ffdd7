import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import { ExternalSorter } from './sorter.ts'

const folder = mkdtempSync(join(tmpdir(), 'zonecut-sorter-'))
afterAll(() => rmSync(folder, { recursive: true }))

function sorted(items: readonly Uint8Array[], memory?: number): Buffer[] {
  const sorter = new ExternalSorter({ folder: join(folder, 'runs'), ...(memory ? { memory } : {}) })
  for (const item of items) sorter.add(item, 0, item.length)
  expect(sorter.items).toBe(items.length)
  const result: Buffer[] = []
  sorter.drain((buf, start, end) => result.push(Buffer.from(buf.slice(start, end))))
  return result
}

const items = fc.array(
  fc.oneof(fc.uint8Array({ maxLength: 9 }), fc.uint8Array({ minLength: 5, maxLength: 8, max: 1 })),
  { maxLength: 200 },
)

describe('ExternalSorter', () => {
  it('sorts items as plain octets and keeps equal ones, in memory and in runs on disk', () => {
    fc.assert(
      fc.property(items, (input) => {
        const expected = input.map((item) => Buffer.from(item)).sort(Buffer.compare)
        expect(sorted(input)).toEqual(expected)
        expect(sorted(input, 64)).toEqual(expected)
      }),
    )
    expect(existsSync(join(folder, 'runs'))).toBe(false)
  })

  it('takes items larger than its memory and than its buffers', () => {
    const input = [3, 1, 2].map((octet) => new Uint8Array(3 << 20).fill(octet))
    expect(sorted(input, 1 << 20).map((item) => item[0])).toEqual([1, 2, 3])
    expect(sorted(input, 1 << 20).every((item) => item.length === 3 << 20)).toBe(true)
  })

  it('sorts many items that share their first octets', () => {
    const input = Array.from({ length: 5000 }, (_, i) => Buffer.from(`xn--name${(i * 7919) % 5000}`))
    expect(sorted(input)).toEqual([...input].sort(Buffer.compare))
  })
})
