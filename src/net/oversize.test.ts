import { expect, it } from 'vitest'
import { refuseOversize } from './oversize.ts'

it('refuses a message that was cut short with its id, opcode and RD, and nothing else of it', () => {
  const query = new Uint8Array(4_096).fill(0xff)
  query.set([0x12, 0x34, 0x27, 0x30])
  const reply = new Uint8Array(4_096).fill(0xee)
  expect(refuseOversize(query, reply)).toBe(12)
  // Opcode NOTIFY and RD stay; AA, TC, RA and AD are no business of a refusal; RCODE 1 is FORMERR.
  expect([...reply.subarray(0, 13)]).toEqual([0x12, 0x34, 0xa1, 0x01, 0, 0, 0, 0, 0, 0, 0, 0, 0xee])
})

it('is silent towards responses', () => {
  const query = new Uint8Array(4_096)
  query[2] = 0x80
  expect(refuseOversize(query, new Uint8Array(4_096))).toBe(0)
})
