import { MAX_LABEL_LENGTH, MAX_NAME_LENGTH, type Name, NameError, nameLength, ROOT } from './name.ts'

const DOT = 0x2e
const BACKSLASH = 0x5c
const AT = 0x40

/** RFC 1035 5.1: the most octets of text a name can take, each of its at most 253 label octets written as \DDD. */
const MAX_NAME_TEXT = 4 * MAX_NAME_LENGTH

/**
 * Decodes the escape whose backslash stands at `at` (RFC 1035 5.1: \X, or \DDD as the decimal number of an octet).
 * @returns the octet, plus 256 times the octets of text read; or -1 when the escape is malformed
 */
export function decodeEscape(buf: Uint8Array, at: number, end: number): number {
  if (at + 1 >= end) return -1
  const first = buf[at + 1]!
  if (first < 0x30 || first > 0x39) return first | 0x200
  if (at + 3 >= end) return -1
  const second = buf[at + 2]! - 0x30
  const third = buf[at + 3]! - 0x30
  if (second < 0 || second > 9 || third < 0 || third > 9) return -1
  const octet = (first - 0x30) * 100 + second * 10 + third
  return octet > 255 ? -1 : octet | 0x400
}

/**
 * Reads a name in presentation form (RFC 1035 5.1) into wire form. `@` alone is the origin; a name that does not end in
 * an unescaped dot is completed by the origin. Allocates nothing: this is the loader's hot path.
 * @param buf holds the text from `start` up to `end`: raw octets, escapes not decoded
 * @param origin undefined when only fully qualified names are allowed
 * @param out takes the wire form from `at` on; up to 1,024 octets after `at` may be overwritten
 * @returns the offset after the name in `out`
 * @throws NameError when the text is no name
 */
export function parseName(
  buf: Uint8Array,
  start: number,
  end: number,
  origin: Name | undefined,
  out: Uint8Array,
  at: number,
): number {
  if (end - start <= 1) {
    if (end <= start) throw new NameError('empty name')
    const only = buf[start]!
    if (only === DOT) {
      out[at] = 0
      return at + 1
    }
    if (only === AT) return appendOrigin(origin, out, at, at)
  }
  // Bounds what a malformed name can write before the checks below see it.
  if (end - start > MAX_NAME_TEXT) throw new NameError('name longer than 255 octets')
  let lengthAt = at
  let to = at + 1
  for (let from = start; from < end; from++) {
    const octet = buf[from]!
    if (octet === DOT) {
      const length = to - lengthAt - 1
      if (length === 0) throw new NameError('empty label')
      if (length > MAX_LABEL_LENGTH) throw new NameError('label longer than 63 octets')
      out[lengthAt] = length
      lengthAt = to++
    } else if (octet === BACKSLASH) {
      const escaped = decodeEscape(buf, from, end)
      if (escaped === -1) throw new NameError('malformed escape: \\X or \\DDD up to \\255 may stand in a name')
      out[to++] = escaped & 0xff
      from += (escaped >> 8) - 1
    } else {
      out[to++] = octet
    }
  }
  const length = to - lengthAt - 1
  if (length === 0) {
    if (to - at > MAX_NAME_LENGTH) throw new NameError('name longer than 255 octets')
    out[lengthAt] = 0
    return to
  }
  if (length > MAX_LABEL_LENGTH) throw new NameError('label longer than 63 octets')
  out[lengthAt] = length
  return appendOrigin(origin, out, at, to)
}

function appendOrigin(origin: Name | undefined, out: Uint8Array, start: number, at: number): number {
  if (origin === undefined) throw new NameError('name not fully qualified, and no origin to complete it')
  const length = origin.length
  if (at + length - start > MAX_NAME_LENGTH) throw new NameError('name longer than 255 octets with its origin')
  for (let i = 0; i < length; i++) out[at + i] = origin[i]!
  return at + length
}

const parsed = new Uint8Array(MAX_NAME_TEXT + 8)
/** A name's text while it is read or written. */
const octets = Buffer.allocUnsafeSlow(3 * MAX_NAME_TEXT)

/**
 * Reads a name in presentation form; text beyond ASCII stands for its UTF-8 octets.
 * @param origin completes a name that does not end in a dot; without it the name is taken as fully qualified
 * @throws NameError
 */
export function nameFromText(text: string, origin: Name = ROOT): Name {
  // A character stands for three octets at most; a text longer than that is no name, and refused as any that is too long.
  const isLong = 3 * text.length > octets.length
  const from = isLong ? Buffer.from(text) : octets
  const length = isLong ? from.length : octets.write(text)
  return parsed.slice(0, parseName(from, 0, length, origin, parsed, 0))
}

/** What stands for each octet of a label in text: RFC 1035 5.1's special characters with a backslash, others as \DDD. */
const labelText: readonly string[] = Array.from({ length: 256 }, (_, octet) => {
  const character = String.fromCharCode(octet)
  if (octet < 0x21 || octet > 0x7e) return `\\${String(octet).padStart(3, '0')}`
  return '.\\"();@$'.includes(character) ? `\\${character}` : character
})

/**
 * Writes a name in presentation form: fully qualified, case kept, special characters escaped (RFC 1035 5.1).
 * @throws NameError when the octets are no well-formed name
 */
export function nameToText(name: Name): string {
  return nameTextAt(name, 0)
}

/** {@link nameToText} for the uncompressed name at `offset` of a larger buffer. */
export function nameTextAt(buf: Uint8Array, offset: number): string {
  const end = offset + nameLength(buf, offset)
  if (end === offset + 1) return '.'
  let length = 0
  for (let at = offset; buf[at]! !== 0; ) {
    const labelEnd = at + 1 + buf[at]!
    for (at++; at < labelEnd; at++) {
      const text = labelText[buf[at]!]!
      for (let i = 0; i < text.length; i++) octets[length++] = text.charCodeAt(i)
    }
    octets[length++] = DOT
  }
  // In one piece: of a string that is put together, each map and each comparison makes one again.
  return octets.toString('latin1', 0, length)
}
