import fc from 'fast-check'
import { RRType, type RRTypeName } from '../iana/index.ts'
import { checkRdata, type Name, RdataError } from '../wire/index.ts'

export interface RandomRecord {
  readonly owner: Name
  readonly ttl: number
  readonly type: number
  /** Well-formed. */
  readonly rdata: Uint8Array
}

type Octets = fc.Arbitrary<Uint8Array>

function concat(parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => [...part]))
}

/** The fields one after the other. */
const all = (...fields: Octets[]): Octets => fc.tuple(...fields).map(concat)
const octets = (min: number, max: number): Octets => fc.uint8Array({ minLength: min, maxLength: max })
const fixed = (size: number): Octets => octets(size, size)
const one = (...values: number[]): Octets => fc.constantFrom(...values).map((value) => Uint8Array.of(value))

/** Mostly the octets of hostnames, else any at all, those with a meaning in text among them (RFC 2181 11). */
const labelOctet = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom(...new TextEncoder().encode('abcxyzABCXYZ0189-_')) },
  { weight: 2, arbitrary: fc.constantFrom(...new TextEncoder().encode('.\\"();@$ *\t\n')) },
  { weight: 1, arbitrary: fc.nat(255) },
)
const label = fc
  .array(labelOctet, { minLength: 1, maxLength: 63, size: 'small' })
  .map((content) => Uint8Array.of(content.length, ...content))

export const randomName: fc.Arbitrary<Name> = fc
  .array(label, { maxLength: 8 })
  .map((labels) => concat([...labels, Uint8Array.of(0)]))
  .filter((name) => name.length <= 255)

const string: Octets = octets(0, 255).map((content) => Uint8Array.of(content.length, ...content))
const strings: Octets = fc.array(string, { minLength: 1, maxLength: 4 }).map(concat)
const names: Octets = fc.array(randomName, { maxLength: 3 }).map(concat)

/** RFC 4034 4.1.2. */
const typeBitmap: Octets = fc
  .uniqueArray(fc.tuple(fc.constantFrom(0, 0, 1, 128, 255), octets(0, 31), fc.integer({ min: 1, max: 255 })), {
    selector: ([window]) => window,
    maxLength: 3,
  })
  .map((windows) =>
    concat(
      windows
        .sort(([a], [b]) => a - b)
        .map(([window, bits, last]) => Uint8Array.of(window, bits.length + 1, ...bits, last)),
    ),
  )

const digest = all(
  fixed(3),
  fc.oneof(all(one(1), fixed(20)), all(one(2), fixed(32)), all(one(4), fixed(48)), all(one(200), octets(1, 60))),
)
const key = all(fixed(4), octets(1, 80))
const signature = all(fixed(18), randomName, octets(1, 80))
const salted = (min: number): Octets => octets(min, 40).map((content) => Uint8Array.of(content.length, ...content))
const gateway = fc.oneof(
  one(0),
  all(one(1), fixed(1), fixed(4)),
  all(one(2), fixed(1), fixed(16)),
  all(one(3), fixed(1), randomName),
)
const address = fc.oneof(
  fixed(16),
  fc.array(fc.constantFrom(0, 0, 0, 1, 255), { minLength: 16, maxLength: 16 }).map((list) => Uint8Array.from(list)),
  all(fc.constant(Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255)), fixed(4)),
)
const prefix = (family: number, size: number): Octets =>
  fc
    .tuple(fc.nat(8 * size), fc.boolean(), octets(0, size - 1), fc.integer({ min: 1, max: 255 }))
    .map(([bits, negated, content, last]) =>
      Uint8Array.of(0, family, bits, (negated ? 128 : 0) | (content.length + 1), ...content, last),
    )
const parameters: Octets = fc
  .uniqueArray(fc.tuple(fc.integer({ min: 7, max: 65_534 }), octets(0, 60)), {
    selector: ([number]) => number,
    maxLength: 4,
  })
  .map((list) =>
    concat(
      list
        .sort(([a], [b]) => a - b)
        .map(([number, value]) => Uint8Array.of(number >> 8, number & 255, 0, value.length, ...value)),
    ),
  )
const service = all(fixed(1), one(1, 2, 255), randomName, parameters)

