import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { RRType, typeToText } from '../iana/index.ts'
import {
  canonicalizeRdata,
  lowerName,
  nameFromText,
  nameToText,
  ROOT,
  rdataFromText,
  rdataToText,
} from '../wire/index.ts'
import { parseZoneText } from './parser.ts'
import { PrintError, printRecord, RecordPrinter } from './printer.ts'
import { type RandomRecord, randomRecord, randomTypes } from './random-records.fixture.ts'

const line = (owner: string, ttl: number, type: number, rdata: string) =>
  printRecord(nameFromText(owner), ttl, type, rdataFromText(type, rdata, nameFromText('ZZ.')))

function canonical({ owner, ttl, type, rdata }: RandomRecord): RandomRecord {
  const copy = rdata.slice()
  canonicalizeRdata(type, copy, 0, copy.length)
  return { owner: lowerName(owner), ttl, type, rdata: copy }
}

function parsed(text: string | Uint8Array): RandomRecord[] {
  const records: RandomRecord[] = []
  const { problems } = parseZoneText(text, {
    origin: ROOT,
    file: 'printed',
    onRecord: ({ buf, ownerStart, ownerLength, ttl, type, rdataStart, rdataLength }) =>
      records.push({
        owner: buf.slice(ownerStart, ownerStart + ownerLength),
        ttl,
        type,
        rdata: buf.slice(rdataStart, rdataStart + rdataLength),
      }),
  })
  expect(problems).toEqual([])
  return records
}

describe('printRecord', () => {
  test.each([
    [line('.', 86400, RRType.NS, 'A.Root-Servers.NET.'), '.\t86400\tin\tns\ta.root-servers.net.'],
    [line('WWW.Example.', 0, RRType.A, '192.0.2.1'), 'www.example.\t0\tin\ta\t192.0.2.1'],
    [line('x.', 2147483647, RRType.AAAA, '2001:DB8:0:0:1::'), 'x.\t2147483647\tin\taaaa\t2001:db8:0:0:1::'],
    [line('x.', 1, RRType.AAAA, '::ffff:192.0.2.1'), 'x.\t1\tin\taaaa\t::ffff:192.0.2.1'],
    [line('x.', 1, RRType.AAAA, '::'), 'x.\t1\tin\taaaa\t::'],
    [line('x.', 1, RRType.TXT, '"Mixed Case" ";" "\\"\\200"'), 'x.\t1\tin\ttxt\t"Mixed Case" ";" "\\"\\200"'],
    [line('\\$\\@\\(\\000 .', 1, RRType.MX, '10 Mail'), '\\$\\@\\(\\000\\032.\t1\tin\tmx\t10 mail.zz.'],
    [line('x.', 1, 65280, '\\# 2 ABCD'), 'x.\t1\tin\ttype65280\t\\# 2 abcd'],
    [
      line('x.', 1, RRType.DS, '60485 5 1 2BB183AF5F22588179A53B0A98631FAD1A292118'),
      'x.\t1\tin\tds\t60485 5 1 2bb183af5f22588179a53b0a98631fad1a292118',
    ],
    [
      line('X.', 1, RRType.RRSIG, 'A 5 3 86400 20030322173103 20000229120000 2642 Example.COM. AQIDBA=='),
      'x.\t1\tin\trrsig\tA 5 3 86400 20030322173103 20000229120000 2642 example.com. AQIDBA==',
    ],
    [
      line('x.', 1, RRType.NSEC3, '1 1 12 aabbccdd 2T7B4G4VSA5SMI47K61MV5BV1A22BOJR MX RRSIG TYPE1234'),
      'x.\t1\tin\tnsec3\t1 1 12 aabbccdd 2t7b4g4vsa5smi47k61mv5bv1a22bojr MX RRSIG TYPE1234',
    ],
    [line('x.', 1, RRType.NSEC, 'Next.Example. A NSEC'), 'x.\t1\tin\tnsec\tNext.Example. A NSEC'],
  ])('%#', (printed, expected) => expect(printed).toBe(expected))

  test('malformed rdata stands in the unknown form', () => {
    expect(printRecord(ROOT, 1, RRType.A, Uint8Array.of(1, 2, 3))).toBe('.\t1\tin\ta\t\\# 3 010203')
    expect(printRecord(ROOT, 1, RRType.NS, Uint8Array.of(9, 65))).toBe('.\t1\tin\tns\t\\# 2 0941')
  })

  test.each([[[]], [[1]], [[1, 97]], [[64, ...Array(64).fill(97), 0]], [[0xc0, 0]]])(
    'the malformed owner %j is refused',
    (octets) => expect(() => printRecord(Uint8Array.from(octets), 1, 1, new Uint8Array(4))).toThrow(PrintError),
  )
})

