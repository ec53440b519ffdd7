import fc from 'fast-check'
import { expect, test } from 'vitest'
import { CHECK_OCTETS, checkBefore, LineSplitter } from './lines.ts'
import { MAX_EVENT_OCTETS } from './source.ts'

const cut = (text: string | Buffer, step: number) => {
  const octets = Buffer.from(text)
  const splitter = new LineSplitter()
  const lines = []
  for (let at = 0; at < octets.length; at += step) {
    // the caller may reuse its buffer
    const chunk = Buffer.from(octets.subarray(at, at + step))
    lines.push(...splitter.push(chunk))
    chunk.fill(0x58)
  }
  const last = splitter.finish()
  return last === undefined ? lines : [...lines, last]
}

test('lines end in LF or CRLF, empty ones are left out, the last may have no end', () => {
  for (const step of [1, 2, 3, 100]) {
    expect(cut('{"a":1}\r\n\n\r\n{"b":2}\n{"é":3}', step).map(({ text, end }) => [text, end])).toEqual([
      ['{"a":1}', 9],
      ['{"b":2}', 20],
      ['{"é":3}', 28],
    ])
  }
})

test('a byte order mark at the beginning is no part of the first event', () => {
  expect(cut('\uFEFF{}\n\uFEFF{}\n', 2).map(({ text }) => text)).toEqual(['{}', '\uFEFF{}'])
})

test('a line that is not UTF-8 is told, and the next is read', () => {
  const lines = cut(Buffer.from([0x22, 0xff, 0x22, 0x0a, 0x31, 0x0a]), 1)
  expect(lines.map(({ text, fault }) => [text, fault])).toEqual([
    [undefined, '3 octets that are not UTF-8'],
    ['1', undefined],
  ])
})

test('the longest event is read, one octet more is told', () => {
  const longest = 'x'.repeat(MAX_EVENT_OCTETS)
  for (const step of [65_536, 10 * MAX_EVENT_OCTETS]) {
    expect(cut(`${longest}\r\n1\n`, step).map(({ text }) => text)).toEqual([longest, '1'])
    expect(cut(`${longest}y\n1\n`, step).map(({ text, fault }) => [text, fault])).toEqual([
      [undefined, `an event of ${MAX_EVENT_OCTETS + 1} octets; the longest that is read has ${MAX_EVENT_OCTETS}`],
      ['1', undefined],
    ])
  }
})

test('of a line without end no more than the longest event is held', () => {
  const splitter = new LineSplitter()
  const chunk = Buffer.alloc(65_536, 0x78)
  const before = process.memoryUsage()
  for (let i = 0; i < 4096; i++) expect(splitter.push(chunk)).toEqual([])
  globalThis.gc?.()
  const after = process.memoryUsage()
  expect(after.arrayBuffers - before.arrayBuffers).toBeLessThan(64 << 20)
  const [line] = splitter.push(Buffer.from('\n'))
  expect(line).toMatchObject({ text: undefined, end: 4096 * 65_536 + 1 })
  expect(line?.fault).toContain(`${4096 * 65_536} octets`)
})

test('a line is known again by the octets before its end, however it was cut', () => {
  const line = fc.stringMatching(/^[a-z]{1,600}$/)
  fc.assert(
    fc.property(fc.array(line, { minLength: 1, maxLength: 6 }), fc.integer({ min: 1, max: 700 }), (texts, step) => {
      const octets = Buffer.from(`${texts.join('\n')}\n`)
      for (const { end, check } of cut(octets, step)) {
        expect(checkBefore(octets.subarray(Math.max(0, end - CHECK_OCTETS), end))).toBe(check)
      }
    }),
  )
})
