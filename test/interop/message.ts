import { lowerOctets, textName } from './name.ts'

/** Type codes the tests name. */
export const TYPE = {
  A: 1,
  NS: 2,
  CNAME: 5,
  SOA: 6,
  PTR: 12,
  HINFO: 13,
  MX: 15,
  TXT: 16,
  RP: 17,
  AFSDB: 18,
  AAAA: 28,
  LOC: 29,
  SRV: 33,
  NAPTR: 35,
  KX: 36,
  DNAME: 39,
  OPT: 41,
  DS: 43,
  SSHFP: 44,
  RRSIG: 46,
  NSEC: 47,
  DNSKEY: 48,
  NSEC3: 50,
  NSEC3PARAM: 51,
  TLSA: 52,
  CDS: 59,
  CDNSKEY: 60,
  ZONEMD: 63,
  SVCB: 64,
  HTTPS: 65,
  SPF: 99,
  TKEY: 249,
  TSIG: 250,
  IXFR: 251,
  AXFR: 252,
  MAILB: 253,
  MAILA: 254,
  ANY: 255,
  URI: 256,
  CAA: 257,
} as const

const TYPE_TEXT = new Map<number, string>(Object.entries(TYPE).map(([text, code]) => [code, text]))

export function typeText(type: number): string {
  return TYPE_TEXT.get(type) ?? `TYPE${type}`
}

/** What makes a message one that no server may send. */
export class MessageError extends Error {}

export interface DecodedRecord {
  /** Presentation form, lower case. */
  readonly owner: string
  readonly type: number
  readonly klass: number
  readonly ttl: number
  /** Readable and unique: names lower case, decompressed; other rdata in hexadecimal. */
  readonly rdata: string
  /** For an RRSIG the type it covers, else the record's own. */
  readonly covers: number
  /** True when a name inside the rdata was compressed. */
  readonly compressed: boolean
}

export interface DecodedEdns {
  readonly payload: number
  readonly version: number
  readonly dnssecOk: boolean
  /** The flags besides DO. */
  readonly z: number
  readonly options: readonly { readonly code: number; readonly data: Uint8Array }[]
}

export interface DecodedMessage {
  readonly id: number
  readonly qr: boolean
  readonly opcode: number
  readonly aa: boolean
  readonly tc: boolean
  readonly rd: boolean
  readonly ra: boolean
  /** Z, AD and CD as they stand: a number from 0 to 7. */
  readonly zAdCd: number
  /** With the upper bits from OPT (RFC 6891 6.1.3). */
  readonly rcode: number
  /** Names in the case they came in. */
  readonly question: readonly { readonly name: string; readonly type: number; readonly klass: number }[]
  readonly answer: readonly DecodedRecord[]
  readonly authority: readonly DecodedRecord[]
  /** Without OPT. */
  readonly additional: readonly DecodedRecord[]
  readonly edns: DecodedEdns | undefined
  /** Octets after the last record. */
  readonly trailing: number
  readonly length: number
}

/** Where names stand in rdata: a number is octets to pass over. What follows the list is plain octets. */
const LAYOUT: ReadonlyMap<number, readonly (number | 'name' | 'string')[]> = new Map([
  [2, ['name']],
  [3, ['name']],
  [4, ['name']],
  [5, ['name']],
  [6, ['name', 'name']],
  [7, ['name']],
  [8, ['name']],
  [9, ['name']],
  [12, ['name']],
  [14, ['name', 'name']],
  [15, [2, 'name']],
  [17, ['name', 'name']],
  [18, [2, 'name']],
  [21, [2, 'name']],
  [26, [2, 'name', 'name']],
  [30, ['name']],
  [33, [6, 'name']],
  [35, [4, 'string', 'string', 'string', 'name']],
  [36, [2, 'name']],
  [39, ['name']],
  [46, [18, 'name']],
  [47, ['name']],
  [64, [2, 'name']],
  [65, [2, 'name']],
] as [number, (number | 'name' | 'string')[]][])

class Reader {
  readonly octets: Uint8Array
  readonly view: DataView
  at = 0

  constructor(octets: Uint8Array) {
    this.octets = octets
    this.view = new DataView(octets.buffer, octets.byteOffset, octets.length)
  }

  u8(): number {
    if (this.at + 1 > this.octets.length) throw new MessageError(`ends at octet ${this.at}`)
    return this.octets[this.at++]!
  }

  u16(): number {
    if (this.at + 2 > this.octets.length) throw new MessageError(`ends at octet ${this.at}`)
    this.at += 2
    return this.view.getUint16(this.at - 2)
  }

  u32(): number {
    return this.u16() * 65536 + this.u16()
  }

  take(length: number): Uint8Array {
    if (this.at + length > this.octets.length) throw new MessageError(`ends inside ${length} octets at ${this.at}`)
    this.at += length
    return this.octets.subarray(this.at - length, this.at)
  }

