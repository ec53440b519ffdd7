/** RFC 2181 8: a TTL is an unsigned number of 31 bits. */
export const MAX_TTL = 0x7fffffff

/** Why {@link parseTtl} found no TTL: not of its form, or beyond RFC 2181's limit. */
export const TTL_MALFORMED = -1
export const TTL_TOO_LARGE = -2

function unitSeconds(octet: number): number {
  switch (octet | 0x20) {
    case 0x73: // s
      return 1
    case 0x6d: // m
      return 60
    case 0x68: // h
      return 3600
    case 0x64: // d
      return 86_400
    case 0x77: // w
      return 604_800
    default:
      return 0
  }
}

/**
 * Reads a TTL: seconds (RFC 1035 5.1), or a sum of numbers with units as BIND writes them (`1w2d3h4m5s`, any case).
 * A number without a unit after one with a unit (`1h30`) is malformed, since it reads as minutes and would be seconds.
 * @returns seconds, {@link TTL_MALFORMED} or {@link TTL_TOO_LARGE}
 */
export function parseTtl(buf: Uint8Array, start: number, end: number): number {
  let total = 0
  let at = start
  while (at < end) {
    const numberStart = at
    let value = 0
    for (; at < end; at++) {
      const digit = buf[at]! - 0x30
      if (digit < 0 || digit > 9) break
      // Saturates, so that no run of digits loses the fact that it is too large.
      value = Math.min(value * 10 + digit, 0x1_0000_0000)
    }
    if (at === numberStart) return TTL_MALFORMED
    if (at === end) {
      if (numberStart !== start) return TTL_MALFORMED
      total = value
      break
    }
    const seconds = unitSeconds(buf[at++]!)
    if (seconds === 0) return TTL_MALFORMED
    total = Math.min(total + value * seconds, 0x1_0000_0000)
  }
  if (at === start) return TTL_MALFORMED
  return total > MAX_TTL ? TTL_TOO_LARGE : total
}
