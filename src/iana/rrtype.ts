/** Resource record types (IANA "Resource Record (RR) TYPEs"), by mnemonic. Query and meta types are among them. */
export const RRType = {
  A: 1,
  NS: 2,
  MD: 3,
  MF: 4,
  CNAME: 5,
  SOA: 6,
  MB: 7,
  MG: 8,
  MR: 9,
  NULL: 10,
  WKS: 11,
  PTR: 12,
  HINFO: 13,
  MINFO: 14,
  MX: 15,
  TXT: 16,
  RP: 17,
  AFSDB: 18,
  X25: 19,
  ISDN: 20,
  RT: 21,
  NSAP: 22,
  'NSAP-PTR': 23,
  SIG: 24,
  KEY: 25,
  PX: 26,
  GPOS: 27,
  AAAA: 28,
  LOC: 29,
  NXT: 30,
  EID: 31,
  NIMLOC: 32,
  SRV: 33,
  ATMA: 34,
  NAPTR: 35,
  KX: 36,
  CERT: 37,
  A6: 38,
  DNAME: 39,
  SINK: 40,
  OPT: 41,
  APL: 42,
  DS: 43,
  SSHFP: 44,
  IPSECKEY: 45,
  RRSIG: 46,
  NSEC: 47,
  DNSKEY: 48,
  DHCID: 49,
  NSEC3: 50,
  NSEC3PARAM: 51,
  TLSA: 52,
  SMIMEA: 53,
  HIP: 55,
  NINFO: 56,
  RKEY: 57,
  TALINK: 58,
  CDS: 59,
  CDNSKEY: 60,
  OPENPGPKEY: 61,
  CSYNC: 62,
  ZONEMD: 63,
  SVCB: 64,
  HTTPS: 65,
  DSYNC: 66,
  HHIT: 67,
  BRID: 68,
  SPF: 99,
  UINFO: 100,
  UID: 101,
  GID: 102,
  UNSPEC: 103,
  NID: 104,
  L32: 105,
  L64: 106,
  LP: 107,
  EUI48: 108,
  EUI64: 109,
  NXNAME: 128,
  TKEY: 249,
  TSIG: 250,
  IXFR: 251,
  AXFR: 252,
  MAILB: 253,
  MAILA: 254,
  ANY: 255,
  URI: 256,
  CAA: 257,
  AVC: 258,
  DOA: 259,
  AMTRELAY: 260,
  RESINFO: 261,
  WALLET: 262,
  CLA: 263,
  IPN: 264,
  TA: 32768,
  DLV: 32769,
} as const

/** A mnemonic of {@link RRType}. */
export type RRTypeName = keyof typeof RRType

const namesByCode = new Map<number, string>(Object.entries(RRType).map(([name, code]) => [code, name]))

/**
 * The mnemonics as an open hash table over octets, so that a loader can look up a type without making a string. A slot
 * holds the index of an entry, or -1.
 */
const SLOTS = 512
const entryOctets: Uint8Array[] = []
const entryCodes: number[] = []
const slots = new Int16Array(SLOTS).fill(-1)

/** Upper case for an ASCII letter; other octets that matter here (digits, '-') keep bit 5 set and stay as they are. */
function upper(octet: number): number {
  return octet >= 0x61 && octet <= 0x7a ? octet - 0x20 : octet
}

function hash(buf: Uint8Array, start: number, end: number): number {
  let value = end - start
  for (let at = start; at < end; at++) value = (value * 31 + upper(buf[at]!)) & 0xffff
  return (value ^ (value >> 7)) & (SLOTS - 1)
}

for (const [name, code] of Object.entries(RRType)) {
  const octets = new TextEncoder().encode(name)
  let slot = hash(octets, 0, octets.length)
  while (slots[slot] !== -1) slot = (slot + 1) & (SLOTS - 1)
  slots[slot] = entryCodes.length
  entryOctets.push(octets)
  entryCodes.push(code)
}

const LONGEST_MNEMONIC = Math.max(...entryOctets.map((octets) => octets.length))

function sameMnemonic(mnemonic: Uint8Array, buf: Uint8Array, start: number): boolean {
  for (let at = 0; at < mnemonic.length; at++) if (mnemonic[at] !== upper(buf[start + at]!)) return false
  return true
}

/** RFC 3597 5: TYPE followed by a decimal number; -1 when the octets are not of that form. */
function genericType(buf: Uint8Array, start: number, end: number): number {
  if (end - start < 5 || end - start > 9) return -1
  if (upper(buf[start]!) !== 0x54 || upper(buf[start + 1]!) !== 0x59) return -1
  if (upper(buf[start + 2]!) !== 0x50 || upper(buf[start + 3]!) !== 0x45) return -1
  let code = 0
  for (let at = start + 4; at < end; at++) {
    const digit = buf[at]! - 0x30
    if (digit < 0 || digit > 9) return -1
    code = code * 10 + digit
  }
  return code > 0xffff ? -1 : code
}

/**
 * Reads a type mnemonic or TYPEn (RFC 3597 5) from octets, without case and without allocating.
 * @returns the type code, or -1 when the octets name no type
 */
export function typeFromOctets(buf: Uint8Array, start: number, end: number): number {
  const length = end - start
  if (length <= 0 || length > LONGEST_MNEMONIC) return -1
  let slot = hash(buf, start, end)
  for (let entry = slots[slot]!; entry !== -1; entry = slots[slot]!) {
    const mnemonic = entryOctets[entry]!
    if (mnemonic.length === length && sameMnemonic(mnemonic, buf, start)) return entryCodes[entry]!
    slot = (slot + 1) & (SLOTS - 1)
  }
  return genericType(buf, start, end)
}

/** Reads a type mnemonic or TYPEn (RFC 3597 5), without case; undefined when the text names no type. */
export function typeFromText(text: string): number | undefined {
  const octets = new TextEncoder().encode(text)
  const code = typeFromOctets(octets, 0, octets.length)
  return code === -1 ? undefined : code
}

/** The mnemonic of a type code, or TYPEn (RFC 3597 5) when it has none. */
export function typeToText(code: number): string {
  return namesByCode.get(code) ?? `TYPE${code}`
}

/**
 * True for types that never stand in a zone: RFC 6895 3.1 sets 128 to 255 apart for query and meta types; OPT is a
 * pseudo record (RFC 6891 6.1.1), and 0 is reserved.
 */
export function isMetaType(code: number): boolean {
  return (code >= 128 && code <= 255) || code === RRType.OPT || code === 0
}
