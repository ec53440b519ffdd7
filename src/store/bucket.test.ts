import fc from 'fast-check'
import { expect, it } from 'vitest'
import {
  BucketBuilder,
  bucketCount,
  bucketMask,
  bucketOf,
  findInBucket,
  hashOctets,
  LEAST_BUCKET,
  nameHash,
} from './bucket.ts'
import { bucketEntries, bucketOfEntries } from './bucket-edit.ts'

const SEED = 12345
const names = fc.uniqueArray(fc.uint8Array({ minLength: 1, maxLength: 30 }), {
  maxLength: 60,
  selector: (name) => name.join(),
})

it('finds every entry of a bucket, and no name that is not there', () => {
  fc.assert(
    fc.property(names, fc.uint8Array({ minLength: 1, maxLength: 30 }), (all, absent) => {
      const builder = new BucketBuilder()
      for (const [i, name] of all.entries()) {
        hashOctets(name, 0, name.length, SEED)
        // The last octets are what the caller keeps behind the name; some are long.
        const entry = Uint8Array.from([name.length, ...name, i, ...new Array<number>((i * 37) % 900).fill(0)])
        builder.add(nameHash.tag, entry, 0, entry.length)
      }
      const bucket = Buffer.concat([Buffer.alloc(5), builder.take()])
      expect(bucket.length - 5).toBeGreaterThanOrEqual(LEAST_BUCKET)
      for (const [i, name] of all.entries()) {
        hashOctets(name, 0, name.length, SEED)
        expect(bucket[findInBucket(bucket, 5, nameHash.tag, name, 0, name.length)]).toBe(i)
      }
      if (all.some((name) => Buffer.compare(name, absent) === 0)) return
      hashOctets(absent, 0, absent.length, SEED)
      expect(findInBucket(bucket, 5, nameHash.tag, absent, 0, absent.length)).toBe(-1)
    }),
  )
})

it('makes the same bucket of entries that stay, come and go, wherever they lie', () => {
  // The octet after the name says how many follow.
  const endOf = (buf: Uint8Array, at: number) => at + 1 + buf[at]!
  const entryOf = (name: Uint8Array, rest: number) =>
    Uint8Array.from([name.length, ...name, rest, ...new Array<number>(rest).fill(7)])
  const rests = fc.array(fc.nat({ max: 200 }), { minLength: 60, maxLength: 60 })
  fc.assert(
    fc.property(
      names,
      rests,
      fc.array(fc.constantFrom('stay', 'go', 'change'), { minLength: 60, maxLength: 60 }),
      (all, lengths, what) => {
        const before = new BucketBuilder()
        for (const [i, name] of all.entries()) {
          const entry = entryOf(name, lengths[i]!)
          before.add(i, entry, 0, entry.length)
        }
        const bucket = Buffer.concat([Buffer.alloc(3), before.take()])
        const wanted = new BucketBuilder()
        const entries = bucketEntries(bucket, 3, endOf).flatMap((entry, i) => {
          if (what[i] === 'go') return []
          const changed = entryOf(all[i]!, 1 + lengths[i]!)
          return what[i] === 'stay' ? [entry] : [{ tag: i, buf: changed, start: 0, end: changed.length }]
        })
        for (const { tag, buf, start, end } of entries) wanted.add(tag, buf, start, end)
        expect(Buffer.from(bucketOfEntries(entries))).toEqual(Buffer.from(wanted.take()))
      },
    ),
  )
})

it('spreads names evenly over any number of buckets', () => {
  for (const buckets of [1, 2, 3, 1000, 1024, 1025]) {
    const mask = bucketMask(buckets)
    const counts = new Array<number>(buckets).fill(0)
    for (let i = 0; i < buckets * 50; i++) {
      const name = Buffer.from(`name${i}`)
      hashOctets(name, 0, name.length, SEED)
      counts[bucketOf(nameHash.low, buckets, mask)]! += 1
    }
    // Linear hashing: a bucket that is yet to be split has twice the names of one that was.
    expect(Math.max(...counts)).toBeLessThan(2 * 50 + 60)
    expect(Math.min(...counts)).toBeGreaterThan(0)
  }
})

it('makes tables of some twenty small entries a bucket, and fewer large ones', () => {
  expect(bucketCount(1_000_000, 1_000_000 * 100)).toBe(Math.ceil(1_000_000 / 24))
  expect(bucketCount(1000, 1000 * 5000)).toBe(250)
  expect(bucketCount(0, 0)).toBe(1)
})
