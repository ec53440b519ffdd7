import fc from 'fast-check'
import { expect, it } from 'vitest'
import { copyOctets, OctetWriter } from './octets.ts'

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

it('a writer that grows keeps what it is given (a copy once went into the buffer it had outgrown)', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 200 }), { maxLength: 20 }), (pieces) => {
      const writer = new OctetWriter(8)
      for (const piece of pieces) writer.octets(piece)
      expect(Buffer.from(writer.copy())).toEqual(Buffer.concat(pieces))
    }),
  )
})

it('numbers stand where a writer that grows for them has moved to (they once went into the buffer it had outgrown)', () => {
  const writer = new OctetWriter(1)
  for (let i = 0; i < 40; i++) {
    writer.u8(i + 1)
    writer.u16(i + 1)
    writer.u32(i + 1)
  }
  const octets = Array.from({ length: 40 }, (_, i) => [i + 1, i + 1, 0, i + 1, 0, 0, 0]).flat()
  expect([...writer.copy()]).toEqual(octets)
})
