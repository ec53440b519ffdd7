import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, statfsSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { FedZone, FeedCommit } from '../../src/pipeline/index.ts'
import { StoreError } from '../../src/store/index.ts'

/** A small disk that a test fills and empties. */
export class SmallDisk {
  readonly path: string
  /** Commits that found no room. */
  refused = 0

  constructor(path: string) {
    this.path = path
  }

  fill(): void {
    const { bavail, bsize } = statfsSync(this.path)
    writeFileSync(this.#filler, Buffer.alloc(bavail * bsize))
  }

  empty(): void {
    rmSync(this.#filler, { force: true })
  }

  /** Commits, on the full disk first where it is to be full: one that is refused is tried again with room. */
  async commit(fed: FedZone, now: number, isFull: boolean): Promise<FeedCommit | undefined> {
    if (isFull) this.fill()
    const { cursor } = fed.state
    try {
      return await fed.commit(now)
    } catch (error) {
      if (!(error instanceof StoreError && /the disk is full/.test(error.message))) throw error
      if (fed.state.cursor !== cursor) throw new Error('the cursor moved though the commit was refused')
      this.refused++
    } finally {
      this.empty()
    }
    return fed.commit(now)
  }

  unmount(): void {
    execFileSync('umount', [this.path])
    rmSync(this.path, { recursive: true })
  }

  get #filler(): string {
    return join(this.path, 'filler')
  }
}

/** @returns undefined where this user may not mount one */
export function mountSmallDisk(): SmallDisk | undefined {
  const path = mkdtempSync(join(tmpdir(), 'zonecut-feed-disk-'))
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=12m', 'tmpfs', path], { stdio: 'pipe' })
    return new SmallDisk(path)
  } catch {
    rmSync(path, { recursive: true })
    return undefined
  }
}
