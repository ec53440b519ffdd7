import fc from 'fast-check'
import { expect, it } from 'vitest'
import { copyOctets, ownOctets } from './copy.ts'

it('copies short and long pieces alike', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), fc.nat(20), fc.nat(20), (from, start, at) => {
      const length = Math.max(0, from.length - start)
      const to = new Uint8Array(400).fill(7)
      copyOctets(from, start, length, to, at)
      expect(to.subarray(at, at + length)).toEqual(from.subarray(start, start + length))
      expect(to.subarray(0, at).every((octet) => octet === 7)).toBe(true)
      expect(to.subarray(at + length).every((octet) => octet === 7)).toBe(true)
    }),
  )
})

it('makes arrays of their own that keep their octets, whatever becomes of the source and of each other', () => {
  const lengths = fc.array(fc.integer({ min: 0, max: 5000 }), { maxLength: 60 })
  fc.assert(
    fc.property(lengths, (lengths) => {
      const from = lengths.length % 2 === 0 ? new Uint8Array(5008) : Buffer.alloc(5008)
      const kept = lengths.map((length, i) => {
        from.fill(i + 1)
        return ownOctets(from, 4, 4 + length)
      })
      from.fill(255)
      for (const [i, octets] of kept.entries()) {
        expect(octets).toHaveLength(lengths[i]!)
        expect(octets.every((octet) => octet === i + 1)).toBe(true)
      }
    }),
  )
})
