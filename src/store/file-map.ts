import { closeSync, fstatSync, openSync } from 'node:fs'
import koffi, { type KoffiFunc } from 'koffi'

/**
 * A file mapped read-only into memory, as windows of typed arrays.
 *
 * A view of Node 20 ends at 4 GiB (`buffer.constants.MAX_LENGTH`), and indexes beyond 2 GiB leave the engine's small
 * integers: so the map is seen through windows of 1 GiB that overlap by the largest value a store may hold, and every
 * value lies whole in the window its first octet falls into.
 */

export const WINDOW_STRIDE = 1 << 30
/** The largest value, and so the overlap of windows: octets. */
export const LARGEST_VALUE = 64 << 20

const PROT_READ = 1
const MAP_SHARED = 1
const MADV_WILLNEED = 3
const MADV_POPULATE_READ = 22

/** Why a file could not be mapped; the caller falls back to reading through the library. */
export class FileMapError extends Error {
  override readonly name = 'FileMapError'
}

interface Calls {
  mmap: (address: null, length: number, protection: number, flags: number, file: number, offset: number) => unknown
  munmap: (address: unknown, length: number) => number
  madvise: KoffiFunc<(address: unknown, length: number, advice: number) => number>
  mlock: KoffiFunc<(address: unknown, length: number) => number>
}

let loaded: Calls | undefined

function calls(): Calls {
  if (loaded) return loaded
  try {
    const libc = koffi.load(null)
    loaded = {
      mmap: libc.func('void *mmap(void *addr, size_t length, int prot, int flags, int fd, int64_t offset)'),
      munmap: libc.func('int munmap(void *addr, size_t length)'),
      madvise: libc.func('int madvise(void *addr, size_t length, int advice)'),
      mlock: libc.func('int mlock(void *addr, size_t length)'),
    } as unknown as Calls
    return loaded
  } catch (cause) {
    throw new FileMapError(`no memory maps on this system: ${(cause as Error).message}`, { cause })
  }
}

export class FileMap {
  readonly #address: unknown
  /** Octets mapped: the file's, and the room for more. */
  readonly #reach: number
  readonly #buffers: ArrayBuffer[] = []
  #length = 0
  #windows: readonly Uint8Array[] = []
  #open = true

  private constructor(address: unknown, reach: number) {
    this.#address = address
    this.#reach = reach
    for (let from = 0; from < reach; from += WINDOW_STRIDE) {
      const size = Math.min(WINDOW_STRIDE + LARGEST_VALUE, reach - from)
      this.#buffers.push(koffi.view(koffi.address(address) + BigInt(from), size))
    }
  }

  /** Octets of the file. */
  get length(): number {
    return this.#length
  }

  /** Window i holds the octets from i × WINDOW_STRIDE on. */
  get windows(): readonly Uint8Array[] {
    return this.#windows
  }

  /**
   * Follows a file that has grown. Windows handed out before go on showing what they showed.
   * @returns false when it has outgrown the map
   */
  grow(length: number): boolean {
    if (length > this.#reach) return false
    if (length <= this.#length) return true
    this.#length = length
    const windows: Uint8Array[] = []
    for (const [index, buffer] of this.#buffers.entries()) {
      // What the file does not have yet must not even be touched.
      const size = Math.min(buffer.byteLength, length - index * WINDOW_STRIDE)
      if (size > 0) windows.push(new Uint8Array(buffer, 0, size))
    }
    this.#windows = windows
    return true
  }

  /**
   * Maps a whole file.
   * @param room octets that the file may grow by before it outgrows the map
   * @throws FileMapError where the system can't
   */
  static open(path: string, room = 0): FileMap {
    const { mmap } = calls()
    const file = openSync(path, 'r')
    try {
      const length = fstatSync(file).size
      const address = mmap(null, length + room, PROT_READ, MAP_SHARED, file, 0)
      if (address === null || koffi.address(address) === 0xffffffffffffffffn) {
        throw new FileMapError(`mmap of ${path}: error ${koffi.errno()}`)
      }
      const map = new FileMap(address, length + room)
      map.grow(length)
      return map
    } finally {
      closeSync(file)
    }
  }

  /**
   * Brings `length` octets from `from` on into memory, on a thread of its own.
   * @returns false where the system can't
   */
  async populate(from: number, length: number): Promise<boolean> {
    const { madvise } = calls()
    const start = koffi.address(this.#address) + BigInt(from)
    const size = Math.min(length, this.length - from)
    if ((await inThread(madvise, start, size, MADV_POPULATE_READ)) === 0) return true
    // Linux before 5.14 knows no MADV_POPULATE_READ; reading ahead is the next best.
    return (await inThread(madvise, start, size, MADV_WILLNEED)) === 0
  }

  /**
   * Keeps the file in memory, from the octet `from` on, which begins a page.
   * @returns false when the limits (RLIMIT_MEMLOCK) do not allow it
   */
  async lock(from = 0): Promise<boolean> {
    const start = koffi.address(this.#address) + BigInt(from)
    return (await inThread(calls().mlock, start, this.#length - from)) === 0
  }

  /** Unmaps. Nothing may touch `windows` afterwards. */
  close(): void {
    if (!this.#open) return
    this.#open = false
    calls().munmap(this.#address, this.#reach)
  }
}

/** Calls a C function on a thread of its own; it tells 0 for success. */
function inThread<P extends unknown[]>(
  call: KoffiFunc<(...parameters: P) => number>,
  ...parameters: P
): Promise<number> {
  return new Promise((resolve, reject) => {
    const done = (error: Error | null, result: number) => (error ? reject(error) : resolve(result))
    call.async(...parameters, done)
  })
}
