import type { Name } from '../wire/index.ts'

/**
 * Sort keys: octet strings whose plain order is the canonical order of owner names (RFC 4034 6.1). A key holds the
 * labels above the zone's origin, rightmost first, in lower case, each ended by 0x00; the octets 0x00 and 0x01 inside
 * a label are escaped as 0x01 0x01 and 0x01 0x02. The apex has the empty key, and a name's key begins with the key of
 * every one of its ancestors.
 */

/** Room that the key of any name may need: 254 octets of labels, each escaped at the worst. */
export const MAX_KEY_LENGTH = 512

const LABEL_END = 0x00
const ESCAPE = 0x01

const labelStarts = new Uint8Array(128)
/** Made once: clearing such an array costs more than what is written into it. */
const scratch = new Uint8Array(MAX_KEY_LENGTH)

/**
 * Writes the sort key of the name that stands at `start` in `buf` into `out` at `at`.
 * @param originLength octets of the zone's origin in wire form; the name must lie at or below the origin
 * @returns the offset after the key
 */
export function writeSortKey(
  buf: Uint8Array,
  start: number,
  originLength: number,
  nameLength: number,
  out: Uint8Array,
  at: number,
): number {
  const end = start + nameLength - originLength
  let labels = 0
  for (let i = start; i < end; i += buf[i]! + 1) labelStarts[labels++] = i - start
  let o = at
  while (labels > 0) {
    const labelStart = start + labelStarts[--labels]!
    const labelEnd = labelStart + 1 + buf[labelStart]!
    for (let i = labelStart + 1; i < labelEnd; i++) {
      let octet = buf[i]!
      if (octet >= 0x41 && octet <= 0x5a) octet |= 0x20
      else if (octet <= ESCAPE) {
        out[o++] = ESCAPE
        octet++
      }
      out[o++] = octet
    }
    out[o++] = LABEL_END
  }
  return o
}

/** The sort key of a name at or below the origin, as an array of its own. */
export function sortKey(name: Name, origin: Name): Uint8Array {
  return scratch.slice(0, writeSortKey(name, 0, origin.length, name.length, scratch, 0))
}

/**
 * Writes the name (lower case, wire form) whose sort key stands at `start`..`end` in `buf`.
 * @returns the offset after the name
 */
export function writeNameOfKey(
  buf: Uint8Array,
  start: number,
  end: number,
  origin: Name,
  out: Uint8Array,
  at: number,
): number {
  let o = at
  // Labels stand in the key from right to left: walk it from its end.
  let labelEnd = end
  while (labelEnd > start) {
    let labelStart = labelEnd - 1
    while (labelStart > start && buf[labelStart - 1] !== LABEL_END) labelStart--
    const lengthAt = o++
    for (let i = labelStart; i < labelEnd - 1; i++) {
      const octet = buf[i]!
      out[o++] = octet === ESCAPE ? buf[++i]! - 1 : octet
    }
    out[lengthAt] = o - lengthAt - 1
    labelEnd = labelStart
  }
  out.set(origin, o)
  return o + origin.length
}

/** The name whose sort key stands at `start`..`end` in `buf`, as an array of its own. */
export function nameOfKey(buf: Uint8Array, start: number, end: number, origin: Name): Name {
  return scratch.slice(0, writeNameOfKey(buf, start, end, origin, scratch, 0))
}

/** Negative, zero or positive as the octets `a[aStart..aEnd)` sort before, with or after `b[bStart..bEnd)`. */
export function compareOctets(
  a: Uint8Array,
  aStart: number,
  aEnd: number,
  b: Uint8Array,
  bStart: number,
  bEnd: number,
): number {
  const aLength = aEnd - aStart
  const bLength = bEnd - bStart
  const common = Math.min(aLength, bLength)
  for (let i = 0; i < common; i++) {
    const difference = a[aStart + i]! - b[bStart + i]!
    if (difference !== 0) return difference
  }
  return aLength - bLength
}
