import { RdataError } from '../error.ts'
import type { Field } from '../format.ts'
import type { TokenReader } from '../tokens.ts'
import { needOctets } from './integer.ts'

/** The value of a hexadecimal digit by octet; 255 for others. */
const HEX_VALUE = new Uint8Array(256).fill(255)
for (let digit = 0; digit < 16; digit++) {
  HEX_VALUE[digit.toString(16).charCodeAt(0)] = digit
  HEX_VALUE[digit.toString(16).toUpperCase().charCodeAt(0)] = digit
}

/**
 * Reads hexadecimal digits, two an octet.
 * @returns the offset after what was written, or -1 when the text is no such digits
 */
export function parseHex(buf: Uint8Array, start: number, end: number, out: Uint8Array, at: number): number {
  if (((end - start) & 1) !== 0) return -1
  let to = at
  for (let from = start; from < end; from += 2) {
    const high = HEX_VALUE[buf[from]!]!
    const low = HEX_VALUE[buf[from + 1]!]!
    if ((high | low) > 15) return -1
    out[to++] = (high << 4) | low
  }
  return to
}

/** Octets from `at` up to `end` in hexadecimal, lower case. */
export function hexToText(rdata: Uint8Array, at: number, end: number): string {
  return Buffer.from(rdata.buffer, rdata.byteOffset + at, end - at).toString('hex')
}

/** Reads all remaining tokens as one run of hexadecimal digits: a token may end between the digits of an octet. */
export function parseRemainingHex(reader: TokenReader, out: Uint8Array, at: number, expected: string): number {
  let to = at
  let pending = -1
  while (reader.more()) {
    const { buf, start, end } = reader.tokens
    for (let from = start; from < end; from++) {
      const digit = HEX_VALUE[buf[from]!]!
      if (digit > 15) reader.fail(expected)
      if (pending === -1) {
        pending = digit
      } else {
        out[to++] = (pending << 4) | digit
        pending = -1
      }
    }
  }
  if (pending !== -1) reader.fail(`${expected}, an even number of them`)
  return to
}

/** Octets up to the end of the rdata in hexadecimal, split over any number of tokens. */
export function remainingHex(label: string, least = 1): Field {
  const expected = `${label} (hexadecimal digits)`
  return {
    parse(reader, out, at) {
      const to = parseRemainingHex(reader, out, at, expected)
      if (to - at < least) reader.fail(expected)
      return to
    },
    measure(_rdata, at, end) {
      needOctets(at, end, least, expected)
      return end
    },
    print: hexToText,
  }
}

/** A fixed number of octets in hexadecimal: one token. */
export function fixedHex(label: string, octets: number): Field {
  const expected = `${label} (${2 * octets} hexadecimal digits)`
  return {
    size: octets,
    parse(reader, out, at) {
      const { buf, start, end } = reader.take(expected)
      if (end - start !== 2 * octets) reader.fail(expected)
      const to = parseHex(buf, start, end, out, at)
      if (to === -1) reader.fail(expected)
      return to
    },
    measure(_rdata, at, end) {
      needOctets(at, end, octets, expected)
      return at + octets
    },
    print: (rdata, at) => hexToText(rdata, at, at + octets),
  }
}

/** A length octet and that many octets, in hexadecimal; `-` stands for none (RFC 5155 3.3). */
export function saltHex(label: string): Field {
  const expected = `${label} (up to 510 hexadecimal digits, or - for none)`
  return {
    parse(reader, out, at) {
      const { buf, start, end } = reader.take(expected)
      if (end - start === 1 && buf[start] === 0x2d) {
        out[at] = 0
        return at + 1
      }
      if (end - start > 510 || end === start) reader.fail(expected)
      const to = parseHex(buf, start, end, out, at + 1)
      if (to === -1) reader.fail(expected)
      out[at] = to - at - 1
      return to
    },
    measure(rdata, at, end) {
      needOctets(at, end, 1, expected)
      needOctets(at, end, 1 + rdata[at]!, expected)
      return at + 1 + rdata[at]!
    },
    print: (rdata, at) => (rdata[at] === 0 ? '-' : hexToText(rdata, at + 1, at + 1 + rdata[at]!)),
  }
}

/** Groups of hexadecimal digits with a separator between them, always the same number (EUI48, EUI64, NID, L64). */
export function groupedHex(label: string, groups: number, octetsPerGroup: number, separator: '-' | ':'): Field {
  const size = groups * octetsPerGroup
  // RFC 7043 asks for two digits in each group; RFC 6742 2.1.2 lets leading zeros of a group be left out.
  const exact = octetsPerGroup === 1
  const sample = Array.from({ length: groups }, () => 'xx'.repeat(octetsPerGroup)).join(separator)
  const expected = `${label} (hexadecimal digits as ${sample})`
  const separatorOctet = separator.charCodeAt(0)
  return {
    size,
    parse(reader, out, at) {
      const { buf, start, end } = reader.take(expected)
      let from = start
      for (let group = 0; group < groups; group++) {
        const groupStart = from
        let value = 0
        while (from < end && buf[from] !== separatorOctet) {
          const digit = HEX_VALUE[buf[from++]!]!
          if (digit > 15 || from - groupStart > 2 * octetsPerGroup) reader.fail(expected)
          value = value * 16 + digit
        }
        if (from === groupStart || (exact && from - groupStart !== 2 * octetsPerGroup)) reader.fail(expected)
        if (group < groups - 1 && from++ === end) reader.fail(expected)
        for (let i = octetsPerGroup - 1; i >= 0; i--) {
          out[at + group * octetsPerGroup + i] = value
          value >>>= 8
        }
      }
      if (from !== end) reader.fail(expected)
      return at + size
    },
    measure(_rdata, at, end) {
      if (end - at < size) throw new RdataError(expected, `${end - at} of ${size} octets`)
      return at + size
    },
    print: (rdata, at) =>
      Array.from({ length: groups }, (_, group) =>
        hexToText(rdata, at + group * octetsPerGroup, at + (group + 1) * octetsPerGroup),
      ).join(separator),
  }
}

/**
 * Reads hexadecimal digits, two an octet, with dots anywhere between them.
 * @returns the offset after what was written, or -1 when the text is no such digits
 */
export function parseDottedHex(buf: Uint8Array, start: number, end: number, out: Uint8Array, at: number): number {
  let to = at
  let pending = -1
  for (let from = start; from < end; from++) {
    if (buf[from] === 0x2e) continue
    const digit = HEX_VALUE[buf[from]!]!
    if (digit > 15) return -1
    if (pending === -1) {
      pending = digit
    } else {
      out[to++] = (pending << 4) | digit
      pending = -1
    }
  }
  return pending === -1 ? to : -1
}
