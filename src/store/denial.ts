import { RRClass, RRType } from '../iana/index.ts'
import { type Name, ownOctets } from '../wire/index.ts'
import { compareOctets, type RRset, type ZoneNode } from '../zone/index.ts'
import { LEAST_BUCKET } from './bucket.ts'
import { OctetWriter, readU16, readU32 } from './octets.ts'

/**
 * The table of denial: a zone's NSEC3 records with their signatures, by hash. The first bits of a hash choose the value,
 * so that the record which matches or covers a hash is found without a walk down a tree.
 *
 * A value: entry count (4), then for each entry the first octets of its hash (4) and its offset (4), so that a search mostly
 * reads two lines of memory, then each entry's hash (20), then the entries, all ascending by hash. An entry: length of the
 * NSEC3 record (2), length of the whole (2), then the records as they stand in a message: the NSEC3 record, then its RRSIG
 * records. Values are padded for the same reason as buckets are (bucket.ts). The owner of the first is the hash in base32hex
 * followed by a pointer (0xC000, to be pointed at the zone's origin); the owners of the others are pointers (to be pointed at
 * the first's owner).
 */

/** SHA-1 (RFC 5155 11): the only hash there is. */
export const HASH_LENGTH = 20
/** The label of an NSEC3 owner: a length octet and 32 of base32hex; the pointer stands after it. */
export const OWNER_LABEL = 33

const BASE32HEX = '0123456789abcdefghijklmnopqrstuv'
const RR_FIXED = 10
/** Octets of a hash that a search goes by, and of those with the offset that goes with them. */
const PREFIX_LENGTH = 4
const PAIR_LENGTH = PREFIX_LENGTH + 4

/** The hash of an NSEC3 owner's first label, or undefined when it is none. */
export function hashOfOwner(owner: Name): Uint8Array | undefined {
  if (owner[0] !== OWNER_LABEL - 1) return undefined
  const hash = new Uint8Array(HASH_LENGTH)
  let bits = 0
  let held = 0
  let at = 0
  for (let i = 1; i < OWNER_LABEL; i++) {
    const digit = BASE32HEX.indexOf(String.fromCharCode(owner[i]!).toLowerCase())
    if (digit < 0) return undefined
    bits = (bits << 5) | digit
    held += 5
    if (held >= 8) {
      held -= 8
      hash[at++] = bits >>> held
      bits &= (1 << held) - 1
    }
  }
  return hash
}

/** Writes a hash as base32hex digits in lower case (RFC 4648 7). */
export function writeBase32(hash: Uint8Array, start: number, out: Uint8Array, at: number): void {
  let bits = 0
  let held = 0
  let o = at
  for (let i = start; i < start + HASH_LENGTH; i++) {
    bits = (bits << 8) | hash[i]!
    held += 8
    while (held >= 5) {
      held -= 5
      out[o++] = BASE32HEX.charCodeAt((bits >>> held) & 31)
    }
    bits &= (1 << held) - 1
  }
}

/** The owner of the NSEC3 RRset of a hash (RFC 5155 3). */
export function ownerOfHash(hash: Uint8Array, origin: Name): Name {
  const owner = new Uint8Array(OWNER_LABEL + origin.length)
  owner[0] = OWNER_LABEL - 1
  writeBase32(hash, 0, owner, 1)
  owner.set(origin, OWNER_LABEL)
  return owner
}

/** Writes an entry for the NSEC3 RRset of this hash. */
export function encodeDenial(out: OctetWriter, hash: Uint8Array, rrset: RRset): void {
  const start = out.length
  out.u16(0)
  out.u16(0)
  const label = out.reserve(OWNER_LABEL)
  out.buf[label] = OWNER_LABEL - 1
  writeBase32(hash, 0, out.buf, label + 1)
  out.length += OWNER_LABEL
  record(out, RRType.NSEC3, rrset.ttl, rrset.rdatas[0]!)
  const first = out.length - start - 4
  for (const signature of rrset.signatures) record(out, RRType.RRSIG, rrset.ttl, signature)
  const whole = out.length - start - 4
  out.buf[start] = first
  out.buf[start + 1] = first >>> 8
  out.buf[start + 2] = whole
  out.buf[start + 3] = whole >>> 8
}

/** A record whose owner is a pointer yet to be set. */
function record(out: OctetWriter, type: number, ttl: number, rdata: Uint8Array): void {
  const at = out.reserve(2 + RR_FIXED + rdata.length)
  const { buf } = out
  buf[at] = 0xc0
  buf[at + 1] = 0
  buf[at + 2] = type >>> 8
  buf[at + 3] = type
  buf[at + 4] = 0
  buf[at + 5] = RRClass.IN
  buf[at + 6] = ttl >>> 24
  buf[at + 7] = ttl >>> 16
  buf[at + 8] = ttl >>> 8
  buf[at + 9] = ttl
  buf[at + 10] = rdata.length >>> 8
  buf[at + 11] = rdata.length
  buf.set(rdata, at + 12)
  out.length = at + 12 + rdata.length
}

