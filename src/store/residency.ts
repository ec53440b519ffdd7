import { statSync } from 'node:fs'
import { totalmem } from 'node:os'
import { join } from 'node:path'
import { FileMap } from './file-map.ts'

/** Octets brought in by one call: small enough that stopping need not wait. */
const STEP = 32 << 20
/** A store larger than this share of the memory is left to the page cache. */
const LARGEST_SHARE = 0.8
/** Octets that a file may have grown by before what is new is locked as well: a whole number of pages. */
const GROWTH_STEP = 4 << 20
/** Address space kept for a file to grow in: octets, and as a share of it. */
const LEAST_ROOM = 256 << 20
const ROOM_SHARE = 1

const TOO_LARGE = 'the store is larger than the memory can hold'

/** What became of bringing a store into memory. */
export interface ResidencyOutcome {
  /** Octets of the store. */
  readonly octets: number
  /** The pages cannot be reclaimed while the server runs. */
  readonly locked: boolean
  /** Why not, and what would change it. */
  readonly reason: string | undefined
}

/**
 * Keeps a zone version's pages in memory. A page cache that was reclaimed makes the first queries wait for the disk, one
 * by one; so the file is read in file order beside the answering threads, and its pages are locked where the
 * limits allow. Updates make the file grow: what they add is locked too.
 */
export class Residency {
  readonly #file: string
  readonly #map: FileMap
  /** Octets that are locked. */
  #locked = 0
  #closing = false
  #outcome: Promise<ResidencyOutcome>

  /**
   * Begins with the environment in a folder.
   * @throws FileMapError where files can't be mapped
   */
  constructor(path: string) {
    this.#file = join(path, 'data.mdb')
    this.#map = FileMap.open(this.#file, Math.max(LEAST_ROOM, Math.round(statSync(this.#file).size * ROOM_SHARE)))
    this.#outcome = this.#bringIn()
  }

  /** Settles when all is brought in that there is so far, or given up. */
  get outcome(): Promise<ResidencyOutcome> {
    return this.#outcome
  }

  /**
   * Follows the file when it has grown.
   * @returns false when it has outgrown what was foreseen, and should be followed anew
   */
  follow(): boolean {
    const { size } = statSync(this.#file, { throwIfNoEntry: false }) ?? { size: 0 }
    if (size < this.#map.length + GROWTH_STEP) return true
    if (!this.#map.grow(size - (size % GROWTH_STEP))) return false
    this.#outcome = this.#outcome.then((before) => (before.locked ? this.#lock() : before))
    return true
  }

  /** Lets the pages go. */
  async close(): Promise<void> {
    this.#closing = true
    await this.#outcome
    this.#map.close()
  }

  async #bringIn(): Promise<ResidencyOutcome> {
    const octets = this.#map.length
    if (octets > totalmem() * LARGEST_SHARE) return this.#given(TOO_LARGE)
    for (let from = 0; from < octets && !this.#closing; from += STEP) {
      if (!(await this.#map.populate(from, STEP))) return this.#given('this system does not bring in mapped files')
    }
    return this.#lock()
  }

  async #lock(): Promise<ResidencyOutcome> {
    if (this.#closing) return this.#given('the version was replaced meanwhile')
    const octets = this.#map.length
    if (octets > totalmem() * LARGEST_SHARE) return this.#given(TOO_LARGE)
    if (!(await this.#map.lock(this.#locked - (this.#locked % GROWTH_STEP)))) {
      return this.#given('the limit on locked memory is too low: raise it (ulimit -l, LimitMEMLOCK=, or CAP_IPC_LOCK)')
    }
    this.#locked = octets
    return { octets, locked: true, reason: undefined }
  }

  #given(reason: string): ResidencyOutcome {
    return { octets: this.#map.length, locked: false, reason }
  }
}
