import fc from 'fast-check'
import { expect, it } from 'vitest'
import { copyOctets } from './copy.ts'

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
