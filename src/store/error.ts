import { statfsSync } from 'node:fs'

/** A zone store that can't be read or written: which one, and what to do. */
export class StoreError extends Error {
  override readonly name = 'StoreError'
  /** The folder or file concerned. */
  readonly path: string

  constructor(path: string, message: string, options?: ErrorOptions) {
    super(`${path}: ${message}`, options)
    this.path = path
  }
}

/** A change that a store can't take in as an update: the zone is to be loaded as a whole. */
export class FullLoadNeededError extends Error {
  override readonly name = 'FullLoadNeededError'
  /** Presentation form. */
  readonly origin: string

  constructor(origin: string, change: string) {
    super(`zone ${origin}: ${change}; that cannot be an update, load the whole zone anew`)
    this.origin = origin
  }
}

/** What kept a store from being written, for the operator. */
export function writeError(path: string, cause: unknown): StoreError {
  if (cause instanceof StoreError) return cause
  const error = cause as Error & { code?: string | number }
  if (error.code === 'ENOSPC' || error.code === 28 || /no space left/i.test(error.message)) return diskFull(path, 0)
  // LMDB calls a write that found room for its beginning only an input/output error.
  if (error.code === 5 && hasNoRoom(path)) return diskFull(path, 0)
  return new StoreError(path, `cannot write the zone store: ${error.message}`, { cause })
}

/** The most octets that LMDB writes at a time, with some to spare. */
const ONE_WRITE = 16 << 20

function hasNoRoom(path: string): boolean {
  try {
    const { bavail, bsize } = statfsSync(path)
    return bavail * bsize < ONE_WRITE
  } catch {
    return false
  }
}

/** @param missing octets known to be missing, 0 when that is not known */
export function diskFull(path: string, missing: number): StoreError {
  const amount = missing > 0 ? ` (at least ${Math.ceil(missing / 1e6)} MB more are needed)` : ''
  return new StoreError(
    path,
    `the disk is full${amount}; the version served before goes on. Free some room or move the data folder, then load again`,
  )
}
