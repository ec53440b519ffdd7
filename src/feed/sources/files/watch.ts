import { type FSWatcher, watch } from 'node:fs'
import { stat } from 'node:fs/promises'
import type { Signal } from '../signal.ts'
import type { Family } from './family.ts'

/** How often is looked where nothing was heard, milliseconds: for file systems that tell no changes, as NFS. */
const LOOK_MS = 1000

/** Raises a signal when one of the files may have changed. */
export class FamilyWatch {
  readonly #family: Family
  readonly #signal: Signal
  readonly #timer: NodeJS.Timeout
  #watcher: FSWatcher | undefined
  #watched: string | undefined

  constructor(family: Family, signal: Signal) {
    this.#family = family
    this.#signal = signal
    this.#timer = setInterval(() => signal.raise(), LOOK_MS)
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
      const watcher = watch(this.#family.folder, (_event, name) => {
        if (name === null || this.#family.has(name)) this.#signal.raise()
      })
      // as where the user's inotify watches are used up: looking now and then is enough to go on
      watcher.on('error', () => this.#drop())
      this.#watcher = watcher
      this.#watched = folder
    } catch {
      this.#drop()
    }
  }

  close(): void {
    clearInterval(this.#timer)
    this.#drop()
  }

  #drop(): void {
    this.#watcher?.close()
    this.#watcher = undefined
    this.#watched = undefined
  }
}
