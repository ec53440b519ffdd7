import { byteOrderMark, NEWLINE, octetClass, RETURN } from './octet-class.ts'
import type { Source } from './source.ts'

const LF = 0x0a

/**
 * A piece of a file's text in memory, and the ways to move it on. Beyond the last octet of text stands a newline, so
 * that no loop over octets needs to look where the text ends.
 */
export class TextBuffer {
  buf: Uint8Array
  /** Octets of text that the file has given so far. */
  octets = 0

  /** The most octets of text at a time. */
  protected readonly capacity: number
  /** Where the text ends in `buf`. */
  protected limit = 0
  /** No octets come after those in the buffer. */
  protected complete = false
  #source: Source | undefined

  constructor(capacity: number) {
    this.capacity = capacity
    this.buf = new Uint8Array(capacity + 1)
  }

  /** Turns to a file, of which nothing has been read. */
  protected openSource(source: Source): void {
    this.#source = source
    this.octets = 0
    this.limit = 0
    this.complete = false
    this.buf[0] = LF
  }

  /** Turns to the text in `buf` up to `end`, where a newline is put. */
  protected openOctets(buf: Uint8Array, end: number): void {
    this.#source = undefined
    this.buf = buf
    this.limit = end
    this.complete = true
    buf[end] = LF
  }

  /**
   * Moves the text from `from` on to the buffer's begin, and reads more after it.
   * @returns where the text begins: at 0, or after a byte order mark; -1 when there is no room, and nothing was done
   * @throws ZoneFileFault when the file is no text that can be read; the source's errors
   */
  protected advance(from: number): number {
    const kept = this.limit - from
    if (kept === this.capacity) return -1
    this.buf.copyWithin(0, from, this.limit)
    let read = this.#read(kept)
    const isFirst = this.octets === 0
    // A byte order mark shows once its three octets are there.
    for (let more = read; isFirst && more > 0 && read < 3; read += more) more = this.#read(kept + read)
    this.octets += read
    this.limit = kept + read
    this.complete = read === 0
    this.buf[this.limit] = LF
    return isFirst ? byteOrderMark(this.buf, this.limit) : 0
  }

  #read(at: number): number {
    return this.#source === undefined ? 0 : this.#source.read(this.buf, at, this.capacity - at)
  }

  /** The last octet of the first line's end from `from` on; the text's end for the last line; -1 when not in the buffer. */
  protected lineEnd(from: number): number {
    const { buf, limit } = this
    let at = from
    while (octetClass[buf[at]!] !== NEWLINE && octetClass[buf[at]!] !== RETURN) at++
    if (at >= limit) return this.complete ? limit : -1
    if (buf[at] === LF) return at
    if (at + 1 === limit) return this.complete ? at : -1
    return buf[at + 1] === LF ? at + 1 : at
  }
}
