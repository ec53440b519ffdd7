// biome-ignore-all lint/suspicious/noTemplateCurlyInString: $GENERATE writes its numbers so
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { checkRdata, nameFromText, nameLength } from '../wire/index.ts'
import { parseZoneText } from './parser.ts'
import { printRecord } from './printer.ts'
import { formatProblem } from './problem.ts'
import { randomRecord } from './random-records.fixture.ts'

const origin = nameFromText('zz.')

/** Parses what may be anything: every record must be well-formed, every problem have its place and words. */
function survive(text: string | Uint8Array): void {
  const octets = typeof text === 'string' ? new TextEncoder().encode(text) : text
  const lines = 1 + octets.reduce((count, octet) => count + (octet === 0x0a || octet === 0x0d ? 1 : 0), 0)
  let records = 0
  const { problems, ...result } = parseZoneText(octets, {
    origin,
    file: 'fuzz',
    maxGenerated: 1000,
    onRecord({ buf, ownerStart, ownerLength, ttl, type, klass, rdataStart, rdataLength, line }) {
      records++
      expect(nameLength(buf, ownerStart)).toBe(ownerLength)
      checkRdata(type, buf.subarray(rdataStart, rdataStart + rdataLength))
      expect(klass).toBe(1)
      expect(ttl >= 0 && ttl <= 0x7fffffff && Number.isInteger(ttl)).toBe(true)
      expect(line >= 1 && line <= lines).toBe(true)
    },
  })
  expect(result.records).toBe(records)
  if (result.truncatedProblems) expect(result.bytes).toBeLessThanOrEqual(octets.length)
  else expect(result.bytes).toBe(octets.length)
  expect(problems.length).toBeLessThanOrEqual(100)
  for (const problem of problems) {
    if (problem.line !== 0) {
      expect(problem.line >= 1 && problem.line <= lines).toBe(true)
      expect(problem.column >= 1 && problem.column <= octets.length + 1).toBe(true)
    }
    expect(problem.expected).not.toBe('')
    expect(problem.message).not.toBe('')
    expect(formatProblem(problem)).toMatch(/^fuzz(:\d+:\d+)?: [\x20-\x7e]+$/)
  }
}

const word = fc.oneof(
  fc.constantFrom(
    ...[
      '\n',
      '\n',
      '\r\n',
      '\r',
      ' ',
      ' ',
      '\t',
      '(',
      ')',
      '"',
      ';',
      '\\',
      '\\"',
      '\\#',
      '\\032',
      '\\999',
      '@',
      '.',
      '=',
    ],
    ...['$ORIGIN ', '$TTL ', '$INCLUDE ', '$GENERATE ', '$', '1-3', '${0,3,x}', '$FOO', '1h30m', '300', '99999999999'],
    ...[
      'IN',
      'CH',
      'CLASS1',
      'ANY',
      'A',
      'AAAA',
      'NS',
      'SOA',
      'TXT',
      'MX',
      'HTTPS',
      'DS',
      'RRSIG',
      'NSEC',
      'NSEC3',
      'LOC',
    ],
    ...[
      'APL',
      'HIP',
      'NAPTR',
      'CAA',
      'TYPE65280',
      'TYPE65536',
      '192.0.2.1',
      '2001:db8::1',
      'www',
      'www.zz.',
      '..',
      'alpn=',
    ],
    ...['\u0000', '\u007f', '\u00fc', '\ufeff', 'x'.repeat(64), 'AQID', '0102', '-', '*', 'N', '10m', '!1:0.0.0.0/0'],
  ),
  fc.string({ maxLength: 5 }),
)
const soup = fc.array(fc.tuple(word, fc.constantFrom('', ' ')), { maxLength: 60 }).map((words) => words.flat().join(''))

const zone = fc
  .array(randomRecord, { minLength: 1, maxLength: 8 })
  .map((records) => records.map(({ owner, ttl, type, rdata }) => printRecord(owner, ttl, type, rdata)).join('\n'))

/** Real records with octets changed, cut out, or put in. */
const mutated = fc
  .tuple(
    zone,
    fc.array(fc.tuple(fc.nat(), fc.nat(3), fc.constantFrom(...new TextEncoder().encode('\n\r\t ()";\\$@.0aZ\0\xff'))), {
      minLength: 1,
      maxLength: 10,
    }),
  )
  .map(([text, changes]) => {
    const octets = [...new TextEncoder().encode(text)]
    for (const [place, length, octet] of changes) octets.splice(place % (octets.length + 1), length, octet)
    return Uint8Array.from(octets)
  })

describe('whatever the text is, it ends in records and problems', () => {
  test('octets', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), survive), { numRuns: 3000 })
  })

  test('words of zone files in any order', () => {
    fc.assert(fc.property(soup, survive), { numRuns: 20_000 })
  })

  test('mutated records of all types', () => {
    fc.assert(fc.property(mutated, survive), { numRuns: 3000 })
  })

  test.each([
    ['parentheses', '('],
    ['quotes', '"'],
    ['backslashes', '\\'],
    ['comments', ';'],
    ['blanks', ' '],
    ['returns', '\r'],
    ['zero octets', '\0'],
    ['digits', '9'],
    ['control characters in a token', 'x\u0001'],
    ['owners', 'x\n'],
    ['dollars', '$\n'],
    ['unclosed strings', 'x 1 TXT ("\n'],
  ])('megabytes of %s', (_, unit) => {
    const started = performance.now()
    survive(unit.repeat(Math.ceil(1_500_000 / unit.length)))
    expect(performance.now() - started).toBeLessThan(15_000)
  })
})
