import { CompressionTable, POINTER_LIMIT } from './compression.ts'
import { HEADER_LENGTH, setUint16, setUint32, writeHeader } from './header.ts'
import type { Name } from './name.ts'
import { compressibleNamesOf } from './rdata/index.ts'

/** The sections that hold records: answer, authority, additional. */
export type Section = 1 | 2 | 3

/**
 * Composes messages in one buffer, one after the other, with names compressed (RFC 1035 4.1.4). Composing allocates
 * nothing. Names given must be well-formed.
 */
export class MessageWriter {
  readonly buffer: Uint8Array
  /** Offset after what is written so far; the caller may append octets of its own and move it on. */
  offset = HEADER_LENGTH
  /** The offset that a message may not pass: at most the buffer's length. It may be changed to reserve room for an OPT. */
  limit: number
  /** Takes the offset of every compression pointer written, when set. */
  pointers: number[] | undefined = undefined
  private readonly names = new CompressionTable()
  /** Entries by section: question, answer, authority, additional. */
  private readonly counts = new Uint16Array(4)

  /** @param buffer takes the messages; at least 12 octets */
  constructor(buffer: Uint8Array) {
    this.buffer = buffer
    this.limit = buffer.length
  }

  /** Begins a new message, of at most `limit` octets. The header's room is left free until {@link finish}. */
  begin(limit: number): void {
    this.offset = HEADER_LENGTH
    this.limit = Math.min(limit, this.buffer.length)
    this.counts.fill(0)
    this.names.clear()
  }

  /**
   * Adds a question.
   * @returns false when it does not fit
   */
  question(name: Name, type: number, klass: number): boolean {
    return this.questionAt(name, 0, type, klass)
  }

  /** As {@link question}, for the uncompressed name at `offset` of a buffer: a query's, so that its case is kept. */
  questionAt(buf: Uint8Array, offset: number, type: number, klass: number): boolean {
    const mark = this.names.mark
    const start = this.offset
    const at = this.names.writeName(this.buffer, start, this.limit - 4, buf, offset, false, this.pointers)
    if (at === -1) return this.undo(start, mark)
    setUint16(this.buffer, at, type)
    setUint16(this.buffer, at + 2, klass)
    this.offset = at + 4
    this.counts[0]!++
    return true
  }

  /**
   * Adds an RRset: all of its records, or nothing (RFC 2181 5.2, 9).
   * @param ttl seconds
   * @param rdatas well-formed, uncompressed wire form
   * @returns false when it does not fit; the message is then as before
   */
  rrset(
    section: Section,
    owner: Name,
    type: number,
    klass: number,
    ttl: number,
    rdatas: readonly Uint8Array[],
  ): boolean {
    const mark = this.names.mark
    const start = this.offset
    const pointersBefore = this.pointers?.length ?? 0
    for (let i = 0; i < rdatas.length; i++) {
      const at = i === 0 ? this.owner(owner) : this.sameOwner(owner, start)
      if (at === -1 || !this.record(at, type, klass, ttl, rdatas[i]!)) {
        if (this.pointers !== undefined) this.pointers.length = pointersBefore
        return this.undo(start, mark)
      }
    }
    this.counts[section]! += rdatas.length
    return true
  }

  private owner(owner: Name): number {
    return this.names.writeName(this.buffer, this.offset, this.limit, owner, 0, true, this.pointers)
  }

  /** Writes again the owner that the record at `first` has, with no search: mostly a pointer, to it or as it has. */
  private sameOwner(owner: Name, first: number): number {
    const { buffer, offset } = this
    const isPointer = buffer[first]! >= 0xc0
    if (!isPointer && (first >= POINTER_LIMIT || owner.length <= 2)) return this.owner(owner)
    if (offset + 2 > this.limit) return -1
    buffer[offset] = isPointer ? buffer[first]! : 0xc0 | (first >> 8)
    buffer[offset + 1] = isPointer ? buffer[first + 1]! : first
    this.pointers?.push(offset)
    return offset + 2
  }

  /** Writes what follows the owner, from `at` on. */
  private record(at: number, type: number, klass: number, ttl: number, rdata: Uint8Array): boolean {
    const { buffer, limit } = this
    if (at + 10 > limit) return false
    setUint16(buffer, at, type)
    setUint16(buffer, at + 2, klass)
    setUint32(buffer, at + 4, ttl)
    const end = this.rdata(at + 10, type, rdata)
    if (end === -1) return false
    setUint16(buffer, at + 8, end - at - 10)
    this.offset = end
    return true
  }

  /** Writes rdata, its names compressed where the type allows it; returns the offset after it, or -1. */
  private rdata(start: number, type: number, rdata: Uint8Array): number {
    const { buffer, limit } = this
    const names = compressibleNamesOf(type)
    let from = 0
    let at = start
    if (names !== undefined) {
      if (at + names.offset > limit) return -1
      while (from < names.offset) buffer[at++] = rdata[from++]!
      for (let i = 0; i < names.count; i++) {
        at = this.names.writeName(buffer, at, limit, rdata, from, true, this.pointers)
        if (at === -1) return -1
        while (rdata[from]! !== 0) from += rdata[from]! + 1
        from++
      }
    }
    const rest = rdata.length - from
    if (at + rest > limit) return -1
    // Below some tens of octets a loop is faster than `set`.
    if (rest > 64) buffer.set(from === 0 ? rdata : rdata.subarray(from), at)
    else for (let i = 0; i < rest; i++) buffer[at + i] = rdata[from + i]!
    return at + rest
  }

  private undo(offset: number, mark: number): false {
    this.offset = offset
    this.names.rollback(mark)
    return false
  }

  /** Adds to a section's count records that the caller itself has appended. */
  countRecords(section: Section, records: number): void {
    this.counts[section]! += records
  }

  /** Records in a section so far; section 0 holds the questions. */
  count(section: 0 | Section): number {
    return this.counts[section]!
  }

  /**
   * Drops all records and keeps the question, as a truncated response has it (RFC 2181 9). Only the question's names
   * stay known.
   */
  truncate(): void {
    const { buffer } = this
    const questions = this.counts[0]!
    this.counts.fill(0)
    this.names.clear()
    let at = HEADER_LENGTH
    for (let i = 0; i < questions; i++) {
      at = this.names.writeName(buffer, at, buffer.length, buffer, at, false, undefined) + 4
    }
    this.offset = at
    this.counts[0] = questions
    if (this.pointers !== undefined) this.pointers.length = 0
  }

  /**
   * Writes the header: the identifier, {@link HeaderFlag} bits with the opcode shifted left by 11 and the rcode, and the
   * counts of what was added.
   * @returns octets of the whole message
   */
  finish(id: number, flags: number): number {
    const { counts } = this
    writeHeader(this.buffer, id, flags, counts[0]!, counts[1]!, counts[2]!, counts[3]!)
    return this.offset
  }
}
