import { describe, expect, test } from 'vitest'
import { linesOfText } from './parse-lines.fixture.ts'

/** Each: what it shows, a zone file, its records. The origin is zz. */
const cases: readonly (readonly [string, string, readonly string[]])[] = [
  [
    'a record as RFC 1035 writes it, with the origin for relative names',
    'www 300 IN A 192.0.2.1\nwww.nic 300 IN NS ns1.hoster\n',
    ['www.zz. 300 in a 192.0.2.1', 'www.nic.zz. 300 in ns ns1.hoster.zz.'],
  ],
  [
    'TTL and class in either order, or left out',
    '$TTL 60\na 300 IN A 192.0.2.1\na IN 300 A 192.0.2.2\na 300 A 192.0.2.3\na IN A 192.0.2.4\na A 192.0.2.5\n',
    [
      'a.zz. 300 in a 192.0.2.1',
      'a.zz. 300 in a 192.0.2.2',
      'a.zz. 300 in a 192.0.2.3',
      'a.zz. 60 in a 192.0.2.4',
      'a.zz. 60 in a 192.0.2.5',
    ],
  ],
  [
    'class IN by number and without case (RFC 3597 5)',
    'a 1 CLASS1 A 192.0.2.1\nb 1 in a 192.0.2.2\nc 1 iN TYPE1 192.0.2.3\n',
    ['a.zz. 1 in a 192.0.2.1', 'b.zz. 1 in a 192.0.2.2', 'c.zz. 1 in a 192.0.2.3'],
  ],
  [
    'an omitted owner is the last one stated, across comments and blank lines',
    '$TTL 1\na A 192.0.2.1\n\n; comment\n  ; indented comment\n \t A 192.0.2.2\n\tIN A 192.0.2.3\n 5 A 192.0.2.4\n',
    ['a.zz. 1 in a 192.0.2.1', 'a.zz. 1 in a 192.0.2.2', 'a.zz. 1 in a 192.0.2.3', 'a.zz. 5 in a 192.0.2.4'],
  ],
  ['@ is the origin', '$TTL 1\n@ MX 10 @\n\\@ A 192.0.2.1\n', ['zz. 1 in mx 10 zz.', '\\@.zz. 1 in a 192.0.2.1']],
  [
    '$ORIGIN, absolute and relative',
    '$TTL 1\n$ORIGIN nic\na A 192.0.2.1\n$ORIGIN deep\na A 192.0.2.2\n$ORIGIN zz.\na A 192.0.2.3\n$origin . ; root\nzz A 192.0.2.4\n',
    ['a.nic.zz. 1 in a 192.0.2.1', 'a.deep.nic.zz. 1 in a 192.0.2.2', 'a.zz. 1 in a 192.0.2.3', 'zz. 1 in a 192.0.2.4'],
  ],
  [
    '$TTL holds from its line on, and does not change explicit TTLs (RFC 2308 4)',
    '$TTL 1h\na A 192.0.2.1\nb 7 A 192.0.2.2\nc A 192.0.2.3\n$TTL 2d ; two days\nd A 192.0.2.4\n',
    ['a.zz. 3600 in a 192.0.2.1', 'b.zz. 7 in a 192.0.2.2', 'c.zz. 3600 in a 192.0.2.3', 'd.zz. 172800 in a 192.0.2.4'],
  ],
  [
    'without $TTL, the last TTL stated (RFC 1035 5.1)',
    '@ 900 SOA a b 1 2 3 4 500\n NS ns\nx 100 A 192.0.2.1\ny A 192.0.2.2\n',
    [
      'zz. 900 in soa a.zz. b.zz. 1 2 3 4 500',
      'zz. 900 in ns ns.zz.',
      'x.zz. 100 in a 192.0.2.1',
      'y.zz. 100 in a 192.0.2.2',
    ],
  ],
  [
    'without any TTL, the minimum of the SOA record, which then stands as if $TTL had said it',
    '@ SOA a b 1 2 3 4 500\n NS ns\nx 100 A 192.0.2.1\ny A 192.0.2.2\n',
    [
      'zz. 500 in soa a.zz. b.zz. 1 2 3 4 500',
      'zz. 500 in ns ns.zz.',
      'x.zz. 100 in a 192.0.2.1',
      'y.zz. 500 in a 192.0.2.2',
    ],
  ],
  [
    'TTL units',
    'a 1h30m A 192.0.2.1\nb IN 1W A 192.0.2.2\n@ 1d SOA a b 1 30m 15m 1w 15m\n',
    ['a.zz. 5400 in a 192.0.2.1', 'b.zz. 604800 in a 192.0.2.2', 'zz. 86400 in soa a.zz. b.zz. 1 1800 900 604800 900'],
  ],
  [
    'parentheses and comments across lines',
    '@ 900 IN SOA a.nic hostmaster.nic ( 2026073101 ; serial\n   1800;refresh\n\t900 )\t( 604800\n900)\nx 1 ( A\n192.0.2.1 )\ny ( 1 ) ( IN ) A ((192.0.2.2))\n',
    [
      'zz. 900 in soa a.nic.zz. hostmaster.nic.zz. 2026073101 1800 900 604800 900',
      'x.zz. 1 in a 192.0.2.1',
      'y.zz. 1 in a 192.0.2.2',
    ],
  ],
  [
    'a parenthesis before the owner, and lines within it that look like owners',
    '( x 1\nA 192.0.2.1\n)\n (1 A 192.0.2.2)\n',
    ['x.zz. 1 in a 192.0.2.1', 'x.zz. 1 in a 192.0.2.2'],
  ],
  [
    'quoted strings with blanks, comments, parentheses and escapes',
    'x 1 TXT "a b" "c;d" "(e" "\\"f\\\\" "" "\\009" plain\\ text un\\;quoted\n',
    ['x.zz. 1 in txt "a b" "c;d" "(e" "\\"f\\\\" "" "\\009" "plain text" "un;quoted"'],
  ],
  [
    'a quote within a token is a character; a token may follow a string at once',
    'x 1 TXT a"b "c"d\n',
    ['x.zz. 1 in txt "a\\"b" "c" "d"'],
  ],
  [
    'a quoted string goes over lines within parentheses',
    'x 1 TXT ( "a\nb\r\nc" d )\ny 1 A 192.0.2.1\n',
    ['x.zz. 1 in txt "a\\010b\\013\\010c" "d"', 'y.zz. 1 in a 192.0.2.1'],
  ],
  [
    'values of service parameters in quotes (RFC 9460 2.1)',
    'x 1 HTTPS 1 . alpn="h2,h3" key65400="a b;(c"\ny 1 SVCB 1 y alpn=h2\n',
    ['x.zz. 1 in https 1 . alpn="h2,h3" key65400="a b;(c"', 'y.zz. 1 in svcb 1 y.zz. alpn="h2"'],
  ],
  [
    'any octet in a label (RFC 2181 11)',
    '\\000\\255.a\\.b 1 A 192.0.2.1\n!! 1 A 192.0.2.2\n\\$ORIGIN 1 A 192.0.2.3\n\\036 1 A 192.0.2.4\n',
    [
      '\\000\\255.a\\.b.zz. 1 in a 192.0.2.1',
      '!!.zz. 1 in a 192.0.2.2',
      '\\$origin.zz. 1 in a 192.0.2.3',
      '\\$.zz. 1 in a 192.0.2.4',
    ],
  ],
  [
    'owners that are types, classes and numbers, as they stand in the first column',
    'A 1 A 192.0.2.1\nIN 1 A 192.0.2.2\n300 1 A 192.0.2.3\nNS 1 NS NS\n',
    ['a.zz. 1 in a 192.0.2.1', 'in.zz. 1 in a 192.0.2.2', '300.zz. 1 in a 192.0.2.3', 'ns.zz. 1 in ns ns.zz.'],
  ],
  [
    'unknown types, and \\# for known ones (RFC 3597 5)',
    'x 1 TYPE65280 \\# 3 01 02 03\nx 1 A \\# 4 c0000201\nx 1 TYPE65281 \\# 0\n',
    ['x.zz. 1 in type65280 \\# 3 010203', 'x.zz. 1 in a 192.0.2.1', 'x.zz. 1 in type65281 \\# 0'],
  ],
  [
    'lines ended by CRLF, and comments with them',
    '$TTL 1\r\na A 192.0.2.1\r\n; c\r\n\r\n A 192.0.2.2 ; c\r\nb TXT (\r\n"x" )\r\n',
    ['a.zz. 1 in a 192.0.2.1', 'a.zz. 1 in a 192.0.2.2', 'b.zz. 1 in txt "x"'],
  ],
  [
    'lines ended by CR alone',
    'a 1 A 192.0.2.1\rb 1 A 192.0.2.2\r',
    ['a.zz. 1 in a 192.0.2.1', 'b.zz. 1 in a 192.0.2.2'],
  ],
  ['no newline at the end', 'a 1 A 192.0.2.1\nb 1 A 192.0.2.2', ['a.zz. 1 in a 192.0.2.1', 'b.zz. 1 in a 192.0.2.2']],
  ['a byte order mark of UTF-8 is skipped', '\ufeffa 1 A 192.0.2.1\n', ['a.zz. 1 in a 192.0.2.1']],
  [
    'text beyond ASCII stands for its octets',
    'b\u00fccher 1 TXT "\u00fc"\n',
    ['b\\195\\188cher.zz. 1 in txt "\\195\\188"'],
  ],
  ['an empty file', '', []],
  ['comments only', '; nothing\n\n   \n;', []],
]

