/** Longest message that the 2-octet length prefix allows (RFC 1035 4.2.2). */
export const MAX_TCP_MESSAGE = 65_535
/** Octets of the length prefix. */
export const PREFIX = 2

const SMALLEST_STORE = 512

/**
 * Cuts the octet stream of a connection into messages (RFC 7766 8: neither a segment nor a read says anything about
 * where one ends). Holds the chunk being read and at most one incomplete message, in memory that grows with what has
 * really arrived and not with what the prefix announces.
 */
export class MessageFramer {
  #chunk: Buffer | undefined
  #at = 0
  #store: Buffer | undefined
  #stored = 0

  /** Adds what was read; the chunk before must have been used up, which next() tells by -1. */
  push(chunk: Buffer): void {
    this.#chunk = chunk
    this.#at = 0
  }

  /** True while part of a message is held and its rest has not come. */
  get isPartial(): boolean {
    return this.#stored > 0
  }

  /** True while next() has not been asked for everything that was pushed. */
  get hasUnread(): boolean {
    return this.#chunk !== undefined
  }

  /**
   * Copies the next message to the start of `message`, which has room for MAX_TCP_MESSAGE octets.
   * @returns its length, or -1 when no whole one is there
   */
  next(message: Buffer): number {
    const chunk = this.#chunk
    if (chunk === undefined) return -1
    if (this.#stored > 0) return this.#complete(chunk, message)
    const start = this.#at + PREFIX
    if (start <= chunk.length) {
      const end = start + chunk.readUInt16BE(this.#at)
      if (end <= chunk.length) {
        chunk.copy(message, 0, start, end)
        this.#advance(chunk, end)
        return end - start
      }
    }
    this.#keep(chunk, chunk.length)
    return -1
  }

  /** Adds to the stored beginning of a message until it is whole or the chunk used up. */
  #complete(chunk: Buffer, message: Buffer): number {
    if (this.#stored < PREFIX) this.#keep(chunk, this.#at + PREFIX - this.#stored)
    if (this.#stored < PREFIX) return -1
    const total = PREFIX + this.#store!.readUInt16BE(0)
    this.#keep(chunk, this.#at + total - this.#stored)
    if (this.#stored < total) return -1
    this.#store!.copy(message, 0, PREFIX, total)
    this.#stored = 0
    // Most connections never split a message again: what a large one took is given back.
    if (this.#store!.length > SMALLEST_STORE) this.#store = undefined
    return total - PREFIX
  }

  /** Moves the chunk's octets up to `end`, or as many as there are, to the store. */
  #keep(chunk: Buffer, end: number): void {
    const stop = Math.min(end, chunk.length)
    const stored = this.#stored + stop - this.#at
    if (this.#store === undefined || this.#store.length < stored) {
      const larger = Buffer.allocUnsafeSlow(Math.max(SMALLEST_STORE, Math.min(stored * 2, PREFIX + MAX_TCP_MESSAGE)))
      this.#store?.copy(larger, 0, 0, this.#stored)
      this.#store = larger
    }
    chunk.copy(this.#store, this.#stored, this.#at, stop)
    this.#stored = stored
    this.#advance(chunk, stop)
  }

  #advance(chunk: Buffer, at: number): void {
    this.#at = at
    if (at >= chunk.length) this.#chunk = undefined
  }
}
