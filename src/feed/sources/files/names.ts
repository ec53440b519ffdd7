import { readdir, stat } from 'node:fs/promises'

/** A folder's time of change is trusted to show every change when it is older than this, nanoseconds. */
const SETTLED = 1_000_000_000n

/** A folder's names, read anew only when the folder has changed. */
export class Names {
  readonly folder: string
  #names: readonly string[] = []
  #key: string | undefined

  constructor(folder: string) {
    this.folder = folder
  }

  /** Throws the system's error when the folder can't be read. */
  async read(): Promise<readonly string[]> {
    const { dev, ino, mtimeNs } = await stat(this.folder, { bigint: true })
    const key = `${dev}:${ino}:${mtimeNs}`
    if (key === this.#key) return this.#names
    const settled = BigInt(Date.now()) * 1_000_000n - mtimeNs > SETTLED
    this.#names = await readdir(this.folder)
    // within the clock's grain a later change may leave the same time
    this.#key = settled ? key : undefined
    return this.#names
  }
}
