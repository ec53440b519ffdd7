import { type FSWatcher, watch } from 'node:fs'
import { stat, statfs } from 'node:fs/promises'
import type { Signal } from '../signal.ts'
import type { Family } from './family.ts'

/**
 * How often is looked where nothing was heard, milliseconds: often for file systems that do not tell all changes, as NFS tells none
 * made on other machines. A look is nothing for one zone, and a processor for some hundred.
 */
const LOOK_MS = 1000
const SELDOM_LOOK_MS = 10_000

/** File systems on which nobody but this machine writes (statfs(2)): ext4, XFS, Btrfs, tmpfs, ZFS, F2FS. */
const TELLING = new Set([0xef53, 0x58465342, 0x9123683e, 0x01021994, 0x2fc12fc1, 0xf2f52010])

/** Raises a signal when one of the files may have changed. */
export class FamilyWatch {
  readonly #family: Family
  readonly #signal: Signal
  #timer: NodeJS.Timeout
  #watcher: FSWatcher | undefined
  #watched: string | undefined

  constructor(family: Family, signal: Signal) {
    this.#family = family
    this.#signal = signal
    this.#timer = this.#every(LOOK_MS)
  }

  /** Watches the folder that has the path by now; call it before looking at the files. */
  async renew(): Promise<void> {
    let folder: string | undefined
    try {
      const { dev, ino } = await stat(this.#family.folder, { bigint: true })
      folder = `${dev}:${ino}`
    } catch {} // not there: the files' own reading tells so
    if (folder === this.#watched) return
    this.#drop()
    if (folder === undefined) return
    try {
      const watcher = watch(this.#family.folder, (event, name) => {
        // the folder itself, when it is moved or removed, is told by a name that is none of theirs
        if (event === 'rename' || name === null || this.#family.has(name)) this.#signal.raise()
      })
      // as where the user's inotify watches are used up: looking now and then is enough to go on
      watcher.on('error', () => this.#drop())
      this.#watcher = watcher
      this.#watched = folder
      const { type } = await statfs(this.#family.folder)
      if (TELLING.has(type)) this.#look(SELDOM_LOOK_MS)
    } catch {
      this.#drop()
    }
  }

  close(): void {
    this.#drop()
    clearInterval(this.#timer)
  }

  #every(milliseconds: number): NodeJS.Timeout {
    return setInterval(() => this.#signal.raise(), milliseconds)
  }

  #look(every: number): void {
    clearInterval(this.#timer)
    this.#timer = this.#every(every)
  }

  #drop(): void {
    if (this.#watcher !== undefined) this.#look(LOOK_MS)
    this.#watcher?.close()
    this.#watcher = undefined
    this.#watched = undefined
  }
}
