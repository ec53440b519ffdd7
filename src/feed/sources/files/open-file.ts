import { type FileHandle, open } from 'node:fs/promises'
import { createGunzip } from 'node:zlib'
import { CHECK_OCTETS, checkBefore } from '../lines.ts'
import { type Entry, entryOf, sameFile } from './entry.ts'

const CHUNK_OCTETS = 64 * 1024

/** The text that was read is no longer in the file: it was emptied, or written anew. */
export class FileRewritten extends Error {
  override readonly name = 'FileRewritten'
}

/** By the time it was opened, a name that was listed was that of another file, or of none. */
export class FileMoved extends Error {
  override readonly name = 'FileMoved'
}

/** An open file of the stream, read forward from an offset in its text. */
export interface OpenFile {
  /** As its folder showed it when it was opened. */
  readonly entry: Entry
  /** Octets of text read so far, those before the first offset included. */
  readonly offset: number
  /**
   * @returns the next octets, in a buffer that the next call reuses; undefined at the end of what there is by now
   * @throws FileRewritten, or the system's or the decompressor's error
   */
  read(): Promise<Buffer | undefined>
  /** Whether the last call read all there was then; false where only the next one can tell. */
  readonly atEnd: boolean
  /** How many octets its text has by now, undefined where that can't be known, and when it was changed last. */
  look(): Promise<{ size: number | undefined; modified: bigint }>
  close(): Promise<void>
}

/**
 * Opens a file at an offset of its text.
 * @param check the check that the line ending at the offset must have
 * @returns undefined when the file is shorter, or has another line there
 * @throws FileMoved, or the system's or the decompressor's error
 */
export async function openAt(entry: Entry, offset: number, check: number | undefined): Promise<OpenFile | undefined> {
  let handle: FileHandle
  try {
    handle = await open(entry.path, 'r')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') throw new FileMoved(entry.path)
    throw error
  }
  let file: PlainFile | CompressedFile | undefined
  try {
    const stats = await handle.stat({ bigint: true })
    const opened = { ...entryOf('', entry.name, stats), path: entry.path }
    if (!sameFile(opened, entry)) throw new FileMoved(entry.path)
    file = entry.compressed ? new CompressedFile(opened, handle) : new PlainFile(opened, handle)
    const before = await file.skipTo(offset)
    if (before !== undefined && (offset === 0 || check === undefined || checkBefore(before) === check)) return file
  } catch (error) {
    await (file ?? handle).close()
    throw error
  }
  await file.close()
  return undefined
}

class PlainFile implements OpenFile {
  readonly entry: Entry
  readonly #handle: FileHandle
  readonly #buffer = Buffer.allocUnsafe(CHECK_OCTETS + CHUNK_OCTETS)
  /** The last octets read, which are read again with the next ones to see that they are still there. */
  #seen = Buffer.alloc(0)
  offset = 0
  atEnd = false

  constructor(entry: Entry, handle: FileHandle) {
    this.entry = entry
    this.#handle = handle
  }

  /** @returns the octets before the offset, CHECK_OCTETS at most; undefined when the file is shorter */
  async skipTo(offset: number): Promise<Buffer | undefined> {
    const window = Buffer.alloc(Math.min(CHECK_OCTETS, offset))
    const { bytesRead } = await this.#handle.read(window, 0, window.length, offset - window.length)
    if (bytesRead < window.length) return undefined
    this.offset = offset
    this.#seen = window
    return window
  }

  async read(): Promise<Buffer | undefined> {
    const seen = this.#seen
    const wanted = seen.length + CHUNK_OCTETS
    const { bytesRead } = await this.#handle.read(this.#buffer, 0, wanted, this.offset - seen.length)
    this.atEnd = bytesRead < wanted
    if (bytesRead < seen.length || !this.#buffer.subarray(0, seen.length).equals(seen)) {
      throw new FileRewritten(`${this.entry.path} was emptied or written anew`)
    }
    if (bytesRead === seen.length) {
      // what was there when it was opened is gone before any of it was read
      if (this.offset === 0 && this.entry.size > 0) throw new FileRewritten(`${this.entry.path} was emptied`)
      return undefined
    }
    this.offset += bytesRead - seen.length
    const chunk = this.#buffer.subarray(seen.length, bytesRead)
    this.#seen = Buffer.from(this.#buffer.subarray(Math.max(0, bytesRead - CHECK_OCTETS), bytesRead))
    return chunk
  }

  async look(): Promise<{ size: number; modified: bigint }> {
    const { size, mtimeNs } = await this.#handle.stat({ bigint: true })
    return { size: Number(size), modified: mtimeNs }
  }

  async close(): Promise<void> {
    await this.#handle.close()
  }
}

/** A file that gzip has compressed: it doesn't change any more. */
class CompressedFile implements OpenFile {
  readonly entry: Entry
  readonly #handle: FileHandle
  readonly #text: AsyncIterator<Buffer>
  readonly #destroy: () => void
  #left: Buffer | undefined
  offset = 0
  readonly atEnd = false

  constructor(entry: Entry, handle: FileHandle) {
    this.entry = entry
    this.#handle = handle
    const input = handle.createReadStream({ autoClose: false })
    const gunzip = createGunzip({ chunkSize: CHUNK_OCTETS })
    input.once('error', (error) => gunzip.destroy(error))
    this.#text = input.pipe(gunzip)[Symbol.asyncIterator]()
    this.#destroy = () => {
      input.destroy()
      gunzip.destroy()
    }
  }

  /** As PlainFile's; decompresses all that comes before. */
  async skipTo(offset: number): Promise<Buffer | undefined> {
    let before = Buffer.alloc(0)
    while (this.offset < offset) {
      const chunk = await this.read()
      if (chunk === undefined) return undefined
      const surplus = Math.max(0, this.offset - offset)
      const wanted = chunk.subarray(0, chunk.length - surplus)
      before = Buffer.concat([before, wanted])
      before = before.subarray(Math.max(0, before.length - CHECK_OCTETS))
      if (surplus > 0) {
        this.#left = Buffer.from(chunk.subarray(chunk.length - surplus))
        this.offset = offset
      }
    }
    return before
  }

  async read(): Promise<Buffer | undefined> {
    const left = this.#left
    this.#left = undefined
    const chunk = left ?? (await this.#text.next()).value
    if (chunk !== undefined) this.offset += chunk.length
    return chunk
  }

  async look(): Promise<{ size: undefined; modified: bigint }> {
    return { size: undefined, modified: this.entry.modified }
  }

  async close(): Promise<void> {
    this.#destroy()
    await this.#handle.close()
  }
}