/** Reads an entry back as the node it was made of. */
export function decodeDenial(buf: Uint8Array, entry: number, origin: Name): ZoneNode {
  const owner = new Uint8Array(OWNER_LABEL + origin.length)
  owner.set(buf.subarray(entry + 4, entry + 4 + OWNER_LABEL))
  owner.set(origin, OWNER_LABEL)
  let at = entry + 4 + OWNER_LABEL
  const end = entry + 4 + readU16(buf, entry + 2)
  const ttl = ((buf[at + 6]! << 24) | (buf[at + 7]! << 16) | (buf[at + 8]! << 8) | buf[at + 9]!) >>> 0
  const rdatas: Uint8Array[] = []
  while (at < end) {
    const length = (buf[at + 10]! << 8) | buf[at + 11]!
    rdatas.push(ownOctets(buf, at + 12, at + 12 + length))
    at += 12 + length
  }
  return { owner, rrsets: [{ type: RRType.NSEC3, ttl, rdatas: rdatas.slice(0, 1), signatures: rdatas.slice(1) }] }
}

/** How many first bits of a hash choose a value, for so many NSEC3 records: about 8 to 16 records a value. */
export function denialBits(entries: number): number {
  return Math.max(0, 28 - Math.clz32(Math.max(1, entries)))
}

/** The number of the value that a hash belongs to. */
export function denialSlot(hash: Uint8Array, bits: number): number {
  if (bits === 0) return 0
  return prefixAt(hash, 0) >>> (32 - bits)
}

export class DenialBuilder {
  readonly #hashes = new OctetWriter(HASH_LENGTH * 32)
  readonly #offsets: number[] = []
  readonly #entries = new OctetWriter(16384)
  readonly #value = new OctetWriter(16384)

  get count(): number {
    return this.#offsets.length
  }

  /** Appends an entry; hashes come in ascending order. */
  add(hash: Uint8Array, hashStart: number, entry: Uint8Array, entryStart: number, entryEnd: number): void {
    this.#hashes.octets(hash, hashStart, hashStart + HASH_LENGTH)
    this.#offsets.push(this.#entries.length)
    this.#entries.octets(entry, entryStart, entryEnd)
  }

  /** Hands the value over and begins the next; it is valid until then. */
  take(): Uint8Array {
    const value = this.#value
    const hashes = this.#hashes.buf
    const header = 4 + (PAIR_LENGTH + HASH_LENGTH) * this.#offsets.length
    value.length = 0
    value.u32(this.#offsets.length)
    for (const [i, offset] of this.#offsets.entries()) {
      value.octets(hashes, HASH_LENGTH * i, HASH_LENGTH * i + PREFIX_LENGTH)
      value.u32(header + offset)
    }
    value.octets(hashes, 0, this.#hashes.length)
    value.octets(this.#entries.buf, 0, this.#entries.length)
    if (value.length < LEAST_BUCKET) {
      const padding = value.reserve(LEAST_BUCKET - value.length)
      value.buf.fill(0, padding, LEAST_BUCKET)
      value.length = LEAST_BUCKET
    }
    this.#hashes.length = this.#entries.length = this.#offsets.length = 0
    return value.buf.subarray(0, value.length)
  }
}

/** Index of the last entry whose hash is at or before this one, or -1. */
export function denialAtOrBefore(buf: Uint8Array, start: number, hash: Uint8Array): number {
  const wanted = prefixAt(hash, 0)
  let low = 0
  let high = readU32(buf, start)
  while (low < high) {
    const middle = (low + high) >>> 1
    const prefix = prefixAt(buf, start + 4 + PAIR_LENGTH * middle)
    if (prefix < wanted || (prefix === wanted && compareHash(buf, start, middle, hash) <= 0)) low = middle + 1
    else high = middle
  }
  return low - 1
}

/** The first octets of a hash as a number that orders as they do. */
function prefixAt(buf: Uint8Array, at: number): number {
  return ((buf[at]! << 24) | (buf[at + 1]! << 16) | (buf[at + 2]! << 8) | buf[at + 3]!) >>> 0
}

function compareHash(buf: Uint8Array, start: number, index: number, hash: Uint8Array): number {
  const at = hashAt(buf, start, index)
  return compareOctets(buf, at, at + HASH_LENGTH, hash, 0, HASH_LENGTH)
}

/** Whether the entry of this index has exactly this hash. */
export function denialMatches(buf: Uint8Array, start: number, index: number, hash: Uint8Array): boolean {
  const at = start + 4 + PAIR_LENGTH * index
  // Another's hash mostly differs here already, in memory that the search has read.
  for (let i = 0; i < PREFIX_LENGTH; i++) if (buf[at + i] !== hash[i]) return false
  return compareHash(buf, start, index, hash) === 0
}

/** Where the hash of this index stands in the value that begins at `start`. */
export function hashAt(buf: Uint8Array, start: number, index: number): number {
  return start + 4 + PAIR_LENGTH * readU32(buf, start) + HASH_LENGTH * index
}

/** Where the entry at `entry` ends. */
export function denialEntryEnd(buf: Uint8Array, entry: number): number {
  return entry + 4 + readU16(buf, entry + 2)
}

/** How many records the entry at `entry` holds: the NSEC3 record and its signatures. */
export function countDenialRecords(buf: Uint8Array, entry: number): number {
  const end = denialEntryEnd(buf, entry)
  let records = 0
  for (let at = entry + 4 + OWNER_LABEL; at < end; records++) {
    at += 2 + RR_FIXED + ((buf[at + RR_FIXED]! << 8) | buf[at + RR_FIXED + 1]!)
  }
  return records
}

/** Where in `buf` the entry of this index begins. */
export function denialEntry(buf: Uint8Array, start: number, index: number): number {
  return start + readU32(buf, start + 4 + PAIR_LENGTH * index + PREFIX_LENGTH)
}
