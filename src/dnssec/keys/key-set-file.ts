import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { lowerName, type Name, nameToText } from '../../wire/index.ts'
import { createFile, zoneInFileName } from '../keystore/index.ts'
import { emptyKeySet, type KeySet } from './key-set.ts'
import { KeyStateError, parseKeySet, printKeySet } from './parse.ts'

/** Revisions that stay, so that an operator can see what happened. */
const KEPT = 10
const FOLDER_MODE = 0o700
const FILE_MODE = 0o600
/** Another program that changes the state does so in a moment; so many in a row are no accident. */
const MAX_TRIES = 100

/**
 * The state of a zone's keys in the folder of its keys: `K<zone>state.<revision>.json`, of which the highest counts.
 *
 * Each change is a new file, made by a link that fails where the revision is there already. Thus a server and an
 * operator's command may change the state at the same time and none undoes the other's change, no lock is left behind by
 * a process that was killed, and after any interruption a whole state is there.
 */
export class KeySetFile {
  readonly folder: string
  readonly #origin: Name
  readonly #name: RegExp

  constructor(folder: string, origin: Name) {
    this.folder = resolve(folder)
    this.#origin = lowerName(origin)
    const zone = zoneInFileName(origin).replace(/[.%]/g, '\\$&')
    this.#name = new RegExp(`^K${zone}state\\.(\\d{1,15})\\.json$`)
  }

  /** The state as it is; that of a zone without keys when none is stored. @throws KeyStateError */
  read(): KeySet {
    return this.#read().state
  }

  /**
   * Changes the state.
   * @param change called with the state as it is, and once more each time another program changed it first
   * @returns the state that is stored now
   * @throws KeyStateError, and what `change` throws, with nothing changed
   */
  update(change: (state: KeySet) => KeySet): KeySet {
    for (let tries = 0; tries < MAX_TRIES; tries++) {
      const { state, revision } = this.#read()
      const next = change(state)
      const text = printKeySet(next)
      if (text === printKeySet(state)) return state
      mkdirSync(this.folder, { recursive: true, mode: FOLDER_MODE })
      const path = this.#path(revision + 1)
      if (!createFile(path, text, FILE_MODE)) continue
      if (revision > 0 && !existsSync(this.#path(revision))) {
        // So many changes came in between that the revision of this number was there and is gone.
        rmSync(path, { force: true })
        continue
      }
      this.#removeBefore(revision + 1 - KEPT)
      return next
    }
    throw new KeyStateError(this.#path(0), `the state changes all the time: ${MAX_TRIES} tries failed`)
  }

  #path(revision: number): string {
    return join(this.folder, `K${zoneInFileName(this.#origin)}state.${revision}.json`)
  }

  #revisions(): number[] {
    try {
      const found = readdirSync(this.folder).map((name) => this.#name.exec(name)?.[1])
      return found.flatMap((digits) => (digits === undefined ? [] : Number(digits))).sort((a, b) => a - b)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
      throw new KeyStateError(this.folder, (error as Error).message, { cause: error })
    }
  }

  #read(): { state: KeySet; revision: number } {
    const zone = nameToText(this.#origin)
    for (let tries = 1; ; tries++) {
      const revision = this.#revisions().at(-1)
      if (revision === undefined) return { state: emptyKeySet(zone), revision: 0 }
      const path = this.#path(revision)
      try {
        const state = parseKeySet(path, readFileSync(path, 'utf8'))
        if (state.zone !== zone) throw new KeyStateError(path, `it is the state of ${state.zone}`)
        return { state, revision }
      } catch (error) {
        // Removed since the folder was read, so that a higher one is there.
        if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || tries === MAX_TRIES) throw error
      }
    }
  }

  #removeBefore(revision: number): void {
    // In rising order: whoever still finds a revision knows that none after it was removed.
    for (const old of this.#revisions()) if (old <= revision) rmSync(this.#path(old), { force: true })
  }
}
