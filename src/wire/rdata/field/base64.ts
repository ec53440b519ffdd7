import type { Field } from '../format.ts'
import type { TokenReader } from '../tokens.ts'
import { needOctets } from './integer.ts'

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'
const PAD = 0x3d

/** The value of a base64 character by octet (RFC 4648 4); 255 for others. */
const VALUE = new Uint8Array(256).fill(255)
for (let value = 0; value < 64; value++) VALUE[ALPHABET.charCodeAt(value)] = value

// The decoder's state between two tokens: bits not yet written, characters of the current group of four, pads seen.
let bits = 0
let inGroup = 0
let pads = 0

function beginBase64(): void {
  bits = 0
  inGroup = 0
  pads = 0
}

/** Decodes one more piece; returns the offset after what was written, or -1 when a character is out of place. */
function decodeBase64(buf: Uint8Array, start: number, end: number, out: Uint8Array, at: number): number {
  let to = at
  for (let from = start; from < end; from++) {
    const octet = buf[from]!
    const value = VALUE[octet]!
    if (value === 255) {
      // RFC 4648 4: one or two pads complete the last group of four.
      if (octet !== PAD || inGroup < 2) return -1
      if (pads === 0) {
        // RFC 4648 3.5: the bits that carry no data are zero; otherwise two texts would mean the same octets.
        if ((bits & (inGroup === 2 ? 0xf : 0x3)) !== 0) return -1
      }
      pads++
      inGroup = (inGroup + 1) & 3
      continue
    }
    if (pads !== 0) return -1
    bits = ((bits << 6) | value) & 0xfff
    if (inGroup === 0) {
      inGroup = 1
    } else if (inGroup === 1) {
      out[to++] = bits >> 4
      inGroup = 2
    } else if (inGroup === 2) {
      out[to++] = bits >> 2
      inGroup = 3
    } else {
      out[to++] = bits
      inGroup = 0
    }
  }
  return to
}

/** Reads the current token alone as base64. */
export function parseBase64Token(reader: TokenReader, out: Uint8Array, at: number, expected: string): number {
  const { buf, start, end } = reader.tokens
  beginBase64()
  const to = decodeBase64(buf, start, end, out, at)
  if (to === -1 || inGroup !== 0) reader.fail(expected)
  return to
}

/** Reads all remaining tokens as one run of base64. */
export function parseRemainingBase64(reader: TokenReader, out: Uint8Array, at: number, expected: string): number {
  beginBase64()
  let to = at
  while (reader.more()) {
    const { buf, start, end } = reader.tokens
    to = decodeBase64(buf, start, end, out, to)
    if (to === -1) reader.fail(expected)
  }
  if (inGroup !== 0) reader.fail(`${expected}, complete to groups of four characters`)
  return to
}

/** Octets from `at` up to `end` in base64. */
export function base64ToText(rdata: Uint8Array, at: number, end: number): string {
  return Buffer.from(rdata.buffer, rdata.byteOffset + at, end - at).toString('base64')
}

/** Octets up to the end of the rdata in base64, split over any number of tokens. */
export function remainingBase64(label: string, least = 1): Field {
  const expected = `${label} (base64)`
  return {
    parse(reader, out, at) {
      const to = parseRemainingBase64(reader, out, at, expected)
      if (to - at < least) reader.fail(expected)
      return to
    },
    measure(_rdata, at, end) {
      needOctets(at, end, least, expected)
      return end
    },
    print: base64ToText,
  }
}
