import { BucketBuilder } from './bucket.ts'
import { readU16, readU32 } from './octets.ts'

/** One name's entry, taken out of its bucket: the length and octets of the name, then what `answer/` put there. */
export interface BucketEntry {
  /** 16 bits. */
  readonly tag: number
  readonly octets: Uint8Array
}

/** Octets of a tag with its offset, and what offsets count in (bucket.ts). */
const TAG_LENGTH = 4
const UNIT = 16
const LARGEST_BUCKET = UNIT * 0xffff

/**
 * The entries of the bucket that begins at `start` of `buf`, as views of it.
 * @param endOf tells where an entry ends, given where what follows its name begins
 */
export function bucketEntries(
  buf: Uint8Array,
  start: number,
  endOf: (buf: Uint8Array, at: number) => number,
): BucketEntry[] {
  return Array.from({ length: readU32(buf, start) }, (_, i) => {
    const at = start + 4 + TAG_LENGTH * i
    const entry = start + UNIT * readU16(buf, at + 2)
    return { tag: readU16(buf, at), octets: buf.subarray(entry, endOf(buf, entry + 1 + buf[entry]!)) }
  })
}

/**
 * The bucket of these entries; valid until the next call.
 * @throws RangeError when they are more than offsets reach
 */
export function bucketOfEntries(entries: readonly BucketEntry[]): Uint8Array {
  const octets = entries.reduce((sum, entry) => sum + TAG_LENGTH + UNIT + entry.octets.length, UNIT)
  if (octets > LARGEST_BUCKET) throw new RangeError(`a bucket of ${octets} octets is too large`)
  for (const { tag, octets } of entries) builder.add(tag, octets, 0, octets.length)
  return builder.take()
}

const builder = new BucketBuilder()
