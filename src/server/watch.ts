import { type FSWatcher, readdirSync, watch } from 'node:fs'
import { join } from 'node:path'

/** Milliseconds between two looks, for file systems that tell of no changes (network mounts). */
const POLL_INTERVAL = 1000
/** Milliseconds to wait for further changes: a load switches several things at nearly one time. */
const QUIET = 20

/**
 * Calls `onChange` when a zone in the data folder may have another version, or was updated: at once where the system tells
 * of changes, within a second everywhere.
 */
export class DataFolderWatch {
  readonly #dataDir: string
  readonly #onChange: () => void
  readonly #watchers = new Map<string, FSWatcher>()
  readonly #poll: NodeJS.Timeout
  #pending: NodeJS.Timeout | undefined

  constructor(dataDir: string, onChange: () => void) {
    this.#dataDir = dataDir
    this.#onChange = onChange
    this.#poll = setInterval(() => this.#look(), POLL_INTERVAL)
    this.#watchFolders()
  }

  close(): void {
    clearInterval(this.#poll)
    clearTimeout(this.#pending)
    for (const watcher of this.#watchers.values()) watcher.close()
    this.#watchers.clear()
  }

  #look(): void {
    this.#watchFolders()
    this.#onChange()
  }

  #watchFolders(): void {
    let names: string[]
    try {
      names = readdirSync(this.#dataDir, { withFileTypes: true }).flatMap((entry) =>
        entry.isDirectory() ? entry.name : [],
      )
    } catch {
      // The poll's own look at the store says what is wrong with the folder.
      return
    }
    for (const [name, watcher] of this.#watchers) {
      if (names.includes(name)) continue
      watcher.close()
      this.#watchers.delete(name)
    }
    for (const name of names) if (!this.#watchers.has(name)) this.#watchFolder(name)
  }

  #watchFolder(name: string): void {
    try {
      const watcher = watch(join(this.#dataDir, name), { persistent: false }, (_, changed) => {
        if (changed === null || changed === 'CURRENT' || changed === 'UPDATED') this.#soon()
      })
      watcher.on('error', () => {
        watcher.close()
        this.#watchers.delete(name)
      })
      this.#watchers.set(name, watcher)
    } catch {
      // No watches left, or none on this file system: the poll finds the change.
    }
  }

  #soon(): void {
    this.#pending ??= setTimeout(() => {
      this.#pending = undefined
      this.#onChange()
    }, QUIET)
  }
}
