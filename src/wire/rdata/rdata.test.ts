import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { RRType, typeFromText, typeToText } from '../../iana/index.ts'
import { nameFromText } from '../name-text.ts'
import {
  canonicalizeRdata,
  checkRdata,
  forEachName,
  isCompressible,
  RdataError,
  rdataFromText,
  rdataToGenericText,
  rdataToText,
} from './index.ts'
import { rdataFormats } from './type/index.ts'
import { rdataVectors } from './vectors.fixture.ts'

const hex = (octets: Uint8Array): string => Buffer.from(octets).toString('hex')
const fromHex = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text.replace(/ /g, ''), 'hex'))

describe.each(rdataVectors)('$type $text', ({ type, text, wire, written }) => {
  const code = typeFromText(type)!
  const octets = fromHex(wire)

  it('reads and writes', () => {
    expect(hex(rdataFromText(code, text))).toBe(wire)
    expect(rdataToText(code, octets)).toBe(written ?? text)
    expect(hex(rdataFromText(code, written ?? text))).toBe(wire)
    expect(() => checkRdata(code, octets)).not.toThrow()
  })

  it('reads from the unknown form (RFC 3597 5)', () => {
    expect(hex(rdataFromText(code, rdataToGenericText(octets)))).toBe(wire)
  })

  it('is canonical after being made so', () => {
    const once = octets.slice()
    canonicalizeRdata(code, once, 0, once.length)
    expect(() => checkRdata(code, once)).not.toThrow()
    expect(once.length).toBe(octets.length)
  })
})

describe('rdata of every type', () => {
  it('has a vector', () => {
    const covered = new Set(rdataVectors.map(({ type }) => typeFromText(type)))
    expect(rdataFormats.filter(({ type }) => !covered.has(type)).map(({ type }) => typeToText(type))).toEqual([])
  })

  it.each(rdataFormats.map(({ type }) => [typeToText(type), type] as const))(
    '%s: what is well-formed goes through text and back (property)',
    (_, type) => {
      const samples = rdataVectors.filter((vector) => typeFromText(vector.type) === type)
      const mutated = fc
        .tuple(
          fc.constantFrom(...samples.map(({ wire }) => wire)),
          fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 4 }),
          fc.nat(6),
          fc.uint8Array({ maxLength: 3 }),
        )
        .map(([wire, changes, cut, tail]) => {
          const octets = fromHex(wire)
          for (const [at, octet] of changes) if (octets.length > 0) octets[at % octets.length] = octet
          return Uint8Array.from([...(cut > 4 ? octets.subarray(0, -1) : octets), ...(cut > 3 ? tail : [])])
        })
      fc.assert(
        fc.property(fc.oneof(mutated, fc.uint8Array({ maxLength: 60 })), (rdata) => {
          const text = rdataToText(type, rdata)
          let wellFormed = true
          try {
            checkRdata(type, rdata)
          } catch (error) {
            expect(error).toBeInstanceOf(RdataError)
            wellFormed = false
          }
          if (wellFormed) expect(hex(rdataFromText(type, text))).toBe(hex(rdata))
          else expect(() => rdataFromText(type, text)).toThrow(RdataError)
        }),
        { numRuns: 300 },
      )
    },
  )

  it.each(rdataFormats.map(({ type }) => [typeToText(type), type] as const))(
    '%s: any text is read or refused with an RdataError (property)',
    (_, type) => {
      const words = rdataVectors.flatMap((vector) => (typeFromText(vector.type) === type ? vector.text.split(' ') : []))
      const word = fc.oneof(
        fc.constantFrom(...words),
        fc.string({ maxLength: 8 }),
        fc.constantFrom('-', '.', '0', '"', '\\'),
      )
      fc.assert(
        fc.property(fc.array(word, { maxLength: 9 }), (parts) => {
          let rdata: Uint8Array
          try {
            rdata = rdataFromText(type, parts.join(' '))
          } catch (error) {
            expect(error).toBeInstanceOf(RdataError)
            return
          }
          checkRdata(type, rdata)
        }),
        { numRuns: 200 },
      )
    },
  )
})

