// biome-ignore-all lint/suspicious/noTemplateCurlyInString: $GENERATE writes its numbers so
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { describeWithTools } from '../../test/peers/suite.ts'
import { toolPath } from '../../test/peers/tool.ts'
import { expandTemplate, parseRange, parseTemplate, TemplateError } from './generate.ts'
import { linesOfText } from './parse-lines.fixture.ts'

const APEX = '$TTL 300\n@ SOA a b 1 2 3 4 500\n@ NS ns.example.\n'

/** Each: a directive, and the records that it makes. */
const cases: readonly (readonly [string, ...string[]])[] = [
  ['$GENERATE 0-6/3 a$ A 192.0.2.$', 'a0 A 192.0.2.0', 'a3 A 192.0.2.3', 'a6 A 192.0.2.6'],
  ['$GENERATE 1-2 a${10} A 192.0.2.${20,2,d}', 'a11 A 192.0.2.21', 'a12 A 192.0.2.22'],
  ['$GENERATE 1-2 a${-10,4} A 192.0.2.4', 'a-009 A 192.0.2.4', 'a-008 A 192.0.2.4'],
  ['$GENERATE 9-10 a${0,3,x} TXT ${0,3,X}', 'a009 TXT "009"', 'a00a TXT "00A"'],
  ['$GENERATE 255-256 a${0,0,o} TXT ${0,6,o}', 'a377 TXT "000377"', 'a400 TXT "000400"'],
  ['$GENERATE 200-201 ${0,5,n}n CNAME ${0,0,N}m', '8.c.0n CNAME 8.cm.zz.', '9.c.0n CNAME 9.cm.zz.'],
  ['$GENERATE 200-200 ${0,4,n}n CNAME ${0,1,N}m', '8.c.n CNAME 8.cm.zz.'],
  ['$GENERATE 1-1 a${-3,0,x} TXT ${-3,0,n} ', 'afffffffe TXT "e.f.f.f.f.f.f.f"'],
  ['$GENERATE 1-2 a$ MX "10 m$.example."', 'a1 MX 10 m1.example.', 'a2 MX 10 m2.example.'],
  ['$GENERATE 1-1 a$ TXT "\\"he llo $\\" b$"', 'a1 TXT "he llo 1" "b1"'],
  ['$GENERATE 1-1 a\\$$ TXT a$$b\\$c', 'a\\$1 TXT "a$b$c"'],
  ['$GENERATE 1-2 @ TXT a$b', '@ TXT "a1b"', '@ TXT "a2b"'],
  ['$GENERATE 1-1 a${0,5,d}${1,2} TXT $$$', 'a0000102 TXT "$1"'],
  ['$GENERATE 1-1 a$ 60 IN TXT a ; comment', 'a1 60 TXT "a"'],
  ['$GENERATE 1-1 a$ IN 1h TXT a', 'a1 3600 TXT "a"'],
  ['$GENERATE 1-2 a$.example. A 192.0.2.$'],
  ['$generate 2147483646-2147483647 a$ A 192.0.2.1', 'a2147483646 A 192.0.2.1', 'a2147483647 A 192.0.2.1'],
  ['$GENERATE 5-5 a${0,40} A 192.0.2.1', `a${'5'.padStart(40, '0')} A 192.0.2.1`],
]

const written = (records: readonly string[]) => linesOfText(`$TTL 300\n${records.join('\n')}\n`).records

test.each(cases.filter(([directive]) => !directive.includes('example. A')))('%s', (directive, ...records) => {
  const made = linesOfText(`$TTL 300\n${directive}\nlast A 192.0.2.1\n`)
  expect(made.problems).toEqual([])
  expect(made.records).toEqual([...written(records), 'last.zz. 300 in a 192.0.2.1'])
})

test('rdata of several tokens without quotes, over lines too', () => {
  expect(linesOfText('$GENERATE 1-2 a$ 1 MX ( 1$\n m$.example. ) ; comment\n').records).toEqual([
    'a1.zz. 1 in mx 11 m1.example.',
    'a2.zz. 1 in mx 12 m2.example.',
  ])
})

test('an owner may begin with a dollar sign', () => {
  expect(linesOfText('$GENERATE 1-1 $$ORIGIN$ 1 A 192.0.2.$\n').records).toEqual(['\\$origin1.zz. 1 in a 192.0.2.1'])
})

