import { getUint16 } from './header.ts'

/**
 * The offset after the name at `offset` of a message, without following a compression pointer.
 * @returns the offset, or -1 when the name is malformed or runs past `end`
 */
export function skipName(message: Uint8Array, offset: number, end: number): number {
  let at = offset
  // RFC 1035 2.3.4: 255 octets bound the labels before a pointer as well.
  const limit = Math.min(end, offset + 255)
  while (at < limit) {
    const label = message[at]!
    if (label === 0) return at + 1
    if (label >= 0xc0) return at + 2 <= end ? at + 2 : -1
    if (label > 63) return -1
    at += label + 1
  }
  return -1
}

/**
 * The offset after the record at `offset` of a message; its owner's name is not followed, its rdata not looked into.
 * @returns the offset, or -1 when the record is malformed or runs past `end`
 */
export function skipRecord(message: Uint8Array, offset: number, end: number): number {
  const at = skipName(message, offset, end)
  if (at === -1 || at + 10 > end) return -1
  const next = at + 10 + getUint16(message, at + 8)
  return next <= end ? next : -1
}