describe('RdataError', () => {
  it.each([
    ['A', '', 'address (an IPv4 address)', 'the end of the rdata'],
    ['A', '192.0.2', 'address (an IPv4 address)', "'192.0.2'"],
    ['A', '192.0.2.256', 'address (an IPv4 address)', "'192.0.2.256'"],
    ['A', '192.0.02.1', 'address (an IPv4 address)', "'192.0.02.1'"],
    ['A', '192.0.2.1 5', 'the end of the record', "'5'"],
    ['AAAA', '1:2:3:4:5:6:7', 'address (an IPv6 address)', "'1:2:3:4:5:6:7'"],
    ['AAAA', '1::2::3', 'address (an IPv6 address)', "'1::2::3'"],
    ['AAAA', ':::', 'address (an IPv6 address)', "':::'"],
    ['AAAA', '1:2:3:4:5:6:7:8::', 'address (an IPv6 address)', "'1:2:3:4:5:6:7:8::'"],
    ['AAAA', '::12345', 'address (an IPv6 address)', "'::12345'"],
    ['NS', 'a..b.', 'nameserver (a domain name): empty label', "'a..b.'"],
    ['NS', 'a', 'nameserver (a domain name): name not fully qualified, and no origin to complete it', "'a'"],
    ['MX', '65536 a.', 'preference (0 to 65535)', "'65536'"],
    ['MX', '10', 'mail exchange (a domain name)', 'the end of the rdata'],
    ['SOA', 'a. b. 1 2 3 4 1x', 'minimum (seconds up to 4294967295, or with units as in 1h30m)', "'1x'"],
    ['SOA', 'a. b. 1 2 3 4 1h30', 'minimum (seconds up to 4294967295, or with units as in 1h30m)', "'1h30'"],
    ['TXT', `"${'a'.repeat(256)}"`, 'text (one or more strings) of at most 255 octets', `'${'a'.repeat(256)}'`],
    ['TXT', '"\\256"', 'text (one or more strings) with no escapes but \\X and \\DDD up to \\255', "'\\256'"],
    ['TXT', '"abc', 'a closing quote', "'abc'"],
    ['DS', '1 8 2 abcd', 'digest of 32 octets for digest type 2', 'the end of the rdata'],
    ['DS', '1 8 2 abc', 'digest (hexadecimal digits), an even number of them', 'the end of the rdata'],
    ['DS', '1 NOTHING 2 ab', 'algorithm (0 to 255, or its mnemonic)', "'NOTHING'"],
    [
      'RRSIG',
      'A 8 2 1 20260230000000 0 1 . AQAB',
      'expiration (YYYYMMDDHHMMSS, or seconds since 1970)',
      "'20260230000000'",
    ],
    ['DNSKEY', '256 3 8 AQA', 'public key (base64), complete to groups of four characters', 'the end of the rdata'],
    ['DNSKEY', '256 3 8 AQ=B', 'public key (base64)', "'AQ=B'"],
    ['DNSKEY', '256 3 8 AR==', 'public key (base64)', "'AR=='"],
    ['NSEC', 'a. A XYZ', 'type bitmap (record types)', "'XYZ'"],
    ['NSEC3', '1 0 0 - abcd A', 'next hashed owner (base32hex)', "'abcd'"],
    ['LOC', '91 N 0 E 0', 'latitude (degrees up to 90, minutes, seconds, and N or S)', "'91'"],
    ['LOC', '90 0 1 N 0 E 0', 'latitude (degrees up to 90, minutes, seconds, and N or S)', "'N'"],
    ['SVCB', '1 a. alpn=h2 alpn=h3', 'alpn only once', "'alpn=h3'"],
    ['SVCB', '1 a. mandatory=alpn', 'alpn, as it is mandatory', 'the end of the rdata'],
    ['SVCB', '1 a. no-default-alpn', 'alpn beside no-default-alpn', 'the end of the rdata'],
    ['SVCB', '1 a. alpn=', 'alpn (a list of protocol identifiers of 1 to 255 octets)', "'alpn='"],
    ['SVCB', '1 a. key0667=x', 'service parameter (key, key=value or key="value")', "'key0667=x'"],
    ['SVCB', '1 a. ohttp=x', 'ohttp without a value', "'ohttp=x'"],
    ['CAA', '0 is-sue "a"', 'property tag (1 to 255 ASCII letters and digits)', "'is-sue'"],
    ['TYPE65280', 'abc', '\\# and the rdata in hexadecimal (RFC 3597), as the type has no form of its own', "'abc'"],
    ['TYPE65280', '\\# 2 abcdef', 'rdata of 2 octets, as its length says (not 3)', 'the end of the rdata'],
    ['A', '\\# 3 abcdef', 'rdata with address (an IPv4 address), found 3 of 4 octets', 'the end of the rdata'],
  ])('%s %s', (type, text, expected, found) => {
    let error: unknown
    try {
      rdataFromText(typeFromText(type)!, text)
    } catch (thrown) {
      error = thrown
    }
    expect(error).toBeInstanceOf(RdataError)
    expect(error).toMatchObject({ expected, found, message: `expected ${expected}, found ${found}` })
  })

  it.each([
    ['A', '0a0000', 'address (an IPv4 address)'],
    ['A', '0a00000001', 'the end of the rdata'],
    ['NS', '0161', 'nameserver (a domain name)'],
    ['NS', 'c00c', 'nameserver (a domain name)'],
    ['TXT', '', 'text (one or more strings)'],
    ['TXT', '0261', 'text (one or more strings)'],
    ['NSEC', '00 0001', 'type bitmap (window, length, bitmap)'],
    ['NSEC', '00 0002 40', 'type bitmap (a bitmap of 2 octets)'],
    ['NSEC', '00 00 02 40 00', 'type bitmap without trailing zero octets'],
    ['NSEC', '00 00 01 40 00 01 40', 'type bitmap with ascending windows'],
    ['NSEC', '00 00 21 40', 'type bitmap of 1 to 32 octets'],
    ['SVCB', '0001 00 0003 0002 0050 0001 0003 026832', 'service parameters by ascending key'],
    ['SVCB', '0001 00 0003 0001 50', 'port (0 to 65535)'],
    ['LOC', '01000000 80000000 80000000 00989680', 'location of version 0'],
  ])('refuses %s in wire form %s', (type, wire, expected) => {
    const code = typeFromText(type)!
    expect(() => checkRdata(code, fromHex(wire))).toThrow(expect.objectContaining({ expected }))
    expect(rdataToText(code, fromHex(wire))).toMatch(/^\\# /)
  })
})

describe('names in rdata', () => {
  const origin = nameFromText('Example.COM.')

  it('completes names by the origin, and reads @', () => {
    expect(rdataToText(RRType.MX, rdataFromText(RRType.MX, '10 mail', origin))).toBe('10 mail.Example.COM.')
    expect(rdataToText(RRType.MX, rdataFromText(RRType.MX, '10 @', origin))).toBe('10 Example.COM.')
  })

  it('visits them', () => {
    const places = (type: number, text: string): number[][] => {
      const found: number[][] = []
      forEachName(type, rdataFromText(type, text, origin), (offset, length) => found.push([offset, length]))
      return found
    }
    expect(places(RRType.SOA, 'a. bc. 1 2 3 4 5')).toEqual([
      [0, 3],
      [3, 4],
    ])
    expect(places(RRType.NAPTR, '1 2 "" "" "" a.')).toEqual([[7, 3]])
    expect(places(RRType.HIP, '2 20 AQAB a. b.')).toEqual([
      [8, 3],
      [11, 3],
    ])
    expect(places(RRType.IPSECKEY, '1 3 2 a. AQAB')).toEqual([[3, 3]])
    expect(places(RRType.IPSECKEY, '1 0 2 . AQAB')).toEqual([])
    expect(places(RRType.A6, '64 ::1 a.')).toEqual([[9, 3]])
    expect(places(RRType.HTTPS, '1 a. port=5')).toEqual([[2, 3]])
    expect(places(RRType.TXT, 'a.')).toEqual([])
    expect(places(65280, '\\# 2 0161')).toEqual([])
  })

  it.each([
    ['NS', 'A.B.', 'a.b.'],
    ['MX', '1 A.B.', '1 a.b.'],
    ['RP', 'A. B.', 'a. b.'],
    ['SRV', '1 2 3 A.', '1 2 3 a.'],
    ['NAPTR', '1 2 "S" "X" "Y" A.', '1 2 "S" "X" "Y" a.'],
    ['DNAME', 'A.', 'a.'],
    ['A6', '64 ::1 A.', '64 ::1 a.'],
    ['RRSIG', 'A 8 1 1 0 0 1 EXAMPLE. AQAB', 'A 8 1 1 19700101000000 19700101000000 1 example. AQAB'],
    // RFC 6840 5.1 keeps the case here, and RFC 3597 7 in all types that came later.
    ['NSEC', 'A. A', 'A. A'],
    ['SVCB', '1 A.', '1 A.'],
    ['LP', '1 A.', '1 A.'],
    ['TXT', 'A', '"A"'],
  ])('makes %s %s canonical', (type, text, canonical) => {
    const code = typeFromText(type)!
    const padded = Uint8Array.from([0x41, ...rdataFromText(code, text), 0x41])
    canonicalizeRdata(code, padded, 1, padded.length - 1)
    expect(rdataToText(code, padded.slice(1, -1))).toBe(canonical)
    expect([padded[0], padded.at(-1)]).toEqual([0x41, 0x41])
  })

  it('may be compressed in types of RFC 1035 only (RFC 3597 4)', () => {
    const compressible = rdataFormats.filter(({ type }) => isCompressible(type)).map(({ type }) => typeToText(type))
    expect(compressible.join(' ')).toBe('NS MD MF CNAME SOA MB MG MR PTR MINFO MX')
  })
})
