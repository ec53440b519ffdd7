import { OctetWriter, readU16, readU32 } from './octets.ts'

/**
 * Buckets: the values of the table that answers look names up in. A name's hash has two halves of 32 bits: the first
 * chooses the bucket, 16 bits of the second are the tag by which its entry is found there.
 *
 * A bucket: entry count (4), then for each entry its tag (2) and its offset in units of 16 octets (2), then the entries.
 * So a search mostly reads two lines of memory before it comes to the entry. An entry begins with the length (1) and the
 * octets of its name relative to the zone's origin, in lower case; the rest is `answer/`'s.
 */

/**
 * LMDB moves a value of less than half a page whenever a neighbour is rewritten; a longer one stands in overflow pages of
 * its own, which stay until that very key is rewritten. So buckets are padded to this length (octets).
 */
export const LEAST_BUCKET = 2100

const TAG_MASK = 0xffff
/** Octets that offsets of entries count in: 16 bits of them reach a megabyte, more than any bucket holds. */
export const UNIT = 16

/** Octets of a tag and the offset that goes with it. */
export const TAG_LENGTH = 4

/** Octets of entries aimed at per bucket: most then take one page of 4,096. */
export const BUCKET_TARGET = 2800

/** First half of the hash of a name, in `hashName.low`, and the second in `hashName.tag`: results without allocation. */
export const nameHash = { low: 0, tag: 0 }

/**
 * Hashes octets (a name in lower case, relative to its origin) under a seed: two multiply-and-rotate lanes with
 * avalanche at the end.
 */
export function hashOctets(buf: Uint8Array, start: number, end: number, seed: number): void {
  let a = seed ^ 0x9e3779b1
  let b = seed ^ 0x85ebca77
  for (let i = start; i < end; i++) {
    const octet = buf[i]!
    a = Math.imul(a ^ octet, 0x9e3779b1)
    b = Math.imul(b ^ octet, 0x5f356495)
    b = (b << 13) | (b >>> 19)
  }
  a = Math.imul(a ^ (a >>> 16), 0x85ebca6b) ^ Math.imul(b ^ (b >>> 13), 0xc2b2ae35)
  b = Math.imul(b ^ (b >>> 16), 0x85ebca6b) ^ Math.imul(a ^ (a >>> 13), 0xc2b2ae35)
  nameHash.low = (a ^ (a >>> 16)) >>> 0
  nameHash.tag = (b ^ (b >>> 15)) >>> 0
}

/** Linear hashing (Litwin 1980): `buckets` need not be a power of two, and grows by splitting one bucket at a time. */
export function bucketOf(low: number, buckets: number, mask: number): number {
  const bucket = (low & mask) >>> 0
  return bucket < buckets ? bucket : bucket & (mask >>> 1)
}

/** The mask for `bucketOf`: the least 2^n - 1 that reaches every bucket number. */
export function bucketMask(buckets: number): number {
  return buckets <= 1 ? 0 : 0xffffffff >>> Math.clz32(buckets - 1)
}

/** How many buckets a table of so many entries and octets should have. */
export function bucketCount(entries: number, octets: number): number {
  const average = Math.max(1, octets / Math.max(1, entries))
  const perBucket = Math.max(4, Math.min(24, Math.floor(BUCKET_TARGET / average)))
  return Math.max(1, Math.ceil(entries / perBucket))
}

export class BucketBuilder {
  readonly #tags: number[] = []
  readonly #offsets: number[] = []
  readonly #entries = new OctetWriter(16384)
  readonly #value = new OctetWriter(16384)

  add(tag: number, buf: Uint8Array, start: number, end: number): void {
    this.#tags.push(tag & TAG_MASK)
    this.#offsets.push(this.#entries.length / UNIT)
    this.#entries.octets(buf, start, end)
    pad(this.#entries)
  }

  /** Hands the bucket over and begins the next; the value is valid until then. */
  take(): Uint8Array {
    const value = this.#value
    const count = this.#tags.length
    value.length = 0
    value.u32(count)
    const header = Math.ceil((4 + 4 * count) / UNIT)
    for (let i = 0; i < count; i++) {
      value.u16(this.#tags[i]!)
      value.u16(header + this.#offsets[i]!)
    }
    pad(value)
    value.octets(this.#entries.buf, 0, this.#entries.length)
    if (value.length < LEAST_BUCKET) {
      const padding = value.reserve(LEAST_BUCKET - value.length)
      value.buf.fill(0, padding, LEAST_BUCKET)
      value.length = LEAST_BUCKET
    }
    this.#tags.length = this.#offsets.length = this.#entries.length = 0
    return value.buf.subarray(0, value.length)
  }
}

/** Fills up to the next unit. */
function pad(writer: OctetWriter): void {
  while (writer.length % UNIT !== 0) writer.u8(0)
}

/**
 * Finds an entry in the bucket at `start` of `buf`.
 * @param name holds the lower-case relative name at `nameStart..nameEnd`
 * @returns the offset in `buf` of what follows the entry's name, or -1
 */
export function findInBucket(
  buf: Uint8Array,
  start: number,
  tag: number,
  name: Uint8Array,
  nameStart: number,
  nameEnd: number,
): number {
  for (let at = firstTag(start); ; at += TAG_LENGTH) {
    at = findTag(buf, start, tag, at)
    if (at < 0) return -1
    const rest = restOfEntry(buf, entryOfTag(buf, start, at), name, nameStart, nameEnd)
    if (rest >= 0) return rest
  }
}

/** Where the tags of the bucket at `start` begin. */
export function firstTag(start: number): number {
  return start + 4
}

/** Where the next tag like this one stands, from `at` on, or -1. Reads no entry: those are other lines of memory. */
export function findTag(buf: Uint8Array, start: number, tag: number, at: number): number {
  const low = tag & 0xff
  const high = (tag >>> 8) & 0xff
  const end = start + 4 + TAG_LENGTH * readU32(buf, start)
  for (; at < end; at += TAG_LENGTH) if (buf[at] === low && buf[at + 1] === high) return at
  return -1
}

/** Where the entry begins whose tag stands at `at`. */
export function entryOfTag(buf: Uint8Array, start: number, at: number): number {
  return start + UNIT * readU16(buf, at + 2)
}

/** The offset of what follows the name of the entry at `entry`, or -1 when that is not this name. */
export function restOfEntry(
  buf: Uint8Array,
  entry: number,
  name: Uint8Array,
  nameStart: number,
  nameEnd: number,
): number {
  const length = nameEnd - nameStart
  if (buf[entry] !== length) return -1
  const difference = entry + 1 - nameStart
  for (let i = nameStart; i < nameEnd; i++) if (buf[i + difference] !== name[i]) return -1
  return entry + 1 + length
}