describe('random records of all types', () => {
  test('are of every type at hand', () => {
    const seen = new Set(fc.sample(randomRecord, 5000).map(({ type }) => type))
    expect(randomTypes.filter((type) => !seen.has(type)).map(typeToText)).toEqual([])
  })

  test('load back to the same, names in lower case where canonical form has them so', () => {
    fc.assert(
      fc.property(randomRecord, (record) => {
        const { owner, ttl, type, rdata } = record
        expect(parsed(printRecord(owner, ttl, type, rdata))).toEqual([canonical(record)])
      }),
      { numRuns: 2000 },
    )
  })

  test('print as nameToText and rdataToText have it', () => {
    fc.assert(
      fc.property(randomRecord, (record) => {
        const { owner, ttl, type, rdata } = canonical(record)
        const expected = [nameToText(owner), ttl, 'in', typeToText(type).toLowerCase(), rdataToText(type, rdata)]
        expect(printRecord(record.owner, ttl, type, record.rdata)).toBe(expected.join('\t'))
      }),
      { numRuns: 2000 },
    )
  })

  test('print so whatever is wrong with them', () => {
    const change = fc.record({
      at: fc.nat(),
      octet: fc.nat(255),
      cut: fc.nat(3),
      tail: fc.uint8Array({ maxLength: 2 }),
    })
    fc.assert(
      fc.property(randomRecord, change, ({ type, rdata }, { at, octet, cut, tail }) => {
        const spoilt = Uint8Array.of(...rdata.subarray(0, Math.max(0, rdata.length - cut)), ...tail)
        if (spoilt.length > 0) spoilt[at % spoilt.length] = octet
        let expected = rdataToText(type, spoilt)
        if (!expected.startsWith('\\#')) {
          canonicalizeRdata(type, spoilt, 0, spoilt.length)
          expected = rdataToText(type, spoilt)
        }
        expect(printRecord(ROOT, 1, type, spoilt)).toBe(`.\t1\tin\t${typeToText(type).toLowerCase()}\t${expected}`)
      }),
      { numRuns: 5000 },
    )
  })

  test('of one owner, and of one RRset, print as each by itself', () => {
    fc.assert(
      fc.property(randomRecord, fc.array(randomRecord, { maxLength: 5 }), ({ owner }, records) => {
        const printer = new RecordPrinter(1)
        const one = new RecordPrinter(1)
        for (const [i, { ttl, type, rdata }] of records.entries()) {
          if (i === 0) printer.record(owner, 0, ttl, type, rdata)
          else printer.recordOfOwner(ttl, type, rdata)
          printer.recordOfRRset(Uint8Array.of(7, ...rdata, 7), 1, 1 + rdata.length)
          for (let twice = 0; twice < 2; twice++) one.record(owner, 0, ttl, type, rdata)
        }
        expect(printer.text).toEqual(one.text)
      }),
      { numRuns: 500 },
    )
  })

  test('many in one buffer, out of larger buffers', () => {
    fc.assert(
      fc.property(fc.array(randomRecord, { maxLength: 30 }), (records) => {
        const printer = new RecordPrinter(16)
        for (const { owner, ttl, type, rdata } of records) {
          const around = Uint8Array.of(7, 7, ...owner, 7, ...rdata, 7)
          const rdataStart = 3 + owner.length
          printer.record(around, 2, ttl, type, around, rdataStart, rdataStart + rdata.length)
        }
        expect(printer.length).toBe(printer.text.length)
        expect(parsed(printer.text)).toEqual(records.map(canonical))
        printer.clear()
        expect(printer.text).toHaveLength(0)
      }),
      { numRuns: 200 },
    )
  })
})

test('the longest names, rdata and bitmaps fit', () => {
  const label = [63, ...Array(63).fill(0)]
  const owner = Uint8Array.of(...label, ...label, ...label, 61, ...Array(61).fill(0), 0)
  const windows = Array.from({ length: 256 }, (_, window) => [window, 32, ...Array(32).fill(255)])
  const nsec3 = Uint8Array.of(1, 0, 0, 0, 0, 20, ...Array(20).fill(1), ...windows.flat())
  const printer = new RecordPrinter(1)
  printer.record(owner, 0, 1, RRType.NSEC3, nsec3)
  printer.record(owner, 0, 1, 65280, new Uint8Array(65535))
  printer.record(owner, 0, 1, RRType.RRSIG, Uint8Array.of(...Array(18).fill(1), ...owner, ...Array(65000).fill(1)))
  expect(parsed(printer.text).map(({ rdata }) => rdata.length)).toEqual([nsec3.length, 65535, 18 + 255 + 65000])
})
