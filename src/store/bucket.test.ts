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
