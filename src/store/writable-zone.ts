import { closeSync, existsSync, openSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { RootDatabase } from 'lmdb'
import { type Name, nameFromText, nameToText } from '../wire/index.ts'
import { DEFAULT_JOURNAL, type JournalSettings } from '../zone/index.ts'
import { takeLock, versionIn, zoneFolder } from './catalog.ts'
import { encodeChanges, KEPT_CHANGES, type StoredChanges } from './change-log.ts'
import { checkFormat, openEnvironment, openTables, parseInfo, type Tables } from './environment.ts'
import { StoreError, writeError } from './error.ts'
import { makeRoom } from './file-room.ts'
import { type JournalRecord, JournalWriter } from './journal-writer.ts'
import { INFO_KEY, type ZoneInfo } from './layout.ts'
import type { HeldLock } from './lock-file.ts'
import { numberKey } from './number-key.ts'
import { putOctets } from './put.ts'
import { ZoneSnapshot } from './snapshot.ts'

/** Address space for the data file, octets and as a multiple of it: lmdb-js maps it anew when it outgrows that. */
const LEAST_MAP = 256 << 20
const MAP_SHARE = 2

/** File in a zone's folder that is touched after each update: to write it would make the disk wait for its octets too. */
const UPDATED = 'UPDATED'
/** Updates after which readers that died are looked for: each keeps the pages that it last read from being used again. */
const READER_CHECK_EVERY = 64

/** Something kept with the zone under a key of the caller's: it changes in the same transaction as the zone. */
export interface StatePut {
  readonly key: Uint8Array
  /** Undefined removes it. */
  readonly value: Uint8Array | undefined
}

/** What the work of a transaction came to; the tables hold it already. */
export interface ZoneWork {
  /** Revision and time of the update are set by the commit. */
  readonly info: ZoneInfo
  /** Undefined when every bucket or slot may have changed. */
  readonly changes: StoredChanges | undefined
  readonly state: readonly StatePut[]
  readonly journal: JournalRecord
}

/**
 * The version of a zone that is served, open for updates: each is one LMDB transaction on its environment. While it is open
 * it holds the zone's lock, so that no load and no other updater writes. A process that reads the environment (`openZone`)
 * before it does this one must not open it: lmdb-js opens a file once in a process.
 */
export class WritableZone {
  readonly origin: Name
  /** Name of the version, `v3`. */
  readonly version: string
  /** Folder of the environment. */
  readonly path: string
  readonly #folder: string
  readonly #lock: HeldLock
  readonly #env: RootDatabase
  readonly #tables: Tables
  readonly #journal: JournalWriter
  #info: ZoneInfo
  #snapshot: ZoneSnapshot | undefined

  private constructor(
    folder: string,
    version: string,
    lock: HeldLock,
    env: RootDatabase,
    journal: JournalSettings | 'off',
  ) {
    this.#folder = folder
    this.version = version
    this.path = join(folder, version)
    this.#lock = lock
    this.#env = env
    checkFormat(this.path, env)
    this.#tables = openTables(env)
    this.#journal = new JournalWriter(this.path, this.#tables.Journal, journal)
    this.#info = parseInfo(this.path, this.#tables.Meta.getBinary(Buffer.from(INFO_KEY)))
    this.origin = nameFromText(this.#info.origin)
    this.#makeRoom()
  }

  /**
   * Opens the version of a zone that is served.
   * @param journal how far back changes are kept
   * @throws StoreError when the zone was never loaded, its store can't be used, or another process writes to it
   */
  static open(dataDir: string, origin: Name, journal: JournalSettings | 'off' = DEFAULT_JOURNAL): WritableZone {
    const folder = zoneFolder(dataDir, origin)
    if (versionIn(folder) === undefined) {
      throw new StoreError(folder, `the zone ${nameToText(origin)} is not in this data folder: load it first`)
    }
    const lock = takeLock(folder)
    let env: RootDatabase | undefined
    try {
      // Under the lock no other version can take its place.
      const version = versionIn(folder)!
      const path = join(folder, version)
      env = openForWriting(path)
      return new WritableZone(folder, version, lock, env, journal)
    } catch (error) {
      void env?.close()
      lock.release()
      throw error
    }
  }

  get info(): ZoneInfo {
    return this.#info
  }

  /** The zone as the last commit left it; valid until the next one. */
  get snapshot(): ZoneSnapshot {
    this.#snapshot ??= ZoneSnapshot.open(this.path).remembering()
    return this.#snapshot
  }

  /**
   * Makes one update. When this returns, the update is on the disk; when it throws, the zone is what it was.
   * @param work writes to the tables, and tells what it did; what it throws comes out as it is
   * @throws StoreError when the store can't be written, or the zone was replaced by another version
   */
  commit(work: (tables: Tables, info: ZoneInfo) => ZoneWork): ZoneInfo {
    const current = versionIn(this.#folder)
    if (current !== this.version) {
      throw new StoreError(this.#folder, `version ${this.version} was replaced by ${current}: open the zone again`)
    }
    let worked = false
    try {
      this.#info = this.#env.transactionSync(() => {
        const done = work(this.#tables, this.#info)
        worked = true
        return this.#describe(done)
      })
    } catch (error) {
      // Errors of lmdb have a number for their code.
      if (!worked && typeof (error as { code?: unknown }).code !== 'number') throw error
      throw writeError(this.path, error)
    }
    this.#makeRoom()
    if (this.#info.revision % READER_CHECK_EVERY === 0) this.#env.readerCheck()
    this.#renewSnapshot()
    this.#signal()
    return this.#info
  }

  /** For the next commit. */
  #makeRoom(): void {
    try {
      const file = openSync(join(this.path, 'data.mdb'), 'r+')
      try {
        makeRoom(file)
      } finally {
        closeSync(file)
      }
    } catch {
      // This commit is done; after the next one it is tried again.
    }
  }

  /** Lets a server that watches the zone's folder look at once; whether it does changes nothing of the update. */
  #signal(): void {
    const now = new Date()
    const file = join(this.#folder, UPDATED)
    try {
      if (existsSync(file)) utimesSync(file, now, now)
      else writeFileSync(file, '')
    } catch {
      // It looks every second anyway.
    }
  }

  /** Whoever holds old pages keeps them from being used again. */
  #renewSnapshot(): void {
    const before = this.#snapshot
    this.#snapshot = before?.newest().remembering()
    before?.close()
  }

  /** Closes the environment and gives the lock back. */
  async close(): Promise<void> {
    this.#snapshot?.close()
    this.#snapshot = undefined
    await this.#env.close()
    this.#lock.release()
  }

  #describe({ info, changes, state, journal }: ZoneWork): ZoneInfo {
    const { Meta, Changes, State } = this.#tables
    const revision = this.#info.revision + 1
    const now = new Date()
    const { journal: keptBefore, ...known } = info
    const serials = { before: this.#info.serial, after: info.serial }
    const kept = this.#journal.write(revision, journal, serials, now.getTime(), keptBefore)
    const described: ZoneInfo = {
      ...known,
      revision,
      updatedAt: now.toISOString(),
      ...(kept === undefined ? {} : { journal: kept }),
    }
    putOctets(Meta, Buffer.from(INFO_KEY), Buffer.from(JSON.stringify(described)))
    putOctets(Changes, numberKey(revision), encodeChanges(changes))
    if (revision > KEPT_CHANGES) Changes.removeSync(numberKey(revision - KEPT_CHANGES))
    for (const { key, value } of state) {
      if (value === undefined) State.removeSync(key)
      else putOctets(State, key, value)
    }
    return described
  }
}

function openForWriting(path: string): RootDatabase {
  const file = statSync(join(path, 'data.mdb'), { throwIfNoEntry: false })
  if (file === undefined) throw new StoreError(path, 'the data file is missing: load the zone again')
  try {
    return openEnvironment(path, { readOnly: false, mapSize: Math.max(LEAST_MAP, MAP_SHARE * file.size) })
  } catch (cause) {
    throw new StoreError(
      path,
      `cannot open the zone store for updates, perhaps because this process reads it: ${(cause as Error).message}`,
      { cause },
    )
  }
}
