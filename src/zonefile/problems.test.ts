// biome-ignore-all lint/suspicious/noTemplateCurlyInString: $GENERATE writes its numbers so
import { describe, expect, test } from 'vitest'
import { linesOfText } from './parse-lines.fixture.ts'

const good = 'good 1 A 192.0.2.1\n'
const goodLine = 'good.zz. 1 in a 192.0.2.1'

/** Each: a faulty record, and its problems as they stand with one line before it. A good record follows each. */
const cases: readonly (readonly [string, ...string[]])[] = [
  ['x 1 A 192.0.2.256', "zz.zone:2:7: expected address (an IPv4 address), found '192.0.2.256'"],
  ['x 1 A', 'zz.zone:2:6: expected address (an IPv4 address), found the end of the record'],
  ['x 1 A 192.0.2.1 192.0.2.2', "zz.zone:2:17: expected the end of the record, found '192.0.2.2'"],
  ['x 1 A 192.0.2.1 "b c"', 'zz.zone:2:17: expected the end of the record, found \'"b c"\''],
  ['x 1 FOO bar', "zz.zone:2:5: expected a TTL, a class or a record type, found 'FOO'"],
  ['x', 'zz.zone:2:2: expected a TTL, a class or a record type, found the end of the record'],
  ['x 1', 'zz.zone:2:4: expected a record type, found the end of the record'],
  ['x IN 1 ; A', 'zz.zone:2:7: expected a record type, found the end of the record'],
  ['x 1 2 A 192.0.2.1', "zz.zone:2:5: expected a class or a record type, since the TTL is given already, found '2'"],
  ['x IN IN A 192.0.2.1', "zz.zone:2:6: expected a TTL or a record type, since the class is given already, found 'IN'"],
  [
    'x IN CLASS1 A 1.2.3.4',
    "zz.zone:2:6: expected a TTL or a record type, since the class is given already, found 'CLASS1'",
  ],
  ['x 1 CH A 192.0.2.1', "zz.zone:2:5: expected class IN, the only one served (not CH), found 'CH'"],
  ['x 1 CLASS77 A 1.2.3.4', "zz.zone:2:5: expected class IN, the only one served (not CLASS77), found 'CLASS77'"],
  ['x 1 ANY 192.0.2.1', "zz.zone:2:5: expected a type that a zone can hold (ANY is for queries only), found 'ANY'"],
  ['x 1 TYPE65536 \\# 0', "zz.zone:2:5: expected a TTL, a class or a record type, found 'TYPE65536'"],
  ['x 1y A 192.0.2.1', "zz.zone:2:3: expected a TTL in seconds, or with units such as 1h30m, found '1y'"],
  ['x 1h30 A 192.0.2.1', "zz.zone:2:3: expected a TTL in seconds, or with units such as 1h30m, found '1h30'"],
  [
    'x 2147483648 A 192.0.2.1',
    "zz.zone:2:3: expected a TTL of at most 2147483647 seconds (RFC 2181 8), found '2147483648'",
  ],
  ['x..y 1 A 192.0.2.1', "zz.zone:2:1: expected a domain name: empty label, found 'x..y'"],
  [
    `${'x'.repeat(64)} 1 A 192.0.2.1`,
    `zz.zone:2:1: expected a domain name: label longer than 63 octets, found '${'x'.repeat(60)}...'`,
  ],
  ['"x" 1 A 192.0.2.1', 'zz.zone:2:1: expected an owner name without quotes, found \'"x"\''],
  ['x 1 "A" 192.0.2.1', 'zz.zone:2:5: expected a TTL, a class or a record type without quotes, found \'"A"\''],
  ['x 1 TXT "a b', "zz.zone:2:9: expected a closing quote before the end of the line, found '\"a b'"],
  ['x 1 TXT a b) c', "zz.zone:2:12: expected no closing parenthesis, since none is open, found ')'"],
  ['x 1 TXT a\\', "zz.zone:2:10: expected a character after the backslash, found '\\'"],
  [
    'x 1 TXT a\u0001b',
    "zz.zone:2:10: expected text: a control character is written as \\DDD, the decimal number of its octet, found '\\001'",
  ],
  [
    'x 1 TXT (a\n b\n foo\u0001)',
    "zz.zone:4:5: expected text: a control character is written as \\DDD, the decimal number of its octet, found '\\001' (within the parenthesis opened on line 2)",
  ],
  [
    'x 1 NS (\n 1 2\n)',
    "zz.zone:3:4: expected the end of the record, found '2' (within the parenthesis opened on line 2)",
  ],
  [
    'x 1 TYPE65280 \\# 3 0102',
    'zz.zone:2:24: expected rdata of 3 octets, as its length says (not 2), found the end of the record',
  ],
  [
    'x 1 TYPE65280 abc',
    "zz.zone:2:15: expected \\# and the rdata in hexadecimal (RFC 3597), as the type has no form of its own, found 'abc'",
  ],
  ['$ORIGIN', 'zz.zone:2:8: expected a domain name as the origin, found the end of the record'],
  ['$ORIGIN a..b', "zz.zone:2:9: expected a domain name: empty label, found 'a..b'"],
  ['$ORIGIN a b', "zz.zone:2:11: expected nothing more after the origin, found 'b'"],
  ['$TTL', 'zz.zone:2:5: expected a TTL, found the end of the record'],
  ['$TTL x', "zz.zone:2:6: expected a TTL in seconds, or with units such as 1h30m, found 'x'"],
  ['$TTL 1 2', "zz.zone:2:8: expected nothing more after the TTL, found '2'"],
  ['$INCLUDE', 'zz.zone:2:9: expected the path of a file, found the end of the record'],
  ['$INCLUDE other.zone', 'zz.zone:2:20: $INCLUDE is not allowed here'],
  [
    '$FOO 1 2',
    "zz.zone:2:1: expected $ORIGIN, $TTL, $INCLUDE or $GENERATE, or \\$ to begin an owner name with a dollar sign, found '$FOO'",
  ],
  [' $TTL 300', "zz.zone:2:2: expected a TTL, a class or a record type, found '$TTL'"],
  ['$GENERATE', 'zz.zone:2:10: expected a range of numbers, found the end of the record'],
  ['$GENERATE 1 x A 1.2.3.4', "zz.zone:2:11: expected a range of numbers such as 1-254 or 0-100/2, found '1'"],
  ['$GENERATE 2-1 x$ A 1.2.3.4', "zz.zone:2:11: expected a range of numbers such as 1-254 or 0-100/2, found '2-1'"],
  ['$GENERATE 1-2/0 x$ A 1.2.3.4', "zz.zone:2:11: expected a range of numbers such as 1-254 or 0-100/2, found '1-2/0'"],
  ['$GENERATE 1-2 x$ A', 'zz.zone:2:19: expected rdata with $ for the number, found the end of the record'],
  ['$GENERATE 1-2 x$ FOO a', "zz.zone:2:18: expected a TTL, a class or a record type, found 'FOO'"],
  [
    '$GENERATE 1-2 x${1,2,q} A 192.0.2.$',
    "zz.zone:2:15: expected ${offset,width,base}, width and base left out or base one of d, o, x, X, n and N, found '${1,2,q}'",
  ],
  [
    '$GENERATE 256-258 x$ A 192.0.2.$',
    "zz.zone:2:1: for the number 256: expected address (an IPv4 address), found '192.0.2.256'",
  ],
  [
    '$GENERATE 1-2 x..$ A 192.0.2.$',
    "zz.zone:2:1: for the number 1: expected a domain name: empty label, found 'x..1'",
  ],
  [
    '$GENERATE 1-2 x${2147483647} TXT $',
    "zz.zone:2:1: for the number 1: expected a number that stays within 32 bits with its offset, found '1'",
  ],
]

