import { crc32 } from 'node:zlib'
import type { Name } from '../wire/index.ts'
import type { RRset, RRsetReplacement } from '../zone/index.ts'
import { OctetWriter, readU16, readU32, readU48, writeU32 } from './octets.ts'

/**
 * The form of journal entries. An entry is a string of octets, cut into pieces that each fill whole pages of LMDB. Its key
 * is the revision (4) and the number of the piece (4), big-endian; its value the CRC-32 of key and rest (4), whether it is the
 * last piece (1), and the octets.
 *
 * The octets: form (1), flags (1), revision of the entry before (4), serial before (4) and after (4), time of the commit in ms
 * (6), RRsets (4), records removed (4) and added (4), the cause after its length (1), the first and last seq (8 each) when there
 * are any; then the RRsets in canonical order of their owners, each after its length (4): flags (1), owner after its length (1), type (2), then of the
 * RRset before and of the one after, as far as they are there and differ, TTL (4) and rdata, and the signatures: a count (2),
 * and each after its length (2).
 */

/** Octets of a piece with its checksum: sixteen pages but for the header of the first. */
export const PIECE = 16 * 4096 - 16
const PIECE_HEADER = 5
const FORM = 1
const MAX_CAUSE = 255

const EntryFlag = { Seqs: 1 } as const
const RRsetFlag = { Before: 1, After: 2, SameData: 4, SameSignatures: 8 } as const

/** What is known of an entry before its RRsets are read. */
export interface JournalHeader {
  /** Revision of the entry before: the updates in between changed no record. 0 when this entry is the first. */
  readonly previous: number
  readonly serialBefore: number
  readonly serialAfter: number
  /** Ms since 1970. */
  readonly committedAt: number
  /** Why: `update`, `feed`, `keys`, `renewal`, or whatever the writer called it; at most 255 octets. */
  readonly cause: string
  /** The first and the last event of a feed that it came of. */
  readonly seqs: { readonly first: number; readonly last: number } | undefined
  /** RRsets that changed, and records that went and came, signatures included. */
  readonly rrsets: number
  readonly removed: number
  readonly added: number
}

/** The form of an entry that is not as it should be; the reader of the journal says where. */
export class JournalFormError extends Error {
  override readonly name = 'JournalFormError'
}

export function journalKey(revision: number, piece: number): Buffer {
  const key = Buffer.alloc(8)
  key.writeUInt32BE(revision, 0)
  key.writeUInt32BE(piece, 4)
  return key
}

/**
 * Writes an entry piece by piece.
 * @param put takes each piece; the value is valid during the call only
 */
export function encodeEntry(
  revision: number,
  header: JournalHeader,
  replacements: Iterable<RRsetReplacement>,
  put: (key: Buffer, value: Uint8Array) => void,
): void {
  const out = new OctetWriter(1024)
  out.length = PIECE_HEADER
  let piece = 0
  const flush = (end: number, isLast: boolean) => {
    const value = out.buf.subarray(0, end)
    value[4] = isLast ? 1 : 0
    const key = journalKey(revision, piece++)
    writeU32(value, 0, crc32(value.subarray(4), crc32(key)))
    put(key, value)
  }
  encodeHeader(out, header)
  for (const replacement of replacements) {
    encodeReplacement(out, replacement)
    while (out.length > PIECE) {
      flush(PIECE, false)
      out.buf.copyWithin(PIECE_HEADER, PIECE, out.length)
      out.length -= PIECE - PIECE_HEADER
    }
  }
  flush(out.length, true)
}

function encodeHeader(out: OctetWriter, header: JournalHeader): void {
  const { previous, serialBefore, serialAfter, committedAt, cause, seqs, rrsets, removed, added } = header
  out.u8(FORM)
  out.u8(seqs === undefined ? 0 : EntryFlag.Seqs)
  out.u32(previous)
  out.u32(serialBefore)
  out.u32(serialAfter)
  u48(out, committedAt)
  for (const count of [rrsets, removed, added]) out.u32(count)
  const text = Buffer.from(cause).subarray(0, MAX_CAUSE)
  out.u8(text.length)
  out.octets(text)
  if (seqs !== undefined) for (const seq of [seqs.first, seqs.last]) u64(out, seq)
}

function u48(out: OctetWriter, value: number): void {
  out.u32(value % 2 ** 32)
  out.u16(Math.floor(value / 2 ** 32))
}

/** Of a whole number below 2^53. */
function u64(out: OctetWriter, value: number): void {
  out.u32(value % 2 ** 32)
  out.u32(Math.floor(value / 2 ** 32))
}

