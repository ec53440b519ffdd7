import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { nameFromText } from '../wire/index.ts'
import { linesOfText, recordLine } from './parse-lines.fixture.ts'
import { parseSource } from './parser.ts'
import { formatProblem } from './problem.ts'
import { MemorySource, type Source } from './source.ts'

/** Gives its octets in pieces of the sizes told, in turn, as a slow pipe would. */
class PiecemealSource implements Source {
  readonly total = 0
  position = 0
  readonly #whole: MemorySource
  readonly #sizes: readonly number[]
  #next = 0

  constructor(octets: Uint8Array, sizes: readonly number[]) {
    this.#whole = new MemorySource(octets)
    this.#sizes = sizes
  }

  read(into: Uint8Array, at: number, length: number): number {
    const size = this.#sizes[this.#next++ % this.#sizes.length]!
    return this.#whole.read(into, at, Math.min(size, length))
  }

  close(): void {}
}

function linesInPieces(text: string, capacity: number, sizes: readonly number[]) {
  const records: string[] = []
  const source = new PiecemealSource(new TextEncoder().encode(text), sizes)
  const options = {
    origin: nameFromText('zz.'),
    file: 'zz.zone',
    onRecord: (record: Parameters<typeof recordLine>[0]) => records.push(`${record.line} ${recordLine(record)}`),
  }
  const result = parseSource(source, options, capacity)
  return { records, problems: result.problems.map(formatProblem), bytes: result.bytes }
}

/** Records and lines of every shape, faulty ones among them, each shorter than the smallest buffer tried. */
const pieces = fc.constantFrom(
  'www 300 IN A 192.0.2.1\n',
  ' A 192.0.2.2\n',
  '\tTXT "a \\" b" c\\;d ; comment\n',
  '$TTL 1h\n',
  '$ORIGIN nic\n',
  '$ORIGIN zz. ; back\n',
  '@ SOA a b (\n 1 2\n ; c\n 3 4 5 )\n',
  'x TXT ("a\n b"\r\n c )\r\n',
  'h HTTPS 1 . alpn="h2,h3" port=53\n',
  '$GENERATE 1-3 g$ A 192.0.2.$\n',
  'bad A 1.2.3\n',
  'worse TXT "no end\n',
  'none TXT a) b\n',
  'open TXT (a\nb A 192.0.2.1\n) c )\n',
  '; comment only\n',
  '\r\n',
  '\r',
  '\n',
)

describe('where the buffer ends makes no difference', () => {
  test('to the records and problems found', () => {
    fc.assert(
      fc.property(
        fc.array(pieces, { maxLength: 30 }),
        fc.integer({ min: 64, max: 300 }),
        fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1, maxLength: 5 }),
        (parts, capacity, sizes) => {
          const text = parts.join('')
          const whole = linesInPieces(text, 1_000_000, [1_000_000])
          expect(linesInPieces(text, capacity, sizes)).toEqual(whole)
          expect(whole.bytes).toBe(new TextEncoder().encode(text).length)
        },
      ),
      { numRuns: 500 },
    )
  })

  test('octet by octet', () => {
    const text = '\ufeffa 1 A 192.0.2.1\r\nb 1 TXT "x\\"\\010" \\. ; c\n c\\'
    expect(linesInPieces(text, 64, [1])).toEqual(linesInPieces(text, 1_000_000, [1_000_000]))
  })
})

describe('records longer than the buffer', () => {
  const good = 'good 1 A 192.0.2.1\n'
  const goodLine = 'good.zz. 1 in a 192.0.2.1'

  test('a line is a problem, and the next record is read', () => {
    const { records, problems } = linesInPieces(`${good}x 1 TXT ${'a'.repeat(1000)}\n${good}`, 100, [40])
    expect(problems).toEqual(['zz.zone:2:1: this record is longer than 100 octets'])
    expect(records).toEqual([`1 ${goodLine}`, `3 ${goodLine}`])
  })

  test('a line at the end of the file', () => {
    const { records, problems } = linesInPieces(`${good}x 1 TXT ${'a'.repeat(1000)}`, 100, [40])
    expect(problems).toEqual(['zz.zone:2:1: this record is longer than 100 octets'])
    expect(records).toEqual([`1 ${goodLine}`])
  })

  test('a parenthesis not closed in time: the records after its line are read', () => {
    const { records, problems } = linesInPieces(`${good}x 1 TXT (a\n b\n${good.repeat(20)}`, 100, [40])
    expect(problems).toEqual(['zz.zone:2:9: this parenthesis is not closed within 100 octets'])
    expect(records).toEqual([`1 ${goodLine}`, ...Array.from({ length: 20 }, (_, i) => `${4 + i} ${goodLine}`)])
  })

  test('the longest rdata there is, each octet as \\DDD, is not too long', () => {
    const strings = Array.from({ length: 256 }, () => `"${'\\000'.repeat(255)}"`)
    strings[255] = `"${'\\001'.repeat(254)}"`
    const { result, problems } = linesOfText(`x 1 TXT ${strings.join(' ')}\n`)
    expect(problems).toEqual([])
    expect(result.records).toBe(1)
    strings[255] += ' ""'
    expect(linesOfText(`x 1 TXT ${strings.join(' ')}\n`).problems).toEqual([
      expect.stringContaining('expected rdata of at most 65535 octets'),
    ])
  })

  test('many parentheses that are never closed take time in proportion to what is listed', () => {
    const started = performance.now()
    const { problems } = linesInPieces('x 1 TXT (\n'.repeat(500_000), 65_536, [65_536])
    expect(problems).toHaveLength(100)
    expect(performance.now() - started).toBeLessThan(10_000)
  })
})

test('progress is told about once a megabyte, to the end', () => {
  const line = 'www 300 IN A 192.0.2.1\n'
  const text = line.repeat(200_000)
  const seen: number[] = []
  linesOfText(text, {
    onRecord: () => {},
    onProgress: (bytes, total) => {
      expect(total).toBe(text.length)
      seen.push(bytes)
    },
  })
  expect(seen.length).toBeGreaterThanOrEqual(4)
  expect(seen.length).toBeLessThan(10)
  expect(seen.at(-1)).toBe(text.length)
  expect([...seen].sort((a, b) => a - b)).toEqual(seen)
})