describe('a faulty record', () => {
  test.each(cases)('%j', (text, ...problems) => {
    const parsed = linesOfText(`${good}${text}\n${good}`)
    expect(parsed.problems).toEqual(problems)
    expect(parsed.records).toEqual([goodLine, goodLine])
    expect(parsed.result.truncatedProblems).toBe(false)
  })

  test('at the end of the file, without a newline', () => {
    expect(linesOfText('x 1 A').problems).toEqual([
      'zz.zone:1:6: expected address (an IPv4 address), found the end of the record',
    ])
    expect(linesOfText('x 1 TXT "a').problems).toEqual([
      "zz.zone:1:9: expected a closing quote before the end of the line, found '\"a'",
    ])
    expect(linesOfText('x 1 TXT a\\').problems).toEqual([
      "zz.zone:1:10: expected a character after the backslash, found '\\'",
    ])
  })

  test('of a quoted value over two lines: where the value begins, not where it ends', () => {
    expect(linesOfText('x 1 HTTPS 1 . key10(00="\n12345")\n').problems).toEqual([
      expect.stringMatching(/^zz\.zone:1:21: expected service parameter/),
    ])
  })

  test('gives its fields apart', () => {
    expect(linesOfText('\n  \nx 1 A 192.0.2.999\n').result.problems).toEqual([
      {
        file: 'zz.zone',
        line: 3,
        column: 7,
        text: '192.0.2.999',
        expected: 'address (an IPv4 address)',
        message: "expected address (an IPv4 address), found '192.0.2.999'",
      },
    ])
  })
})

