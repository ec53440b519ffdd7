import { closeSync, mkdirSync, mkdtempSync, openSync, readSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Groups the records are parted into. */
export const PARTITIONS = 256

const FIRST_CAPACITY = 1024

interface Extent {
  readonly position: number
  readonly length: number
}

/**
 * Octets gathered in 256 groups while a zone streams by and read back group by group at its end: so that data met far
 * apart can be brought together without holding all of it. Past its memory limit it writes to a temporary file, that
 * has no name in the file system and is gone with the process.
 */
export class Partitions {
  readonly #memoryLimit: number
  readonly #folder: string
  readonly #buffers: Uint8Array[] = []
  readonly #lengths = new Uint32Array(PARTITIONS)
  readonly #extents: Extent[][] = []
  #held = 0
  #file: number | undefined
  #fileLength = 0
  /** Where the caller writes what it reserved. */
  buffer: Uint8Array = new Uint8Array(0)

  /**
   * @param memoryLimit octets kept in memory
   * @param folder for the temporary file; it is made when it is not there, and removed again
   */
  constructor(memoryLimit: number, folder: string = tmpdir()) {
    this.#memoryLimit = memoryLimit
    this.#folder = folder
    for (let i = 0; i < PARTITIONS; i++) {
      this.#buffers.push(this.buffer)
      this.#extents.push([])
    }
  }

  /** True when part of the data went to the temporary file. */
  get spilled(): boolean {
    return this.#file !== undefined
  }

  /**
   * Makes room for a record of `size` octets in a group.
   * @returns the offset in {@link buffer} at which the caller writes it, before the next call
   */
  reserve(partition: number, size: number): number {
    if (this.#held + size > this.#memoryLimit) this.#spill()
    const at = this.#lengths[partition]!
    let buffer = this.#buffers[partition]!
    if (at + size > buffer.length) {
      const larger = new Uint8Array(Math.max(FIRST_CAPACITY, size, buffer.length * 2))
      larger.set(buffer.subarray(0, at))
      this.#buffers[partition] = larger
      buffer = larger
    }
    this.#lengths[partition] = at + size
    this.#held += size
    this.buffer = buffer
    return at
  }

  /** The records of one group in the order they were written; valid until the next call. */
  read(partition: number): Uint8Array {
    const inMemory = this.#buffers[partition]!.subarray(0, this.#lengths[partition]!)
    const extents = this.#extents[partition]!
    if (this.#file === undefined || extents.length === 0) return inMemory
    const inFile = extents.reduce((sum, { length }) => sum + length, 0)
    const all = new Uint8Array(inFile + inMemory.length)
    let at = 0
    for (const { position, length } of extents) {
      for (let done = 0; done < length; ) {
        const read = readSync(this.#file, all, at + done, length - done, position + done)
        if (read === 0) throw new Error('the temporary file of the zone checks was cut short')
        done += read
      }
      at += length
    }
    all.set(inMemory, at)
    return all
  }

  close(): void {
    if (this.#file !== undefined) closeSync(this.#file)
    this.#file = undefined
    this.#buffers.fill(new Uint8Array(0))
    this.#lengths.fill(0)
  }

  #spill(): void {
    if (this.#file === undefined) {
      const made = mkdirSync(this.#folder, { recursive: true })
      const folder = mkdtempSync(join(this.#folder, 'checks-'))
      try {
        this.#file = openSync(join(folder, 'records'), 'wx+', 0o600)
      } finally {
        // The open descriptor keeps the data; without a name, nothing is left behind after a crash.
        rmSync(made ?? folder, { recursive: true })
      }
    }
    for (let partition = 0; partition < PARTITIONS; partition++) {
      const length = this.#lengths[partition]!
      if (length === 0) continue
      const buffer = this.#buffers[partition]!
      for (let done = 0; done < length; ) {
        done += writeSync(this.#file, buffer, done, length - done, this.#fileLength + done)
      }
      this.#extents[partition]!.push({ position: this.#fileLength, length })
      this.#fileLength += length
      this.#lengths[partition] = 0
    }
    this.#held = 0
  }
}
