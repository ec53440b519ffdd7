import { createReadStream } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import type { Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { type Line, LineSplitter } from '../../../feed/index.ts'
import { SnapshotError } from './error.ts'

/** RFC 1952 2.3.1. */
const GZIP = Buffer.of(0x1f, 0x8b)
const CHUNK = 1 << 18

/**
 * The lines of a file that are not empty; one compressed by gzip is unpacked, however it is called. Bounded memory: a line that is longer
 * than an event may be has no text.
 * @param onRead told of the octets of the file read so far
 * @throws SnapshotError when it can't be read
 */
export async function* fileLines(file: string, onRead: (octets: number, total: number) => void): AsyncGenerator<Line> {
  const splitter = new LineSplitter()
  let input: Readable | undefined
  try {
    const { total, isPacked } = await look(file)
    const packed = createReadStream(file, { highWaterMark: CHUNK })
    input = packed
    if (isPacked) {
      const unpacked = createGunzip({ chunkSize: CHUNK })
      packed.once('error', (error) => unpacked.destroy(error))
      input = packed.pipe(unpacked)
    }
    for await (const chunk of input) {
      yield* splitter.push(chunk as Buffer)
      onRead(packed.bytesRead, total)
    }
    const last = splitter.finish()
    if (last !== undefined) yield last
  } catch (error) {
    throw error instanceof SnapshotError ? error : new SnapshotError(file, [problemOf(error)], error)
  } finally {
    input?.destroy()
  }
}

async function look(file: string): Promise<{ total: number; isPacked: boolean }> {
  let handle: FileHandle | undefined
  try {
    handle = await open(file, 'r')
    const stats = await handle.stat()
    if (!stats.isFile()) throw new SnapshotError(file, [{ line: undefined, text: 'it is no regular file' }])
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(2), 0, 2, 0)
    return { total: stats.size, isPacked: bytesRead === 2 && buffer.equals(GZIP) }
  } finally {
    await handle?.close()
  }
}

function problemOf(error: unknown) {
  return { line: undefined, text: `it can't be read: ${(error as Error).message}` }
}
