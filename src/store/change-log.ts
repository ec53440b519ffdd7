import { numberKey } from './number-key.ts'
import { OctetWriter, readU32 } from './octets.ts'
import { Seek, type Tree } from './tree.ts'

/**
 * The table of changes: for each of the last updates, which values of the tables of buckets and of denial it wrote anew.
 * It is written with the update itself; so a thread that goes on from one revision to a later one reads there, and from
 * nowhere else, what it has to forget, however many updates there were in between.
 *
 * A value: how many buckets (4), how many slots (4), then their numbers (4 each). When an update changed everything, or
 * more than is worth a list, the first number is ALL and nothing follows.
 */

/** Updates that are told of; who fell further behind forgets everything. */
export const KEPT_CHANGES = 256
/** Numbers that one update lists. */
const LONGEST_LIST = 1 << 16
const ALL = 0xffffffff

/** Numbers of the values that were written anew. */
export interface StoredChanges {
  readonly buckets: readonly number[]
  readonly denials: readonly number[]
}

/** @param changes undefined when everything changed */
export function encodeChanges(changes: StoredChanges | undefined): Uint8Array {
  const out = new OctetWriter(64)
  if (changes === undefined || changes.buckets.length + changes.denials.length > LONGEST_LIST) {
    out.u32(ALL)
    return out.copy()
  }
  out.u32(changes.buckets.length)
  out.u32(changes.denials.length)
  for (const numbers of [changes.buckets, changes.denials]) for (const number of numbers) out.u32(number)
  return out.copy()
}

/** What the updates after one revision, up to another, changed; undefined when that is not known or it is everything. */
export function changesBetween(table: Tree, from: number, to: number): StoredChanges | undefined {
  const buckets: number[] = []
  const denials: number[] = []
  if (to < from || to - from > KEPT_CHANGES) return undefined
  for (let revision = from + 1; revision <= to; revision++) {
    if (!table.seek(numberKey(revision), 4, Seek.Exact)) return undefined
    const { buf, offset } = table
    const count = readU32(buf, offset)
    if (count === ALL) return undefined
    const slots = readU32(buf, offset + 4)
    for (let i = 0; i < count; i++) buckets.push(readU32(buf, offset + 8 + 4 * i))
    for (let i = 0; i < slots; i++) denials.push(readU32(buf, offset + 8 + 4 * (count + i)))
  }
  return { buckets, denials }
}
