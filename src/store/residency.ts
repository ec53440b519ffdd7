import { totalmem } from 'node:os'
import { join } from 'node:path'
import { FileMap } from './file-map.ts'

/** Octets brought in by one call: small enough that stopping need not wait. */
const STEP = 32 << 20
/** A store larger than this share of the memory is left to the page cache. */
const LARGEST_SHARE = 0.8

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
 * limits allow.
 */
export class Residency {
  /** Settles when all is brought in, or given up. */
  readonly outcome: Promise<ResidencyOutcome>
  readonly #map: FileMap
  #closing = false

  /**
   * Begins with the environment in a folder.
   * @throws FileMapError where files can't be mapped
   */
  constructor(path: string) {
    this.#map = FileMap.open(join(path, 'data.mdb'))
    this.outcome = this.#bringIn()
  }

  /** Lets the pages go. */
  async close(): Promise<void> {
    this.#closing = true
    await this.outcome
    this.#map.close()
  }

  async #bringIn(): Promise<ResidencyOutcome> {
    const octets = this.#map.length
    const given = (reason: string): ResidencyOutcome => ({ octets, locked: false, reason })
    if (octets > totalmem() * LARGEST_SHARE) return given('the store is larger than the memory can hold')
    for (let from = 0; from < octets && !this.#closing; from += STEP) {
      if (!(await this.#map.populate(from, STEP))) return given('this system does not bring in mapped files')
    }
    if (this.#closing) return given('the version was replaced meanwhile')
    if (await this.#map.lock()) return { octets, locked: true, reason: undefined }
    return given('the limit on locked memory is too low: raise it (ulimit -l, LimitMEMLOCK=, or CAP_IPC_LOCK)')
  }
}
