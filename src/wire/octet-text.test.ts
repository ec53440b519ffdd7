import fc from 'fast-check'
import { expect, test } from 'vitest'
import { octetText } from './octet-text.ts'

test('octets as text are told apart as the octets are, whatever their number and where they stand', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 3000 }), fc.nat(40), fc.nat(40), (octets, before, after) => {
      const start = Math.min(before, octets.length)
      const end = Math.max(start, octets.length - after)
      const text = octetText(octets, start, end)
      expect(text).toBe(Buffer.from(octets.subarray(start, end)).toString('latin1'))
    }),
  )
  expect(octetText(new Uint8Array(5000).fill(255))).toHaveLength(5000)
})
