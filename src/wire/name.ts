/** A domain name in uncompressed wire form (RFC 1035 3.1): length-led labels, ended by the root's zero octet. */
export type Name = Uint8Array

/** RFC 1035 2.3.4: octets in a name, its length octets and final zero included. */
export const MAX_NAME_LENGTH = 255
/** RFC 1035 2.3.4: octets in a label. */
export const MAX_LABEL_LENGTH = 63
/** Labels in the longest name: 127 of one octet each, besides the root's. */
export const MAX_LABELS = 127

/** The root name. */
export const ROOT: Name = Uint8Array.of(0)

/** A name that breaks the rules of RFC 1035 2.3.4, 3.1 or 5.1; the message tells which. */
export class NameError extends Error {
  override readonly name = 'NameError'
}

/**
 * Lower case by octet: only A to Z change (RFC 4343 3). Length octets are at most 63, below 'A', so that whole names
 * may be folded octet by octet.
 */
export const LOWER: Uint8Array = Uint8Array.from({ length: 256 }, (_, octet) =>
  octet >= 0x41 && octet <= 0x5a ? octet + 0x20 : octet,
)

/** Lower-cases the octets of `buf` from `start` up to `end` in place. */
export function lowerInPlace(buf: Uint8Array, start: number, end: number): void {
  for (let at = start; at < end; at++) buf[at] = LOWER[buf[at]!]!
}

/** A lower-case copy of a name. */
export function lowerName(name: Name): Name {
  const lowered = new Uint8Array(name.length)
  for (let at = 0; at < name.length; at++) lowered[at] = LOWER[name[at]!]!
  return lowered
}

/**
 * Octets of the uncompressed name that starts at `offset`, its final zero included.
 * @throws NameError when the name overruns `end` or a limit, or holds a compression pointer
 */
export function nameLength(buf: Uint8Array, offset: number, end: number = buf.length): number {
  const limit = Math.min(end, offset + MAX_NAME_LENGTH)
  let at = offset
  while (at < limit) {
    const length = buf[at]!
    if (length === 0) return at + 1 - offset
    if (length > MAX_LABEL_LENGTH) throw new NameError('compressed or unknown kind of label in a name')
    at += length + 1
  }
  throw new NameError(limit === end ? 'name runs past the end of its data' : 'name longer than 255 octets')
}

/** True when both names are the same, compared without case (RFC 4343 3). */
export function namesEqual(a: Name, b: Name): boolean {
  if (a.length !== b.length) return false
  for (let at = 0; at < a.length; at++) if (LOWER[a[at]!] !== LOWER[b[at]!]) return false
  return true
}

/** Labels in a name, the root's not counted (as the RRSIG Labels field counts them, RFC 4034 3.1.3). */
export function labelCount(name: Name): number {
  let count = 0
  for (let at = 0; name[at]! !== 0; at += name[at]! + 1) count++
  return count
}

/**
 * Writes the offset of every label, the root's zero octet included, leftmost first.
 * @param out room for 128 offsets
 * @returns how many were written: {@link labelCount} + 1
 */
export function labelOffsets(name: Name, out: Uint16Array | number[]): number {
  let count = 0
  let at = 0
  for (;;) {
    out[count++] = at
    const length = name[at]!
    if (length === 0) return count
    at += length + 1
  }
}

/** The name without its leftmost label, as a view of the same memory; the root's parent is undefined. */
export function parentOf(name: Name): Name | undefined {
  const length = name[0]!
  return length === 0 ? undefined : name.subarray(length + 1)
}

/** True when `name` is `ancestor` itself or lies below it, compared without case. */
export function isAtOrBelow(name: Name, ancestor: Name): boolean {
  const offset = name.length - ancestor.length
  if (offset < 0) return false
  // The ancestor's octets must begin at a label of the name: else 'xexample.com' would lie below 'example.com'.
  let at = 0
  while (at < offset) at += name[at]! + 1
  if (at !== offset) return false
  for (let i = 0; i < ancestor.length; i++) if (LOWER[name[offset + i]!] !== LOWER[ancestor[i]!]) return false
  return true
}

// compareNames is called for every pair while sorting, so its offsets live here and not in new arrays.
const offsetsOfA = new Uint16Array(MAX_LABELS + 1)
const offsetsOfB = new Uint16Array(MAX_LABELS + 1)

/**
 * Canonical DNS name order (RFC 4034 6.1): by label from the right, each as lower-cased unsigned octets, a shorter
 * label or name before the longer one it begins.
 * @returns below, at or above zero, as Array.sort wants it
 */
export function compareNames(a: Name, b: Name): number {
  let labelA = labelOffsets(a, offsetsOfA) - 2
  let labelB = labelOffsets(b, offsetsOfB) - 2
  for (; labelA >= 0 && labelB >= 0; labelA--, labelB--) {
    const startA = offsetsOfA[labelA]!
    const startB = offsetsOfB[labelB]!
    const lengthA = a[startA]!
    const lengthB = b[startB]!
    const common = Math.min(lengthA, lengthB)
    for (let i = 1; i <= common; i++) {
      const difference = LOWER[a[startA + i]!]! - LOWER[b[startB + i]!]!
      if (difference !== 0) return difference
    }
    if (lengthA !== lengthB) return lengthA - lengthB
  }
  return labelA - labelB
}

/** A name read from a message, and the offset after it there. */
export interface DecompressedName {
  readonly name: Name
  readonly next: number
}

/**
 * Reads a name that may be compressed (RFC 1035 4.1.4).
 *
 * Every pointer must lead to before the place where the name, or the part that the previous pointer led to, began.
 * "A prior occurrence" asks for no less, and no loop can then arise.
 * @param end offset after the message's last octet
 * @throws NameError on a malformed name
 */
export function decompressName(message: Uint8Array, offset: number, end: number): DecompressedName {
  const octets = new Uint8Array(MAX_NAME_LENGTH)
  let length = 0
  let at = offset
  let partStart = offset
  let next = -1
  for (;;) {
    if (at >= end) throw new NameError('name runs past the end of the message')
    const label = message[at]!
    if (label <= MAX_LABEL_LENGTH) {
      if (at + 1 + label > end) throw new NameError('label runs past the end of the message')
      if (length + 1 + label > MAX_NAME_LENGTH) throw new NameError('name longer than 255 octets')
      octets.set(message.subarray(at, at + 1 + label), length)
      length += 1 + label
      at += 1 + label
      if (label === 0) return { name: octets.slice(0, length), next: next === -1 ? at : next }
    } else {
      // RFC 1035 4.1.4: 11 leads a pointer; RFC 6891 5 ended the use of 01 and 10 was never given any.
      if (label < 0xc0) throw new NameError('unknown kind of label in a name')
      if (at + 2 > end) throw new NameError('compression pointer runs past the end of the message')
      const target = ((label & 0x3f) << 8) | message[at + 1]!
      if (target >= partStart) throw new NameError('compression pointer does not point backward')
      if (next === -1) next = at + 2
      at = target
      partStart = target
    }
  }
}
