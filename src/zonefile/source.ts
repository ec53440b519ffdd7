import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import { GunzipError, GunzipSource } from './gunzip.ts'

/** Where the octets of a zone file come from, piece by piece. */
export interface Source {
  /** Octets there are in all as far as is known (of the compressed file where it is one); 0 for a pipe. */
  readonly total: number
  /** Octets of `total` read so far. */
  readonly position: number
  /**
   * Reads up to `length` octets into `into` at `at`.
   * @returns octets read; 0 only at the end
   * @throws Error of node:fs or node:zlib when reading fails
   */
  read(into: Uint8Array, at: number, length: number): number
  close(): void
}

/** Octets that are in memory already. */
export class MemorySource implements Source {
  readonly total: number
  position = 0
  readonly #octets: Uint8Array

  constructor(octets: Uint8Array) {
    this.#octets = octets
    this.total = octets.length
  }

  read(into: Uint8Array, at: number, length: number): number {
    const piece = this.#octets.subarray(this.position, this.position + length)
    into.set(piece, at)
    this.position += piece.length
    return piece.length
  }

  close(): void {}
}

/** A plain file or a pipe. */
class FileSource implements Source {
  readonly total: number
  position = 0
  readonly #descriptor: number
  /** Octets read ahead to look at the file's first ones. */
  #ahead: Uint8Array

  constructor(descriptor: number, total: number, ahead: Uint8Array) {
    this.#descriptor = descriptor
    this.total = total
    this.#ahead = ahead
  }

  read(into: Uint8Array, at: number, length: number): number {
    const taken = Math.min(length, this.#ahead.length)
    into.set(this.#ahead.subarray(0, taken), at)
    this.#ahead = this.#ahead.subarray(taken)
    const read = taken + readFully(this.#descriptor, into, at + taken, length - taken)
    this.position += read
    return read
  }

  close(): void {
    closeSync(this.#descriptor)
  }
}

/** Pipes give what they hold at the moment: reads on until `length` octets are there or the end is reached. */
function readFully(descriptor: number, into: Uint8Array, at: number, length: number): number {
  let read = 0
  while (read < length) {
    const count = readSync(descriptor, into, at + read, length - read, null)
    if (count === 0) break
    read += count
  }
  return read
}

/**
 * Opens a zone file, plain or compressed by gzip: RFC 1952 2.3.1's first two octets tell, whatever the file's name.
 * @throws Error of node:fs when the file cannot be opened or is a directory; GunzipError for a compressed pipe
 */
export function openSource(path: string): Source {
  const descriptor = openSync(path, 'r')
  try {
    const status = fstatSync(descriptor)
    const first = new Uint8Array(2)
    const ahead = first.subarray(0, readFully(descriptor, first, 0, 2))
    if (ahead.length === 2 && first[0] === 0x1f && first[1] === 0x8b) {
      // The thread opens the file anew, and a pipe cannot be read twice.
      if (!status.isFile()) throw new GunzipError('a compressed file cannot be read from a pipe: uncompress it before')
      const source = new GunzipSource(path, status.size)
      closeSync(descriptor)
      return source
    }
    return new FileSource(descriptor, status.isFile() ? status.size : 0, ahead)
  } catch (error) {
    closeSync(descriptor)
    throw error
  }
}
