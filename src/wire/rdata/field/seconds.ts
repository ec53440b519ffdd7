import type { Field } from '../format.ts'
import { needOctets, readUint32, writeUint32 } from './integer.ts'

function unitSeconds(octet: number): number {
  switch (octet | 0x20) {
    case 0x77:
      return 604_800
    case 0x64:
      return 86_400
    case 0x68:
      return 3_600
    case 0x6d:
      return 60
    case 0x73:
      return 1
    default:
      return 0
  }
}

/**
 * Reads a span of time: seconds as a decimal number, or numbers with the units w, d, h, m and s as BIND reads them
 * ("1h30m"), in any order and without case.
 * @returns seconds, or -1 when the octets are no such span or exceed 32 bits
 */
export function readSeconds(buf: Uint8Array, start: number, end: number): number {
  if (end <= start) return -1
  let total = 0
  let number = -1
  for (let at = start; at < end; at++) {
    const octet = buf[at]!
    if (octet >= 0x30 && octet <= 0x39) {
      number = (number === -1 ? 0 : number * 10) + octet - 0x30
      if (number > 0xffff_ffff) return -1
    } else {
      const unit = unitSeconds(octet)
      if (unit === 0 || number === -1) return -1
      total += number * unit
      if (total > 0xffff_ffff) return -1
      number = -1
    }
  }
  // A number without a unit may only stand alone: "1h30" could mean minutes or seconds.
  if (number !== -1) return total === 0 && isAllDigits(buf, start, end) ? number : -1
  return total
}

/**
 * Reads a span of time from text, as {@link readSeconds} does.
 * @returns seconds, or undefined when it is none, or 68 years or more: no TTL is so long (RFC 2181 8), and times of
 * signatures that lie so far apart can't be compared (RFC 4034 3.1.5)
 */
export function secondsFromText(text: string): number | undefined {
  const octets = new TextEncoder().encode(text)
  const seconds = readSeconds(octets, 0, octets.length)
  return seconds < 0 || seconds >= 2 ** 31 ? undefined : seconds
}

function isAllDigits(buf: Uint8Array, start: number, end: number): boolean {
  for (let at = start; at < end; at++) if (buf[at]! < 0x30 || buf[at]! > 0x39) return false
  return true
}

/** A 32-bit number of seconds; text may use units. */
export function seconds(label: string): Field {
  const expected = `${label} (seconds up to 4294967295, or with units as in 1h30m)`
  return {
    size: 4,
    parse(reader, out, at) {
      const { buf, start, end } = reader.take(expected)
      const value = readSeconds(buf, start, end)
      if (value === -1) reader.fail(expected)
      writeUint32(out, at, value)
      return at + 4
    },
    measure(_rdata, at, end) {
      needOctets(at, end, 4, expected)
      return at + 4
    },
    print: (rdata, at) => String(readUint32(rdata, at)),
  }
}
