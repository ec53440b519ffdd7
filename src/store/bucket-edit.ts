import { BucketBuilder } from './bucket.ts'
import { readU16, readU32 } from './octets.ts'

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

/** Octets of a tag with its offset, and what offsets count in (bucket.ts). */
const TAG_LENGTH = 4
const UNIT = 16
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
  const octets = entries.reduce((sum, { start, end }) => sum + TAG_LENGTH + UNIT + end - start, UNIT)
  if (octets > LARGEST_BUCKET) throw new RangeError(`a bucket of ${octets} octets is too large`)
  for (const { tag, buf, start, end } of entries) builder.add(tag, buf, start, end)
  return builder.take()
}

const builder = new BucketBuilder()
