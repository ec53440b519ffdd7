import { closeSync, mkdirSync, openSync, readSync, rmSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { packedLength } from './packed-node.ts'

const CHUNK_OCTETS = 1 << 20
const DEFAULT_MEMORY = 256 << 20

/**
 * Packed nodes, put in one after the other and taken out in the same order. Beyond a limit of memory they go to a
 * temporary file.
 */
export class NodeSpool {
  readonly #folder: string
  readonly #memory: number
  /** Those that are in memory; the last is being filled. */
  #chunks: Uint8Array[] = []
  #filled = 0
  #held = 0
  /** Lengths of the chunks in the file. */
  readonly #written: number[] = []
  #file: number | undefined
  nodes = 0
  octets = 0

  // Where the reader stands.
  #readPosition = 0
  #nextChunk = 0
  #chunkEnd = 0
  #buf: Uint8Array = new Uint8Array(0)
  #start = 0
  #end = 0

  /**
   * @param folder for the temporary file; it must be there
   * @param memory octets of nodes kept in memory
   */
  constructor(folder: string, memory: number = DEFAULT_MEMORY) {
    this.#folder = folder
    this.#memory = memory
  }

  /** Puts in nodes that are packed at `buf[start..end)`. */
  add(buf: Uint8Array, start: number, end: number): void {
    for (let at = start; at < end; ) {
      const length = packedLength(buf, at)
      this.#put(buf, at, length)
      at += length
    }
  }

  #put(buf: Uint8Array, at: number, length: number): void {
    let chunk = this.#chunks.at(-1)
    if (chunk === undefined || this.#filled + length > chunk.length) {
      this.#closeChunk()
      if (this.#held + CHUNK_OCTETS > this.#memory) this.#spill()
      chunk = new Uint8Array(Math.max(CHUNK_OCTETS, length))
      this.#chunks.push(chunk)
      this.#held += chunk.length
    }
    chunk.set(buf.subarray(at, at + length), this.#filled)
    this.#filled += length
    this.octets += length
    this.nodes++
  }

  /** Ends the putting in. */
  finish(): void {
    this.#closeChunk()
  }

  /** Goes to the next node; false when there is none left. */
  next(): boolean {
    this.#start = this.#end
    if (this.#start === this.#chunkEnd && !this.#openChunk()) return false
    this.#end = this.#start + packedLength(this.#buf, this.#start)
    return true
  }

  /** The node at hand is packed at `buf[start..end)`. */
  get buf(): Uint8Array {
    return this.#buf
  }

  get start(): number {
    return this.#start
  }

  get end(): number {
    return this.#end
  }

  dispose(): void {
    if (this.#file !== undefined) closeSync(this.#file)
    this.#file = undefined
    this.#chunks = []
    this.#buf = new Uint8Array(0)
  }

  #closeChunk(): void {
    const chunk = this.#chunks.pop()
    if (chunk !== undefined) this.#chunks.push(chunk.subarray(0, this.#filled))
    this.#filled = 0
  }

  #spill(): void {
    if (this.#file === undefined) {
      mkdirSync(this.#folder, { recursive: true })
      const path = join(this.#folder, 'nodes')
      this.#file = openSync(path, 'wx+', 0o600)
      // The open descriptor keeps the data; without a name, nothing is left behind after a crash.
      rmSync(path)
    }
    for (const chunk of this.#chunks) {
      for (let done = 0; done < chunk.length; ) done += writeSync(this.#file, chunk, done)
      this.#written.push(chunk.length)
    }
    this.#chunks = []
    this.#held = 0
  }

  #openChunk(): boolean {
    const index = this.#nextChunk++
    const inFile = this.#written[index]
    if (inFile !== undefined) {
      const chunk = new Uint8Array(inFile)
      for (let done = 0; done < inFile; ) {
        const read = readSync(this.#file!, chunk, done, inFile - done, this.#readPosition + done)
        if (read === 0) throw new Error('the temporary file of signing was cut short')
        done += read
      }
      this.#readPosition += inFile
      this.#buf = chunk
    } else {
      const at = index - this.#written.length
      const chunk = this.#chunks[at]
      if (chunk === undefined) return false
      this.#buf = chunk
      // Read once only: what has been read makes room.
      this.#chunks[at] = new Uint8Array(0)
    }
    this.#start = 0
    this.#chunkEnd = this.#buf.length
    return this.#chunkEnd > 0
  }
}
