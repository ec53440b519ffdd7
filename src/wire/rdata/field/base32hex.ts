import type { Field } from '../format.ts'
import { needOctets } from './integer.ts'

const ALPHABET = '0123456789abcdefghijklmnopqrstuv'

/** The value of a base32hex character by octet, without case (RFC 4648 7); 255 for others. */
const VALUE = new Uint8Array(256).fill(255)
for (let value = 0; value < 32; value++) {
  VALUE[ALPHABET.charCodeAt(value)] = value
  VALUE[ALPHABET.toUpperCase().charCodeAt(value)] = value
}

/**
 * Reads base32hex without padding, as NSEC3 uses it (RFC 5155 3.3).
 * @returns the offset after what was written, or -1 when the text is no base32hex
 */
export function parseBase32Hex(buf: Uint8Array, start: number, end: number, out: Uint8Array, at: number): number {
  let to = at
  let bits = 0
  let count = 0
  for (let from = start; from < end; from++) {
    const value = VALUE[buf[from]!]!
    if (value === 255) return -1
    bits = ((bits << 5) | value) & 0xfff
    count += 5
    if (count >= 8) {
      count -= 8
      out[to++] = bits >> count
    }
  }
  // Five or more bits left mean a character too many; the others must be zero (RFC 4648 3.5).
  if (count >= 5 || (bits & ((1 << count) - 1)) !== 0) return -1
  return to
}

/** Octets from `at` up to `end` in base32hex, lower case, without padding. */
export function base32HexToText(rdata: Uint8Array, at: number, end: number): string {
  let text = ''
  let bits = 0
  let count = 0
  for (let i = at; i < end; i++) {
    bits = ((bits << 8) | rdata[i]!) & 0xfff
    count += 8
    while (count >= 5) {
      count -= 5
      text += ALPHABET[(bits >> count) & 31]
    }
  }
  return count === 0 ? text : text + ALPHABET[(bits << (5 - count)) & 31]
}

/** A length octet and a hash of that many octets (1 to 255) in base32hex (RFC 5155 3.2, 3.3). */
export function hashBase32Hex(label: string): Field {
  const expected = `${label} (base32hex)`
  return {
    parse(reader, out, at) {
      const { buf, start, end } = reader.take(expected)
      if (end - start > 408) reader.fail(expected)
      const to = parseBase32Hex(buf, start, end, out, at + 1)
      if (to === -1 || to === at + 1) reader.fail(expected)
      out[at] = to - at - 1
      return to
    },
    measure(rdata, at, end) {
      needOctets(at, end, 2, expected)
      needOctets(at, end, 1 + Math.max(1, rdata[at]!), expected)
      return at + 1 + Math.max(1, rdata[at]!)
    },
    print: (rdata, at) => base32HexToText(rdata, at + 1, at + 1 + rdata[at]!),
  }
}
