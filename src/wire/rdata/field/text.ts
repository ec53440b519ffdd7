import { decodeEscape } from '../../name-text.ts'
import type { Field } from '../format.ts'
import type { TokenReader } from '../tokens.ts'
import { needOctets } from './integer.ts'

const BACKSLASH = 0x5c

/**
 * Decodes the escapes of a text (RFC 1035 5.1).
 * @returns the offset after the octets written at `at`, or -1 when an escape is malformed
 */
export function decodeText(buf: Uint8Array, start: number, end: number, out: Uint8Array, at: number): number {
  let to = at
  for (let from = start; from < end; from++) {
    const octet = buf[from]!
    if (octet === BACKSLASH) {
      const escaped = decodeEscape(buf, from, end)
      if (escaped === -1) return -1
      out[to++] = escaped & 0xff
      from += (escaped >> 8) - 1
    } else {
      out[to++] = octet
    }
  }
  return to
}

/** Decodes the current token's escapes to `at`; returns the offset after the text. */
export function parseTextToken(reader: TokenReader, out: Uint8Array, at: number, expected: string): number {
  const { buf, start, end } = reader.tokens
  const to = decodeText(buf, start, end, out, at)
  if (to === -1) reader.fail(`${expected} with no escapes but \\X and \\DDD up to \\255`)
  return to
}

/** Reads the current token as a character-string (RFC 1035 3.3): a length octet and up to 255 octets. */
export function parseStringToken(reader: TokenReader, out: Uint8Array, at: number, expected: string): number {
  const to = parseTextToken(reader, out, at + 1, expected)
  if (to - at - 1 > 255) reader.fail(`${expected} of at most 255 octets`)
  out[at] = to - at - 1
  return to
}

/** Text in quotes, as every master file reader takes it back. */
export function quotedText(rdata: Uint8Array, at: number, end: number): string {
  let text = '"'
  for (let i = at; i < end; i++) {
    const octet = rdata[i]!
    if (octet === 0x22 || octet === BACKSLASH) text += `\\${String.fromCharCode(octet)}`
    else if (octet >= 0x20 && octet <= 0x7e) text += String.fromCharCode(octet)
    else text += `\\${String(octet).padStart(3, '0')}`
  }
  return `${text}"`
}

function measureString(rdata: Uint8Array, at: number, end: number, expected: string): number {
  needOctets(at, end, 1, expected)
  needOctets(at, end, 1 + rdata[at]!, expected)
  return at + 1 + rdata[at]!
}

/** One character-string (RFC 1035 3.3). */
export function characterString(label: string): Field {
  const expected = `${label} (a string)`
  return {
    parse(reader, out, at) {
      reader.take(expected)
      return parseStringToken(reader, out, at, expected)
    },
    measure: (rdata, at, end) => measureString(rdata, at, end, expected),
    print: (rdata, at) => quotedText(rdata, at + 1, at + 1 + rdata[at]!),
  }
}

/** One character-string that may be left out. */
export function optionalString(label: string): Field {
  const field = characterString(label)
  return {
    parse(reader, out, at, start) {
      if (!reader.more()) return at
      reader.hold()
      return field.parse(reader, out, at, start)
    },
    measure: (rdata, at, end, start) => (at === end ? at : field.measure(rdata, at, end, start)),
    print: (rdata, at, end, start) => (at === end ? '' : field.print(rdata, at, end, start)),
  }
}

/** One or more character-strings, up to the end of the rdata (RFC 1035 3.3.14). */
export function characterStrings(label: string): Field {
  const expected = `${label} (one or more strings)`
  return {
    parse(reader, out, at) {
      reader.take(expected)
      let to = at
      do to = parseStringToken(reader, out, to, expected)
      while (reader.more())
      return to
    },
    measure(rdata, at, end) {
      let next = at
      do next = measureString(rdata, next, end, expected)
      while (next < end)
      return next
    },
    print(rdata, at, end) {
      const strings: string[] = []
      for (let next = at; next < end; next += 1 + rdata[next]!) {
        strings.push(quotedText(rdata, next + 1, next + 1 + rdata[next]!))
      }
      return strings.join(' ')
    },
  }
}

/** Text without a length octet, up to the end of the rdata: one token. */
export function remainingText(label: string, least = 0): Field {
  const expected = least === 0 ? `${label} (a string)` : `${label} (a string, not empty)`
  return {
    parse(reader, out, at) {
      reader.take(expected)
      const to = parseTextToken(reader, out, at, expected)
      if (to - at < least) reader.fail(expected)
      return to
    },
    measure(_rdata, at, end) {
      needOctets(at, end, least, expected)
      return end
    },
    print: quotedText,
  }
}