describe('records', () => {
  test.each(cases)('%s', (_, text, records) => {
    const parsed = linesOfText(text)
    expect(parsed.problems).toEqual([])
    expect(parsed.records).toEqual(records)
    expect(parsed.result.records).toBe(records.length)
  })

  test('a TTL from the caller where the file has none', () => {
    expect(linesOfText('x A 192.0.2.1\n@ SOA a b 1 2 3 4 500\ny A 192.0.2.2\n', { defaultTtl: 77 }).records).toEqual([
      'x.zz. 77 in a 192.0.2.1',
      'zz. 500 in soa a.zz. b.zz. 1 2 3 4 500',
      'y.zz. 500 in a 192.0.2.2',
    ])
  })

  test('the line on which each record begins', () => {
    const lines: number[] = []
    linesOfText('a 1 A 192.0.2.1\n\n(b 1 A\n192.0.2.2\n)\n; c\r\nd 1 TXT ("\n")\ne 1 A 192.0.2.3', {
      onRecord: ({ line }) => lines.push(line),
    })
    expect(lines).toEqual([1, 3, 7, 9])
  })

  test('what the callback throws ends the parsing and reaches the caller', () => {
    const onRecord = () => {
      throw new RangeError('enough')
    }
    expect(() => linesOfText('a 1 A 192.0.2.1\n', { onRecord })).toThrow(RangeError)
  })
})
