import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import { lowerName, type Name, nameFromText, nameToText } from '../wire/index.ts'
import { StoreError } from './error.ts'
import type { ZoneInfo } from './layout.ts'
import { type ForeignLock, type HeldLock, tryLock } from './lock-file.ts'
import { readTransaction } from './page-layout.ts'
import type { SnapshotOptions } from './read-environment.ts'
import { ZoneSnapshot } from './snapshot.ts'

/**
 * The data folder: a folder a zone, in it the environments v1, v2, … of its full loads, and the file CURRENT that names
 * the one to serve. A load builds beside and then replaces CURRENT, atomically: whatever interrupts it, the version
 * before is served.
 */

const CURRENT = 'CURRENT'
const LOCK = 'LOCK'
const BUILDING = 'building-'
const ROOT_FOLDER = '@'
/** How often opening is tried anew when a load switches, and removes the version before, in between. */
const OPEN_TRIES = 5

/** The folder of a zone in a data folder. */
export function zoneFolder(dataDir: string, origin: Name): string {
  const text = nameToText(lowerName(origin)).slice(0, -1)
  const folder = text === '' ? ROOT_FOLDER : text.replace(/[^a-z0-9._-]/g, escapeCharacter).replace(/^\./, '%2E')
  return join(dataDir, folder)
}

function escapeCharacter(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`
}

/** The origins of all zones with a version to serve, in the order of their folders' names. */
export function listZones(dataDir: string): Name[] {
  if (!existsSync(dataDir)) return []
  const origins: Name[] = []
  for (const entry of readdirSync(dataDir, { withFileTypes: true })) {
    if (!entry.isDirectory() || !existsSync(join(dataDir, entry.name, CURRENT))) continue
    const text = entry.name === ROOT_FOLDER ? '' : entry.name.replace(/%([0-9A-F]{2})/g, unescapeCharacter)
    origins.push(nameFromText(`${text}.`))
  }
  return origins
}

function unescapeCharacter(_: string, hexadecimal: string): string {
  return String.fromCharCode(Number.parseInt(hexadecimal, 16))
}

/** The name of the version to serve (`v3`), or undefined when the zone was never loaded. Cheap: one small file. */
export function currentVersion(dataDir: string, origin: Name): string | undefined {
  return versionIn(zoneFolder(dataDir, origin))
}

/** @returns undefined when there is none */
export function versionIn(folder: string): string | undefined {
  try {
    return readFileSync(join(folder, CURRENT), 'latin1').trim() || undefined
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

/**
 * Opens the version of a zone that is to be served.
 * @throws StoreError when the zone was never loaded, or its store can't be read
 */
export function openZone(dataDir: string, origin: Name, options?: SnapshotOptions): ZoneSnapshot {
  const folder = zoneFolder(dataDir, origin)
  for (let tries = 1; ; tries++) {
    const version = versionIn(folder)
    if (!version) {
      throw new StoreError(folder, `the zone ${nameToText(origin)} is not in this data folder: load it first`)
    }
    try {
      return ZoneSnapshot.open(join(folder, version), options)
    } catch (error) {
      if (tries === OPEN_TRIES || versionIn(folder) === version) throw error
    }
  }
}

/**
 * The number of the last transaction committed to the environment in a folder, or undefined when it can't be told. Cheap: a
 * zone that was not updated since need not be opened.
 */
export function lastTransaction(path: string): number | undefined {
  try {
    return readTransaction(join(path, 'data.mdb'))
  } catch {
    return undefined
  }
}

/** What is known of a zone's version to serve, or undefined when it was never loaded. */
export function zoneInfo(dataDir: string, origin: Name): ZoneInfo | undefined {
  if (!currentVersion(dataDir, origin)) return undefined
  const snapshot = openZone(dataDir, origin, { method: 'lmdb' })
  snapshot.close()
  return snapshot.info
}

/** A new version of a zone, being built beside the one that is served. One is built at a time. */
export class ZoneBuild {
  /** Folder of the environment to fill. */
  readonly path: string
  readonly #folder: string
  readonly #lock: HeldLock

  private constructor(folder: string, path: string, lock: HeldLock) {
    this.#folder = folder
    this.path = path
    this.#lock = lock
  }

  /**
   * Begins a build and removes what interrupted ones left.
   * @throws StoreError when another process is building this zone
   */
  static begin(dataDir: string, origin: Name): ZoneBuild {
    const folder = zoneFolder(dataDir, origin)
    try {
      mkdirSync(folder, { recursive: true })
    } catch (cause) {
      throw new StoreError(folder, `cannot make the zone's folder: ${(cause as Error).message}`, { cause })
    }
    const lock = takeLock(folder)
    try {
      const current = versionIn(folder)
      for (const name of readdirSync(folder)) {
        if (name.startsWith(BUILDING) || (/^v\d+$/.test(name) && name !== current)) {
          rmSync(join(folder, name), { recursive: true, force: true })
        }
      }
      const path = join(folder, `${BUILDING}${process.pid}`)
      mkdirSync(path)
      return new ZoneBuild(folder, path, lock)
    } catch (error) {
      lock.release()
      throw error
    }
  }

  /** Makes the finished environment the version to serve, and removes the one before. Returns its name. */
  commit(): string {
    const before = versionIn(this.#folder)
    const version = `v${before ? Number(before.slice(1)) + 1 : 1}`
    renameSync(this.path, join(this.#folder, version))
    syncFolder(this.#folder)
    const temporary = join(this.#folder, `${CURRENT}.new`)
    const file = openSync(temporary, 'w')
    try {
      writeSync(file, `${version}\n`)
      fsyncSync(file)
    } finally {
      closeSync(file)
    }
    renameSync(temporary, join(this.#folder, CURRENT))
    syncFolder(this.#folder)
    if (before) rmSync(join(this.#folder, before), { recursive: true, force: true })
    this.#lock.release()
    return version
  }

  /** Removes what was built; the version before goes on. */
  abandon(): void {
    rmSync(this.path, { recursive: true, force: true })
    this.#lock.release()
  }
}

const LOCK_TRIES = 5

/**
 * Takes the lock of a zone's folder, which whoever writes to it holds.
 * @throws StoreError when another does
 */
export function takeLock(folder: string): HeldLock {
  const path = join(folder, LOCK)
  for (let tries = 0; tries < LOCK_TRIES; tries++) {
    let lock: HeldLock | ForeignLock
    try {
      lock = tryLock(path)
    } catch (cause) {
      throw new StoreError(path, `cannot be written: ${(cause as Error).message}`, { cause })
    }
    if (lock.held) return lock
    if (lock.isLive) {
      throw new StoreError(
        path,
        `process ${lock.holder?.pid} is loading this zone or keeps it changing: wait for it to end`,
      )
    }
    lock.remove()
  }
  throw new StoreError(path, 'other processes are beginning to write this zone at this moment: try again')
}

function syncFolder(folder: string): void {
  const file = openSync(folder, 'r')
  try {
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
}