describe('owners', () => {
  test('the first record cannot leave its owner out', () => {
    expect(linesOfText(` A 192.0.2.1\n${good}`)).toMatchObject({
      problems: [
        "zz.zone:1:2: expected an owner name in the first column, since no record before this one gives it an owner, found 'A'",
      ],
      records: [goodLine],
    })
  })

  test('records that inherit a faulty owner are checked, and go to no other', () => {
    expect(linesOfText('x..y 1 A 192.0.2.1\n A 192.0.2.2\n A 192.0.2.300\n')).toMatchObject({
      problems: [
        "zz.zone:1:1: expected a domain name: empty label, found 'x..y'",
        'zz.zone:2:13: no TTL given, and none before it',
        "zz.zone:3:4: expected address (an IPv4 address), found '192.0.2.300'",
      ],
      records: [],
    })
  })

  test('records that inherit the owner of a record with faulty rdata keep it', () => {
    expect(linesOfText('x 1 A 192.0.2.256\n 1 A 192.0.2.2\n').records).toEqual(['x.zz. 1 in a 192.0.2.2'])
  })
})

describe('TTLs', () => {
  test('no TTL at all', () => {
    expect(linesOfText('x A 192.0.2.1\n').result.problems).toMatchObject([
      { expected: 'a TTL, or a $TTL directive before this record', message: 'no TTL given, and none before it' },
    ])
  })
})

describe('what is never closed', () => {
  test('a parenthesis: the records it would swallow are read', () => {
    expect(linesOfText('@ 1 SOA a b (\n 1 2 3\n; comment\n\n 4 5\ngood 1 A 192.0.2.1\n')).toMatchObject({
      problems: [
        "zz.zone:6:1: expected the end of the record, found 'good' (within the parenthesis opened on line 1)",
        'zz.zone:1:13: this parenthesis is never closed',
      ],
      records: [goodLine],
    })
    expect(linesOfText('x 1 TXT (a\ngood 1 A 192.0.2.1')).toMatchObject({
      problems: ['zz.zone:1:9: this parenthesis is never closed'],
      records: [goodLine],
    })
  })

  test('a quote within a parenthesis', () => {
    expect(linesOfText('x 1 TXT ("a\n b )\ngood 1 A 192.0.2.1\n')).toMatchObject({
      problems: [
        "zz.zone:1:10: expected a closing quote before the end of the line, found '\"a\\010 b )\\010good 1 A 192.0.2.1\\010'",
        'zz.zone:1:9: this parenthesis is never closed',
      ],
      records: [goodLine],
    })
  })
})

describe('the list of problems', () => {
  const faulty = (count: number) => 'x 1 A 1\n'.repeat(count)

  test('ends at 100, and says that there are more', () => {
    const seen: number[] = []
    const { result } = linesOfText(faulty(150) + good, { onProblem: ({ line }) => seen.push(line) })
    expect(result.problems).toHaveLength(100)
    expect(result.truncatedProblems).toBe(true)
    expect(seen).toHaveLength(100)
  })

  test('of exactly as many as are listed is whole', () => {
    const { result, records } = linesOfText(faulty(100) + good)
    expect(result.problems).toHaveLength(100)
    expect(result.truncatedProblems).toBe(false)
    expect(records).toEqual([goodLine])
  })

  test('takes the limit it is told', () => {
    const { result } = linesOfText(faulty(3), { maxErrors: 2 })
    expect(result.problems).toHaveLength(2)
    expect(result.truncatedProblems).toBe(true)
  })
})

describe('text that is no zone file', () => {
  test('UTF-16', () => {
    const octets = Uint8Array.from([0xff, 0xfe, 0x78, 0x00, 0x0a, 0x00])
    expect(linesOfText(octets).problems).toEqual(['zz.zone: the file is in UTF-16: save it as ASCII or UTF-8'])
  })

  test('more records than $GENERATE may make', () => {
    expect(linesOfText('$GENERATE 0-2147483647 x$ 1 A 192.0.2.1\n').problems).toEqual([
      'zz.zone:1:1: this makes 2147483648 records: at most 16777216 more generated records',
    ])
  })
})