const rdataOf: Partial<Record<RRTypeName, Octets>> = {
  A: fixed(4),
  AAAA: address,
  NS: randomName,
  CNAME: randomName,
  PTR: randomName,
  DNAME: randomName,
  MB: randomName,
  'NSAP-PTR': randomName,
  SOA: all(randomName, randomName, fixed(20)),
  MX: all(fixed(2), randomName),
  KX: all(fixed(2), randomName),
  RT: all(fixed(2), randomName),
  AFSDB: all(fixed(2), randomName),
  LP: all(fixed(2), randomName),
  PX: all(fixed(2), randomName, randomName),
  RP: all(randomName, randomName),
  MINFO: all(randomName, randomName),
  TALINK: all(randomName, randomName),
  SRV: all(fixed(6), randomName),
  NAPTR: all(fixed(4), string, string, string, randomName),
  TXT: strings,
  SPF: strings,
  HINFO: all(string, string),
  ISDN: all(string, fc.oneof(string, fixed(0))),
  GPOS: all(string, string, string),
  DS: digest,
  CDS: digest,
  DLV: digest,
  DNSKEY: key,
  CDNSKEY: key,
  RRSIG: signature,
  SIG: signature,
  NSEC: all(randomName, typeBitmap),
  NSEC3: fc.oneof(
    all(one(1), fixed(3), salted(0), one(20), fixed(20), typeBitmap),
    all(one(2), fixed(3), salted(0), salted(1), typeBitmap),
  ),
  NSEC3PARAM: all(fixed(4), salted(0)),
  CSYNC: all(fixed(6), typeBitmap),
  ZONEMD: all(fixed(5), one(1), fixed(48)),
  TLSA: all(fixed(3), octets(1, 60)),
  SMIMEA: all(fixed(3), octets(1, 60)),
  SSHFP: all(one(1, 4), fc.oneof(all(one(1), fixed(20)), all(one(2), fixed(32)))),
  CERT: all(fixed(5), octets(1, 60)),
  OPENPGPKEY: octets(1, 80),
  DHCID: octets(1, 80),
  EUI48: fixed(6),
  EUI64: fixed(8),
  L32: fixed(6),
  L64: fixed(10),
  NID: fixed(10),
  URI: all(fixed(4), octets(1, 200)),
  CAA: all(fixed(1), fc.constant(Uint8Array.of(5, 105, 115, 115, 117, 101)), octets(0, 200)),
  APL: fc.array(fc.oneof(prefix(1, 4), prefix(2, 16)), { maxLength: 4 }).map(concat),
  IPSECKEY: all(fixed(1), gateway, octets(0, 40)),
  HIP: fc
    .tuple(octets(1, 20), fixed(1), octets(1, 60), names)
    .map(([tag, algorithm, host, servers]) =>
      concat([Uint8Array.of(tag.length), algorithm, Uint8Array.of(0, host.length), tag, host, servers]),
    ),
  LOC: all(
    one(0),
    one(0x12, 0x99, 0x00),
    one(0x16),
    one(0x13),
    fc.integer({ min: 0x80000000 - 324_000_000, max: 0x80000000 + 324_000_000 }).map(uint32),
    fc.integer({ min: 0x80000000 - 648_000_000, max: 0x80000000 + 648_000_000 }).map(uint32),
    fixed(4),
  ),
  SVCB: service,
  HTTPS: service,
}

function uint32(value: number): Uint8Array {
  const out = new Uint8Array(4)
  new DataView(out.buffer).setUint32(0, value)
  return out
}

/** RFC 3597: types of which nothing is known. */
const unknown = fc
  .tuple(fc.integer({ min: 65_280, max: 65_534 }), octets(0, 100))
  .map(([type, rdata]) => ({ type, rdata }))

const known = Object.entries(rdataOf).map(([name, arbitrary]) => {
  const type = RRType[name as RRTypeName]
  // Rules across fields, such as the room between lengths, are left to the check.
  return arbitrary.map((rdata) => ({ type, rdata })).filter(({ rdata }) => isWellFormed(type, rdata))
})

function isWellFormed(type: number, rdata: Uint8Array): boolean {
  try {
    checkRdata(type, rdata)
    return true
  } catch (error) {
    if (error instanceof RdataError) return false
    throw error
  }
}

/** Types with random records, but for the unknown ones. */
export const randomTypes: readonly number[] = Object.keys(rdataOf).map((name) => RRType[name as RRTypeName])

export const randomRecord: fc.Arbitrary<RandomRecord> = fc
  .tuple(randomName, fc.oneof(fc.nat(100_000), fc.integer({ min: 0, max: 0x7fffffff })), fc.oneof(unknown, ...known))
  .map(([owner, ttl, { type, rdata }]) => ({ owner, ttl, type, rdata }))
