import { copyOctets } from '../wire/index.ts'
import { LEAST_BUCKET, TAG_LENGTH, UNIT } from './bucket.ts'
import { readU16, readU32, writeU16, writeU32 } from './octets.ts'

/**
 * One name's entry, taken out of its bucket, is `buf[start..end)`: the length and octets of the name, then what `answer/` put
 * there. Views of their own would cost more than all else that is done with them.
 */
export interface BucketEntry {
  /** 16 bits. */
  readonly tag: number
  readonly buf: Uint8Array
  readonly start: number
  readonly end: number
}

/** Octets that offsets reach. */
const LARGEST_BUCKET = UNIT * 0xffff

/**
 * The entries of the bucket that begins at `start` of `buf`, in its memory.
 * @param endOf tells where an entry ends, given where what follows its name begins
 */
export function bucketEntries(
  buf: Uint8Array,
  start: number,
  endOf: (buf: Uint8Array, at: number) => number,
): BucketEntry[] {
  const count = readU32(buf, start)
  const entries: BucketEntry[] = []
  for (let i = 0; i < count; i++) {
    const at = start + 4 + TAG_LENGTH * i
    const entry = start + UNIT * readU16(buf, at + 2)
    entries.push({ tag: readU16(buf, at), buf, start: entry, end: endOf(buf, entry + 1 + buf[entry]!) })
  }
  return entries
}

/**
 * The bucket of these entries; valid until the next call.
 * @throws RangeError when they are more than offsets reach
 */
export function bucketOfEntries(entries: readonly BucketEntry[]): Uint8Array {
  const header = padded(4 + TAG_LENGTH * entries.length)
  let octets = header
  for (const { start, end } of entries) octets += padded(end - start)
  if (octets > LARGEST_BUCKET) throw new RangeError(`a bucket of ${octets} octets is too large`)
  const length = Math.max(octets, LEAST_BUCKET)
  if (bucket.length < length) bucket = new Uint8Array(2 * length)
  bucket.fill(0, 0, length)
  writeU32(bucket, 0, entries.length)
  let at = header
  for (let i = 0; i < entries.length; ) {
    const { buf, start } = entries[i]!
    let end = start
    // Those that stay mostly lie one after the other, as they did.
    for (let entry = entries[i]; entry !== undefined && entry.buf === buf; entry = entries[++i]) {
      if (padded(end - start) !== entry.start - start) break
      writeU16(bucket, 4 + TAG_LENGTH * i, entry.tag)
      writeU16(bucket, 4 + TAG_LENGTH * i + 2, (at + entry.start - start) / UNIT)
      end = entry.end
    }
    copyOctets(buf, start, end - start, bucket, at)
    at += padded(end - start)
  }
  return bucket.subarray(0, length)
}

/** So many octets filled up to the next unit. */
function padded(octets: number): number {
  return UNIT * Math.ceil(octets / UNIT)
}

/** Made once, and anew when it is too short. */
let bucket = new Uint8Array(16_384)
