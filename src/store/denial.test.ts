import fc from 'fast-check'
import { expect, it } from 'vitest'
import { compareOctets } from '../zone/index.ts'
import { DenialBuilder, denialAtOrBefore, denialEntry, denialMatches, HASH_LENGTH, hashAt } from './denial.ts'

// Few octets to choose from: hashes that begin alike, and equal ones, are common.
const hash = fc.array(fc.constantFrom(0, 1, 0x7f, 0x80, 0xff), { minLength: HASH_LENGTH, maxLength: HASH_LENGTH })
const mostlyAlike = fc.tuple(fc.constantFrom(0, 0xff), fc.constantFrom(1, 2), hash).map(([first, second, rest]) => {
  const alike = Uint8Array.from(rest)
  alike.fill(first, 0, 6)
  alike[7] = second
  return alike
})
const anyHash = fc.oneof(
  hash.map((octets) => Uint8Array.from(octets)),
  mostlyAlike,
)

const compare = (a: Uint8Array, b: Uint8Array) => compareOctets(a, 0, HASH_LENGTH, b, 0, HASH_LENGTH)

it('finds the hash that is there, or the one before, as a search one by one does', () => {
  const builder = new DenialBuilder()
  fc.assert(
    fc.property(fc.array(anyHash, { maxLength: 40 }), fc.array(anyHash, { maxLength: 20 }), (some, others) => {
      const hashes = some.sort(compare).filter((one, i) => i === 0 || compare(one, some[i - 1]!) !== 0)
      for (const [i, one] of hashes.entries()) builder.add(one, 0, Uint8Array.of(i), 0, 1)
      const value = builder.take()
      // Values stand somewhere in a larger piece of memory.
      const start = 11
      const buf = new Uint8Array(start + value.length)
      buf.set(value, start)
      for (const wanted of [...hashes, ...others]) {
        const index = hashes.findLastIndex((one) => compare(one, wanted) <= 0)
        expect(denialAtOrBefore(buf, start, wanted)).toBe(index)
        if (index < 0) continue
        expect(denialMatches(buf, start, index, wanted)).toBe(compare(hashes[index]!, wanted) === 0)
        expect(buf[denialEntry(buf, start, index)]).toBe(index)
        const at = hashAt(buf, start, index)
        expect(compare(buf.subarray(at, at + HASH_LENGTH), hashes[index]!)).toBe(0)
      }
    }),
  )
})
