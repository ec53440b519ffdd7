import { closeSync, existsSync, fsyncSync, openSync, statfsSync } from 'node:fs'
import { join } from 'node:path'
import { type Database, open, type RootDatabase } from 'lmdb'
import { diskFull, StoreError, writeError } from './error.ts'
import { makeRoom } from './file-room.ts'
import { FORMAT_VERSION, INFO_KEY, Table, type ZoneInfo } from './layout.ts'
import { OctetWriter } from './octets.ts'
import { checkDataFile } from './page-layout.ts'

/** LMDB's page: fixed, so that a store made on one machine is read on another. */
export const PAGE_SIZE = 4096
/** Octets gathered before they are written in one transaction. */
const BATCH = 24 << 20
/** Address space that an environment begins with, octets. */
const FIRST_MAP = 256 << 20

export type Tables = Readonly<Record<keyof typeof Table, Database<Uint8Array, Uint8Array>>>

/**
 * Opens an environment; for reading it must be there. A process that has it open for reading must not open it for writing
 * as well: lmdb-js opens a file once in a process, the way it was asked for first.
 * @throws PageLayoutError when it is there and damaged
 */
export function openEnvironment(
  path: string,
  options: { readOnly: boolean; mapSize?: number; noSync?: boolean },
): RootDatabase {
  if (options.readOnly || existsSync(join(path, 'data.mdb'))) checkDataFile(join(path, 'data.mdb'))
  return open({
    path,
    readOnly: options.readOnly,
    ...(options.mapSize === undefined ? {} : { mapSize: options.mapSize }),
    ...(options.readOnly ? {} : { pageSize: PAGE_SIZE, noSync: options.noSync ?? false, noMemInit: true }),
    maxDbs: 16,
    maxReaders: 512,
    encoding: 'binary',
    keyEncoding: 'binary',
    compression: false,
    overlappingSync: false,
    commitDelay: 0,
    noSubdir: false,
  })
}

function openTable(env: RootDatabase, name: string): Database<Uint8Array, Uint8Array> {
  return env.openDB<Uint8Array, Uint8Array>({ name, encoding: 'binary', keyEncoding: 'binary' })
}

/**
 * Makes sure that an environment is one of this format.
 * @throws StoreError
 */
export function checkFormat(path: string, env: RootDatabase): void {
  parseInfo(path, openTable(env, Table.Meta).getBinary(Buffer.from(INFO_KEY)))
}

/** @throws StoreError when the description is missing or of another format */
export function parseInfo(path: string, text: Uint8Array | undefined): ZoneInfo {
  if (!text) throw new StoreError(path, 'the store has no description: load the zone again')
  const info = JSON.parse(Buffer.from(text).toString()) as ZoneInfo
  if (info.formatVersion !== FORMAT_VERSION) {
    throw new StoreError(
      path,
      `the store has format ${info.formatVersion}, this program reads ${FORMAT_VERSION}: load the zone again`,
    )
  }
  return info
}

export function openTables(env: RootDatabase): Tables {
  const table = (name: string) => openTable(env, name)
  return {
    Meta: table(Table.Meta),
    Owners: table(Table.Owners),
    Buckets: table(Table.Buckets),
    Denial: table(Table.Denial),
    Hosts: table(Table.Hosts),
    Changes: table(Table.Changes),
    State: table(Table.State),
    Journal: table(Table.Journal),
  }
}

/** Entries of one table that are yet to be written. */
class Batch {
  readonly octets = new OctetWriter(1 << 16)
  readonly lengths: number[] = []
}

/**
 * Fills a new environment, each table in ascending order of its keys. What is put is gathered and written in
 * transactions of some megabytes; before each, the disk's free room is checked.
 */
export class EnvironmentWriter {
  readonly path: string
  readonly tables: Tables
  readonly #env: RootDatabase
  readonly #batches: Readonly<Record<keyof Tables, Batch>>

  constructor(path: string, mapSize = FIRST_MAP) {
    this.path = path
    this.#env = openEnvironment(path, { readOnly: false, mapSize, noSync: true })
    this.tables = openTables(this.#env)
    this.#batches = {
      Meta: new Batch(),
      Owners: new Batch(),
      Buckets: new Batch(),
      Denial: new Batch(),
      Hosts: new Batch(),
      Changes: new Batch(),
      State: new Batch(),
      Journal: new Batch(),
    }
  }

  /** Adds an entry; the keys of one table come in ascending order. */
  put(table: keyof Tables, key: Uint8Array, value: Uint8Array): void {
    const { octets, lengths } = this.#batches[table]
    if (octets.length + key.length + value.length > BATCH) this.flush(table)
    octets.octets(key)
    octets.octets(value)
    lengths.push(key.length, value.length)
  }

  /** Writes what was put into a table in one transaction. */
  flush(table: keyof Tables): void {
    const batch = this.#batches[table]
    const { lengths } = batch
    if (lengths.length === 0) return
    this.#ensureRoom(batch.octets.length)
    const database = this.tables[table]
    const octets = Buffer.from(batch.octets.buf.buffer, 0, batch.octets.length)
    try {
      this.#env.transactionSync(() => {
        let at = 0
        for (let i = 0; i < lengths.length; i += 2) {
          const keyEnd = at + lengths[i]!
          const valueEnd = keyEnd + lengths[i + 1]!
          database.putSync(octets.subarray(at, keyEnd), octets.subarray(keyEnd, valueEnd), { append: true })
          at = valueEnd
        }
      })
    } catch (cause) {
      throw writeError(this.path, cause)
    }
    batch.octets.length = 0
    lengths.length = 0
  }

  /** Writes everything down to the disk and closes; the environment can then be switched to. */
  async finish(): Promise<void> {
    for (const table of Object.keys(this.#batches) as (keyof Tables)[]) this.flush(table)
    await this.#env.close()
    const file = openSync(join(this.path, 'data.mdb'), 'r+')
    try {
      makeRoom(file)
      fsyncSync(file)
    } catch (cause) {
      throw writeError(this.path, cause)
    } finally {
      closeSync(file)
    }
  }

  /** Closes without making anything durable. */
  async abandon(): Promise<void> {
    await this.#env.close()
  }

  /**
   * The map is address space only: lmdb-js doubles it inside the transaction that would pass its end, so what can run
   * out is the disk.
   */
  #ensureRoom(octets: number): void {
    const { bavail, bsize } = statfsSync(this.path)
    if (bavail * bsize < octets * 1.1) throw diskFull(this.path, octets - bavail * bsize)
  }
}
