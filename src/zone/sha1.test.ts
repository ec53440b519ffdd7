import { createHash, randomBytes } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { nameFromText, rdataToText } from '../wire/index.ts'
import { NSEC3_SHA1, writeNsec3Hash } from './nsec3-hash.ts'
import { sha1 } from './sha1.ts'

describe('SHA-1', () => {
  it('agrees with node:crypto at every length around the block size', () => {
    const out = new Uint8Array(24)
    for (let length = 0; length <= 600; length++) {
      const input = randomBytes(length)
      sha1(input, length, out, 3)
      expect(out.subarray(3, 23), `length ${length}`).toEqual(new Uint8Array(createHash('sha1').update(input).digest()))
    }
  })
})

describe('NSEC3 hash', () => {
  // RFC 5155 appendix A.
  it.each([
    ['example.', '0P9MHAVEQVM6T7VBL5LOP2U3T2RP3TOM'],
    ['a.example.', '35MTHGPGCU1QG68FAB165KLNSNK3DPVL'],
    ['*.w.example.', 'R53BQ7CC2UVMUBFU5OCMM6PERS9TK9EN'],
    ['x.y.w.example.', '2VPTU5TIMAMQTTGL4LUU9KG21E0AOR3S'],
  ])('of %s with 12 iterations and salt aabbccdd', (name, hash) => {
    // Read back as the next hashed owner name of an NSEC3 record.
    const rdata = new Uint8Array(26)
    rdata.set([NSEC3_SHA1, 0, 0, 0, 0, 20])
    writeNsec3Hash(nameFromText(name), 12, Uint8Array.of(0xaa, 0xbb, 0xcc, 0xdd), rdata, 6)
    expect(rdataToText(50, rdata).toUpperCase()).toContain(hash)
  })
})
