import { LOWER, MAX_LABELS, type Name } from './name.ts'

/** RFC 1035 4.1.4: a pointer has 14 bits, and so leads to offsets below this. */
export const POINTER_LIMIT = 0x4000
const SLOTS = 4096
/** A half-full table keeps the probes short. */
const MAX_ENTRIES = SLOTS / 2
/** Slots looked at before a label counts as not found: names chosen to collide cost compression, not time. */
const MAX_PROBES = 8
/** Entry of the root, under which all others hang. It is never pointed to: its own octet is shorter. */
const ROOT_ENTRY = 0

/**
 * The labels written in a message so far, as a tree that grows from the root: an entry is one label below another
 * entry, so that finding the longest known suffix of a name compares each label once, and never follows a pointer.
 * Reused for all messages; writing a name allocates nothing.
 */
export class CompressionTable {
  private readonly slots = new Uint16Array(SLOTS)
  private readonly parents = new Uint16Array(MAX_ENTRIES + 1)
  private readonly offsets = new Uint16Array(MAX_ENTRIES + 1)
  private readonly slotOfEntry = new Uint16Array(MAX_ENTRIES + 1)
  private readonly labelStarts = new Uint16Array(MAX_LABELS + 1)
  private entries = 0
  private freeSlot = -1

  /** Entries so far: a mark to come back to with {@link rollback}. */
  get mark(): number {
    return this.entries
  }

  /** Forgets all labels. */
  clear(): void {
    this.rollback(0)
  }

  /** Forgets the labels added after `mark`. The latest goes first, so that no probe sequence breaks. */
  rollback(mark: number): void {
    for (let entry = this.entries; entry > mark; entry--) this.slots[this.slotOfEntry[entry]!] = 0
    this.entries = mark
  }

  /** The entry of one label under `parent`, or 0. When there is none, `freeSlot` is where it would go, or -1. */
  private find(message: Uint8Array, parent: number, buf: Uint8Array, labelStart: number): number {
    const length = buf[labelStart]!
    let hash = Math.imul(parent, 0x9e3779b1) ^ length
    for (let i = 1; i <= length; i++) hash = Math.imul(hash ^ LOWER[buf[labelStart + i]!]!, 0x01000193)
    hash ^= hash >>> 15
    this.freeSlot = -1
    for (let probe = 0; probe < MAX_PROBES; probe++) {
      const slot = (hash + probe) & (SLOTS - 1)
      const entry = this.slots[slot]!
      if (entry === 0) {
        this.freeSlot = slot
        return 0
      }
      if (this.parents[entry] === parent && sameLabel(message, this.offsets[entry]!, buf, labelStart)) return entry
    }
    return 0
  }

  /**
   * Writes a name into the message, its longest known suffix as a pointer.
   * @param buf holds the uncompressed name at `offset`
   * @param pointers takes the offset of the pointer, if one is written
   * @param at where in the message it goes
   * @param compress false writes all labels, which later names may still point to
   * @returns the offset after it, or -1 when it would pass `limit`; nothing is then remembered of it
   */
  writeName(
    message: Uint8Array,
    at: number,
    limit: number,
    buf: Name,
    offset: number,
    compress: boolean,
    pointers: number[] | undefined,
  ): number {
    const { labelStarts } = this
    let labels = 0
    for (let from = offset; buf[from]! !== 0; from += buf[from]! + 1) labelStarts[labels++] = from
    // From the right: how many labels are known already, as one chain from the root.
    let known = labels
    let entry = ROOT_ENTRY
    this.freeSlot = -1
    while (known > 0) {
      const child = this.find(message, entry, buf, labelStarts[known - 1]!)
      if (child === 0) break
      entry = child
      known--
    }
    const pointTo = compress && entry !== ROOT_ENTRY ? this.offsets[entry]! : -1
    const written = pointTo === -1 ? labels : known
    const end = written === labels ? endOfLabels(buf, offset) : labelStarts[written]!
    const next = at + (end - offset) + (pointTo === -1 ? 1 : 2)
    if (next > limit) return -1
    let to = at
    for (let from = offset; from < end; from++) message[to++] = buf[from]!
    if (pointTo === -1) {
      message[to] = 0
    } else {
      message[to] = 0xc0 | (pointTo >> 8)
      message[to + 1] = pointTo
      pointers?.push(to)
    }
    this.remember(message, entry, buf, offset, known, at)
    return next
  }

  /** Adds the `known` leftmost labels, not known until now, below `entry`; `freeSlot` stands for the first of them. */
  private remember(
    message: Uint8Array,
    entry: number,
    buf: Uint8Array,
    offset: number,
    known: number,
    at: number,
  ): void {
    let parent = entry
    for (let label = known - 1; label >= 0; label--) {
      const labelStart = this.labelStarts[label]!
      const labelOffset = at + labelStart - offset
      if (label !== known - 1) this.find(message, parent, buf, labelStart)
      if (this.freeSlot === -1 || labelOffset >= POINTER_LIMIT || this.entries >= MAX_ENTRIES) return
      const added = ++this.entries
      this.slots[this.freeSlot] = added
      this.slotOfEntry[added] = this.freeSlot
      this.parents[added] = parent
      this.offsets[added] = labelOffset
      parent = added
    }
  }
}

function endOfLabels(buf: Uint8Array, offset: number): number {
  let at = offset
  while (buf[at]! !== 0) at += buf[at]! + 1
  return at
}

/** RFC 4343 3: labels are compared without case. The message holds whole labels where entries point. */
function sameLabel(message: Uint8Array, at: number, buf: Uint8Array, labelStart: number): boolean {
  const length = buf[labelStart]!
  if (message[at] !== length) return false
  for (let i = 1; i <= length; i++) if (LOWER[message[at + i]!] !== LOWER[buf[labelStart + i]!]) return false
  return true
}
