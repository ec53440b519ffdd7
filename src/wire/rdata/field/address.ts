import type { Field } from '../format.ts'
import { needOctets } from './integer.ts'

/**
 * Reads an IPv4 address in dotted decimal.
 * @returns true when four octets were written at `at`; false when the text is no address
 */
export function parseIpv4(buf: Uint8Array, start: number, end: number, out: Uint8Array, at: number): boolean {
  let part = 0
  let digits = 0
  let value = 0
  for (let from = start; from < end; from++) {
    const octet = buf[from]!
    if (octet === 0x2e) {
      if (digits === 0 || part === 3) return false
      out[at + part++] = value
      digits = 0
      value = 0
    } else {
      const digit = octet - 0x30
      if (digit < 0 || digit > 9) return false
      value = value * 10 + digit
      // A leading zero would read as octal elsewhere: inet_pton, and so every peer, refuses it.
      if (value > 255 || (++digits > 1 && value < 10)) return false
    }
  }
  if (part !== 3 || digits === 0) return false
  out[at + 3] = value
  return true
}

function hexDigit(octet: number): number {
  if (octet >= 0x30 && octet <= 0x39) return octet - 0x30
  const letter = octet | 0x20
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x61 + 10 : -1
}

/**
 * Reads an IPv6 address (RFC 4291 2.2: eight groups, `::` once, the last 32 bits possibly as IPv4).
 * @returns true when sixteen octets were written at `at`; false when the text is no address
 */
export function parseIpv6(buf: Uint8Array, start: number, end: number, out: Uint8Array, at: number): boolean {
  let to = 0
  let gap = -1
  let from = start
  if (end - start >= 2 && buf[start] === 0x3a) {
    if (buf[start + 1] !== 0x3a) return false
    gap = 0
    from = start + 2
  }
  while (from < end) {
    if (to >= 16) return false
    const groupStart = from
    let value = 0
    let octet = 0
    for (; from < end; from++) {
      octet = buf[from]!
      const digit = hexDigit(octet)
      if (digit === -1) break
      value = (value << 4) | digit
      if (from - groupStart >= 4) return false
    }
    if (from < end && octet === 0x2e) {
      if (to > 12 || !parseIpv4(buf, groupStart, end, out, at + to)) return false
      to += 4
      from = end
      break
    }
    if (from === groupStart) return false
    out[at + to] = value >> 8
    out[at + to + 1] = value
    to += 2
    if (from === end) break
    if (octet !== 0x3a) return false
    from++
    if (from === end) return false
    if (buf[from] === 0x3a) {
      if (gap !== -1) return false
      gap = to
      from++
    }
  }
  if (gap === -1) return to === 16
  // RFC 4291 2.2: '::' stands for one or more groups of zeros.
  if (to > 14) return false
  const tail = to - gap
  for (let i = 1; i <= tail; i++) out[at + 16 - i] = out[at + to - i]!
  for (let i = gap; i < 16 - tail; i++) out[at + i] = 0
  return true
}

/** The IPv4 address at `at` in dotted decimal. */
export function ipv4ToText(rdata: Uint8Array, at: number): string {
  return `${rdata[at]}.${rdata[at + 1]}.${rdata[at + 2]}.${rdata[at + 3]}`
}

/** The IPv6 address at `at` as RFC 5952 4 writes it; one mapped from IPv4 with its last 32 bits dotted (RFC 5952 5). */
export function ipv6ToText(rdata: Uint8Array, at: number): string {
  const groups = Array.from({ length: 8 }, (_, i) => (rdata[at + 2 * i]! << 8) | rdata[at + 2 * i + 1]!)
  if (groups[5] === 0xffff && groups.slice(0, 5).every((group) => group === 0)) {
    return `::ffff:${ipv4ToText(rdata, at + 12)}`
  }
  let longestStart = 0
  let longest = 1
  for (let i = 0; i < 8; ) {
    let run = i
    while (run < 8 && groups[run] === 0) run++
    if (run - i > longest) {
      longest = run - i
      longestStart = i
    }
    i = run + 1
  }
  const hex = groups.map((group) => group.toString(16))
  if (longest === 1) return hex.join(':')
  return `${hex.slice(0, longestStart).join(':')}::${hex.slice(longestStart + longest).join(':')}`
}

/** An IPv4 address. */
export function ipv4Address(label: string): Field {
  const expected = `${label} (an IPv4 address)`
  return {
    size: 4,
    parse(reader, out, at) {
      const { buf, start, end } = reader.take(expected)
      if (!parseIpv4(buf, start, end, out, at)) reader.fail(expected)
      return at + 4
    },
    measure(_rdata, at, end) {
      needOctets(at, end, 4, expected)
      return at + 4
    },
    print: ipv4ToText,
  }
}

/** An IPv6 address. */
export function ipv6Address(label: string): Field {
  const expected = `${label} (an IPv6 address)`
  return {
    size: 16,
    parse(reader, out, at) {
      const { buf, start, end } = reader.take(expected)
      if (!parseIpv6(buf, start, end, out, at)) reader.fail(expected)
      return at + 16
    },
    measure(_rdata, at, end) {
      needOctets(at, end, 16, expected)
      return at + 16
    },
    print: ipv6ToText,
  }
}
