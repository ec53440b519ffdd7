import fc from 'fast-check'
import { expect, it } from 'vitest'
import { OctetWriter } from './octets.ts'

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