  /** A name; each pointer must point before where the name it ends began (RFC 1035 4.1.4: a prior occurrence). */
  name(): { wire: Uint8Array; compressed: boolean } {
    const out: number[] = []
    let at = this.at
    let bound = at
    let end = -1
    for (;;) {
      const length = this.octets[at]
      if (length === undefined) throw new MessageError('a name runs past the message')
      if (length < 0x40) {
        if (at + 1 + length > this.octets.length) throw new MessageError('a label runs past the message')
        out.push(length, ...this.octets.subarray(at + 1, at + 1 + length))
        if (out.length > 255) throw new MessageError('a name longer than 255 octets')
        at += length + 1
        if (length === 0) break
      } else if (length >= 0xc0) {
        if (at + 2 > this.octets.length) throw new MessageError('a pointer runs past the message')
        const target = this.view.getUint16(at) & 0x3fff
        if (end < 0) end = at + 2
        if (target >= bound || target < 12) throw new MessageError(`pointer at ${at} to ${target}`)
        at = bound = target
      } else throw new MessageError(`label type ${length >> 6}`)
    }
    this.at = end < 0 ? at : end
    return { wire: Uint8Array.from(out), compressed: end >= 0 }
  }
}

function hex(octets: Uint8Array): string {
  return Buffer.from(octets).toString('hex')
}

function readRdata(reader: Reader, type: number, end: number): { rdata: string; compressed: boolean } {
  if (type === TYPE.A && end - reader.at === 4) return { rdata: [...reader.take(4)].join('.'), compressed: false }
  const parts: string[] = []
  let compressed = false
  for (const step of LAYOUT.get(type) ?? []) {
    if (step === 'name') {
      const name = reader.name()
      parts.push(textName(lowerOctets(name.wire)))
      compressed ||= name.compressed
    } else parts.push(hex(reader.take(step === 'string' ? 1 + reader.octets[reader.at]! : step)))
  }
  if (reader.at > end) throw new MessageError(`rdata of ${typeText(type)} runs past its length`)
  if (reader.at < end) parts.push(hex(reader.take(end - reader.at)))
  return { rdata: parts.join(' '), compressed }
}

function readOptions(octets: Uint8Array): { code: number; data: Uint8Array }[] {
  const reader = new Reader(octets)
  const options: { code: number; data: Uint8Array }[] = []
  while (reader.at < octets.length) {
    const code = reader.u16()
    options.push({ code, data: reader.take(reader.u16()) })
  }
  return options
}

/** Reads a reply strictly. Throws MessageError at whatever no server may send. */
export function decodeMessage(octets: Uint8Array): DecodedMessage {
  const reader = new Reader(octets)
  const id = reader.u16()
  const flags = reader.u16()
  const counts = [reader.u16(), reader.u16(), reader.u16(), reader.u16()] as const
  const question = []
  for (let i = 0; i < counts[0]; i++) {
    question.push({ name: textName(reader.name().wire), type: reader.u16(), klass: reader.u16() })
  }
  let edns: DecodedEdns | undefined
  let upperRcode = 0
  const sections: DecodedRecord[][] = [[], [], []]
  for (let section = 0; section < 3; section++) {
    for (let i = 0; i < counts[section + 1]!; i++) {
      const owner = reader.name()
      const type = reader.u16()
      const klass = reader.u16()
      const ttl = reader.u32()
      const length = reader.u16()
      const end = reader.at + length
      if (end > octets.length) throw new MessageError(`rdata of ${typeText(type)} runs past the message`)
      if (type === TYPE.OPT) {
        if (section !== 2) throw new MessageError('OPT outside the additional section')
        if (edns !== undefined) throw new MessageError('two OPT records')
        if (owner.wire.length !== 1) throw new MessageError('OPT owned by a name other than the root')
        upperRcode = ttl >>> 24
        edns = {
          payload: klass,
          version: (ttl >>> 16) & 0xff,
          dnssecOk: (ttl & 0x8000) !== 0,
          z: ttl & 0x7fff,
          options: readOptions(reader.take(length)),
        }
        continue
      }
      const covers = type === TYPE.RRSIG && length >= 2 ? reader.view.getUint16(reader.at) : type
      const { rdata, compressed } = readRdata(reader, type, end)
      sections[section]!.push({ owner: textName(lowerOctets(owner.wire)), type, klass, ttl, rdata, covers, compressed })
    }
  }
  return {
    id,
    qr: (flags & 0x8000) !== 0,
    opcode: (flags >> 11) & 15,
    aa: (flags & 0x400) !== 0,
    tc: (flags & 0x200) !== 0,
    rd: (flags & 0x100) !== 0,
    ra: (flags & 0x80) !== 0,
    zAdCd: (flags >> 4) & 7,
    rcode: (flags & 15) | (upperRcode << 4),
    question,
    answer: sections[0]!,
    authority: sections[1]!,
    additional: sections[2]!,
    edns,
    trailing: octets.length - reader.at,
    length: octets.length,
  }
}

/** One line, as dig would print it, with unread rdata in hexadecimal. */
export function recordText(record: DecodedRecord): string {
  const klass = record.klass === 1 ? 'IN' : `CLASS${record.klass}`
  const covered = record.type === TYPE.RRSIG ? `(${typeText(record.covers)}) ` : ''
  return `${record.owner} ${record.ttl} ${klass} ${typeText(record.type)} ${covered}${record.rdata}`
}
