import { isUtf8 } from 'node:buffer'
import { crc32 } from 'node:zlib'
import { MAX_EVENT_OCTETS } from './source.ts'

const LF = 0x0a
const CR = 0x0d
const BOM = Buffer.from('\uFEFF')

/** By so many of its last octets a line is known again. */
export const CHECK_OCTETS = 256

/** A line that is not empty. */
export interface Line {
  /** Without its end; undefined when it can't be taken, and `fault` says why. */
  readonly text: string | undefined
  readonly fault: string | undefined
  /** From 1 on, empty lines counted, where the stream was read from its beginning. */
  readonly number: number
  /** Octets from the beginning of the stream to the end of the line, its line feed included. */
  readonly end: number
  /** CRC-32 of the line's last CHECK_OCTETS octets, its line feed included. */
  readonly check: number
}

/** Text of one event, or why it can't be taken. */
export function decodeEvent(octets: Uint8Array): Pick<Line, 'text' | 'fault'> {
  if (octets.length > MAX_EVENT_OCTETS) return { text: undefined, fault: tooLong(octets.length) }
  // RFC 8259 8.1: JSON that systems exchange is UTF-8
  if (!isUtf8(octets)) return { text: undefined, fault: `${octets.length} octets that are not UTF-8` }
  const text = Buffer.from(octets.buffer, octets.byteOffset, octets.byteLength).toString('utf8')
  return { text, fault: undefined }
}

function tooLong(octets: number): string {
  return `an event of ${octets} octets; the longest that is read has ${MAX_EVENT_OCTETS}`
}

/**
 * The check that the line ending at the end of `window` has.
 * @param window the last octets before a position, CHECK_OCTETS of them or all there are
 */
export function checkBefore(window: Buffer): number {
  const start = window.length < 2 ? 0 : window.lastIndexOf(LF, window.length - 2) + 1
  return crc32(window.subarray(start))
}

/**
 * Cuts octets into lines that end in LF or CRLF. Holds at most one line of MAX_EVENT_OCTETS; of a longer one only the
 * end is kept. The chunks it is given may be reused by the caller.
 */
export class LineSplitter {
  #parts: Buffer[] = []
  #held = 0
  /** Octets of the line that is too long to be held, 0 when there is none. */
  #dropped = 0
  #at: number
  #lines = 0

  /** @param at octets of the stream that come before, which end with a line */
  constructor(at = 0) {
    this.#at = at
  }

  /** Where the line that is not complete yet begins, octets from the beginning of the stream. */
  get lineStart(): number {
    return this.#at - this.#held - this.#dropped
  }

  push(chunk: Buffer): Line[] {
    const lines: Line[] = []
    let start = 0
    for (let end = chunk.indexOf(LF); end >= 0; end = chunk.indexOf(LF, start)) {
      const line = this.#complete(chunk.subarray(start, end + 1))
      if (line !== undefined) lines.push(line)
      start = end + 1
    }
    if (start < chunk.length) this.#hold(chunk.subarray(start))
    return lines
  }

  /** The last line, whose end is missing; undefined when there is none. */
  finish(): Line | undefined {
    return this.#complete(Buffer.alloc(0))
  }

  #hold(part: Buffer): void {
    this.#at += part.length
    if (this.#dropped === 0 && this.#held + part.length <= MAX_EVENT_OCTETS + 1) {
      this.#parts.push(Buffer.from(part))
      this.#held += part.length
      // many small parts would cost more than the octets they hold
      if (this.#parts.length >= 256) this.#parts = [Buffer.concat(this.#parts)]
      return
    }
    const tail = Buffer.concat([...this.#parts, part])
    const kept = Buffer.from(tail.subarray(Math.max(0, tail.length - CHECK_OCTETS)))
    this.#dropped += this.#held + part.length - kept.length
    this.#parts = [kept]
    this.#held = kept.length
  }

  /** @param rest the rest of the line with its line feed, if it has one */
  #complete(rest: Buffer): Line | undefined {
    const octets = this.#parts.length === 0 ? rest : Buffer.concat([...this.#parts, rest])
    const dropped = this.#dropped
    const atStart = this.lineStart === 0
    this.#at += rest.length
    this.#lines++
    this.#parts = []
    this.#held = 0
    this.#dropped = 0

    let end = octets.length
    if (end > 0 && octets[end - 1] === LF) end--
    if (end > 0 && octets[end - 1] === CR) end--
    const start = atStart && dropped === 0 && octets.subarray(0, 3).equals(BOM) ? 3 : 0
    if (end <= start && dropped === 0) return undefined
    const taken =
      dropped > 0 ? { text: undefined, fault: tooLong(dropped + end) } : decodeEvent(octets.subarray(start, end))
    return {
      ...taken,
      number: this.#lines,
      end: this.#at,
      check: crc32(octets.subarray(Math.max(0, octets.length - CHECK_OCTETS))),
    }
  }
}