test('the owner before the directive is inherited after it', () => {
  expect(linesOfText('x 1 A 192.0.2.1\n$GENERATE 1-1 a$ 1 A 192.0.2.2\n 1 A 192.0.2.3\n').records).toEqual([
    'x.zz. 1 in a 192.0.2.1',
    'a1.zz. 1 in a 192.0.2.2',
    'x.zz. 1 in a 192.0.2.3',
  ])
})

test('all directives together make as many records as are allowed', () => {
  const text = '$GENERATE 1-3 a$ 1 A 192.0.2.$\n$GENERATE 1-3 b$ 1 A 192.0.2.$\n'
  expect(linesOfText(text, { maxGenerated: 6 }).records).toHaveLength(6)
  expect(linesOfText(text, { maxGenerated: 5 })).toMatchObject({
    problems: ['zz.zone:2:1: this makes 3 records: at most 2 more generated records'],
    result: { records: 3 },
  })
})

test.each(['1', '1-', '-1', '2-1', '1-2/0', '1-2/', '1-2/3/4', 'a-b', '0-2147483648', '+1-2', '1 -2'])(
  'the range %j is refused',
  (text) => expect(parseRange(text)).toBeUndefined(),
)

test.each(['${', '${}', '${1', '${1,', '${1,2,}', '${,2}', '${1,2,q}', '${1,128}', '${1,2,d', '${ 1}', '${1}x${'])(
  'the template %j is refused',
  (text) => expect(() => parseTemplate(text)).toThrow(TemplateError),
)

let folder: string

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'zonecut-generate-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

/** What BIND makes of the zone, as canonical lines. */
function bindLines(zone: string): string[] {
  const path = join(folder, 'zz.zone')
  writeFileSync(path, zone)
  const settings = ['-i', 'none', '-k', 'ignore', '-o', '-', 'zz', path]
  const text = execFileSync(toolPath('named-compilezone'), settings, { stdio: ['ignore', 'pipe', 'ignore'] })
  return linesOfText(text).records.sort()
}

/** BIND leaves out what is out of zone, and records that are there already. */
function ownLines(zone: string): string[] {
  const { records, problems } = linesOfText(zone)
  expect(problems).toEqual([])
  return [...new Set(records.filter((line) => /^[^ ]*zz\. /.test(line)))].sort()
}

describeWithTools('$GENERATE as BIND reads it', ['named-compilezone'], () => {
  test('every case of the table', () => {
    for (const [directive] of cases) {
      const zone = `${APEX}${directive}\n`
      expect([directive, ...ownLines(zone)]).toEqual([directive, ...bindLines(zone)])
    }
  })

  test('substitutions at random', () => {
    const substitution = fc
      .tuple(
        fc.integer({ min: -300, max: 300 }),
        fc.option(fc.tuple(fc.integer({ min: 0, max: 12 }), fc.option(fc.constantFrom(...'doxXnN')))),
      )
      .map(([offset, rest]) => {
        if (rest === null) return `\${${offset}}`
        return rest[1] === null ? `\${${offset},${rest[0]}}` : `\${${offset},${rest[0]},${rest[1]}}`
      })
    const literal = fc.constantFrom('', 'a', '-', '$$', '\\$', 'b', '\\065')
    // After a ${} BIND adds its offset to each lone $ too, which its manual does not say: here those come first.
    const template = fc
      .tuple(fc.constantFrom('', '$', '$.$'), literal, fc.array(fc.oneof(substitution, literal), { maxLength: 3 }))
      .map(([lone, text, parts]) => `x${lone}${text}${parts.join('')}y`)
    const range = fc
      .tuple(fc.nat(70_000), fc.nat(40), fc.integer({ min: 1, max: 9 }))
      .map(([start, count, step]) => `${start}-${start + count}/${step}`)
    const directives = fc.array(fc.tuple(range, template, template), { minLength: 20, maxLength: 20 })
    fc.assert(
      fc.property(directives, (list) => {
        const zone =
          APEX + list.map(([numbers, owner, rdata]) => `$GENERATE ${numbers} ${owner} TXT ${rdata}\n`).join('')
        expect(ownLines(zone)).toEqual(bindLines(zone))
      }),
      { numRuns: 20 },
    )
  })
})

test('numbers beyond 32 bits make no record', () => {
  expect(expandTemplate(parseTemplate('${2147483647}'), 0)).toBe('2147483647')
  expect(expandTemplate(parseTemplate('${2147483647}'), 1)).toBeUndefined()
  expect(expandTemplate(parseTemplate('${-2147483648}'), 0)).toBe('-2147483648')
  expect(expandTemplate(parseTemplate('${-2147483649}'), 0)).toBeUndefined()
})