/** Signatures are most of what is stored, and a renewal changes nothing else: what stays is stored once. */
function encodeReplacement(out: OctetWriter, { owner, type, before, after }: RRsetReplacement): void {
  const start = out.length
  out.u32(0)
  const isBoth = before !== undefined && after !== undefined
  const sameData = isBoth && before.ttl === after.ttl && areSame(before.rdatas, after.rdatas)
  const sameSignatures = isBoth && areSame(before.signatures, after.signatures)
  out.u8(
    (before === undefined ? 0 : RRsetFlag.Before) |
      (after === undefined ? 0 : RRsetFlag.After) |
      (sameData ? RRsetFlag.SameData : 0) |
      (sameSignatures ? RRsetFlag.SameSignatures : 0),
  )
  out.u8(owner.length)
  out.octets(owner)
  out.u16(type)
  if (before !== undefined) {
    encodeData(out, before)
    encodeList(out, before.signatures)
  }
  if (after !== undefined) {
    if (!sameData) encodeData(out, after)
    if (!sameSignatures) encodeList(out, after.signatures)
  }
  writeU32(out.buf, start, out.length - start - 4)
}

function encodeData(out: OctetWriter, { ttl, rdatas }: RRset): void {
  out.u32(ttl)
  encodeList(out, rdatas)
}

function encodeList(out: OctetWriter, list: readonly Uint8Array[]): void {
  out.u16(list.length)
  for (const octets of list) {
    out.u16(octets.length)
    out.octets(octets)
  }
}

function areSame(a: readonly Uint8Array[], b: readonly Uint8Array[]): boolean {
  return a === b || (a.length === b.length && a.every((octets, i) => Buffer.compare(octets, b[i]!) === 0))
}

/**
 * Checks a piece and takes it out of its value.
 * @throws JournalFormError
 */
export function readPiece(
  key: Uint8Array,
  buf: Uint8Array,
  offset: number,
  length: number,
): { readonly octets: Uint8Array; readonly isLast: boolean } {
  if (length < PIECE_HEADER) throw new JournalFormError('a piece is cut short')
  const value = buf.slice(offset, offset + length)
  if (crc32(value.subarray(4), crc32(key)) !== readU32(value, 0)) {
    throw new JournalFormError('its checksum does not fit what is stored')
  }
  return { octets: value.subarray(PIECE_HEADER), isLast: value[4] === 1 }
}

/** Reads one field after the other. Each method throws JournalFormError when the octets end before it does. */
export class JournalCursor {
  readonly #buf: Uint8Array
  #at: number
  readonly #end: number

  constructor(buf: Uint8Array, start = 0, end = buf.length) {
    this.#buf = buf
    this.#at = start
    this.#end = end
  }

  get at(): number {
    return this.#at
  }

  #take(length: number): number {
    const at = this.#at
    if (at + length > this.#end) throw new JournalFormError('it ends in the middle of a field')
    this.#at = at + length
    return at
  }

  header(): JournalHeader {
    if (this.#u8() !== FORM) throw new JournalFormError('it has a form that this program does not read')
    const flags = this.#u8()
    const previous = this.#u32()
    const serialBefore = this.#u32()
    const serialAfter = this.#u32()
    const committedAt = readU48(this.#buf, this.#take(6))
    const rrsets = this.#u32()
    const removed = this.#u32()
    const added = this.#u32()
    const cause = Buffer.from(this.#octets(this.#u8())).toString()
    const seqs = (flags & EntryFlag.Seqs) === 0 ? undefined : { first: this.#u64(), last: this.#u64() }
    return { previous, serialBefore, serialAfter, committedAt, cause, seqs, rrsets, removed, added }
  }

  replacement(): RRsetReplacement {
    const flags = this.#u8()
    const owner: Name = this.#octets(this.#u8())
    const type = this.#u16()
    const before = (flags & RRsetFlag.Before) === 0 ? undefined : this.#rrset(type, flags, undefined)
    const after = (flags & RRsetFlag.After) === 0 ? undefined : this.#rrset(type, flags, before)
    if (this.#at !== this.#end) throw new JournalFormError('an RRset is longer than it says')
    return { owner, type, before, after }
  }

  /** @param same what fields that are not repeated are those of */
  #rrset(type: number, flags: number, same: RRset | undefined): RRset {
    const isSame = same !== undefined && (flags & RRsetFlag.SameData) !== 0
    const ttl = isSame ? same.ttl : this.#u32()
    const rdatas = isSame ? same.rdatas : this.#list()
    const signatures = same !== undefined && (flags & RRsetFlag.SameSignatures) !== 0 ? same.signatures : this.#list()
    return { type, ttl, rdatas, signatures }
  }

  #list(): Uint8Array[] {
    const list: Uint8Array[] = []
    for (let left = this.#u16(); left > 0; left--) list.push(this.#octets(this.#u16()))
    return list
  }

  #octets(length: number): Uint8Array {
    const at = this.#take(length)
    return this.#buf.slice(at, at + length)
  }

  #u8(): number {
    return this.#buf[this.#take(1)]!
  }

  #u16(): number {
    return readU16(this.#buf, this.#take(2))
  }

  #u32(): number {
    return readU32(this.#buf, this.#take(4))
  }

  #u64(): number {
    const low = this.#u32()
    return low + this.#u32() * 2 ** 32
  }
}
