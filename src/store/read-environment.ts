import { randomInt } from 'node:crypto'
import { statSync } from 'node:fs'
import { join } from 'node:path'
import type { RootDatabase, Transaction } from 'lmdb'
import { checkFormat, openEnvironment, openTables, type Tables } from './environment.ts'
import { StoreError } from './error.ts'
import { Table } from './layout.ts'
import { LmdbSource } from './lmdb-tree.ts'
import { writeNumber } from './number-key.ts'
import { PageSource } from './page-tree.ts'
import { Seek, type TreeSource } from './tree.ts'

/** How many of the buckets are compared between the map's pages and lmdb when a store is opened. */
const SAMPLE = 8
/** How often that is tried anew when a commit came in between. */
const SAMPLE_TRIES = 20
/** Address space for a file: lmdb-js maps anew whatever outgrows it. */
const LEAST_MAP = 256 << 20
const MAP_SHARE = 2

export interface SnapshotOptions {
  /** 'pages' and 'lmdb' insist on one way of reading; by default pages are read where they can be. */
  readonly method?: 'pages' | 'lmdb'
}

/** One committed state of an environment, and what holds its pages. */
export interface HeldSource {
  readonly source: TreeSource
  release(): void
}

/**
 * An environment that is open for reading, and the snapshots taken of it one after the other: each holds a read transaction,
 * and all share the map. It closes with the last of them.
 */
export class ReadEnvironment {
  readonly path: string
  readonly #env: RootDatabase
  readonly #tables: Tables
  /** Why pages are not read, when they are not. */
  #reason: string | undefined
  #newest: PageSource | undefined
  #users = 0

  private constructor(path: string, env: RootDatabase, tables: Tables) {
    this.path = path
    this.#env = env
    this.#tables = tables
  }

  /**
   * Opens the environment in a folder and takes the first snapshot.
   * @throws StoreError when there is none, or it is not of this format; what keeps pages from being read when the options
   *   insist on them
   */
  static open(path: string, { method }: SnapshotOptions): { environment: ReadEnvironment; first: HeldSource } {
    let env: RootDatabase | undefined
    try {
      const file = join(path, 'data.mdb')
      env = openEnvironment(path, {
        readOnly: true,
        mapSize: Math.max(LEAST_MAP, MAP_SHARE * (statSync(file, { throwIfNoEntry: false })?.size ?? 0)),
      })
      checkFormat(path, env)
      const environment = new ReadEnvironment(path, env, openTables(env))
      return { environment, first: environment.#first(method) }
    } catch (cause) {
      void env?.close()
      if (cause instanceof StoreError || (env !== undefined && method === 'pages')) throw cause
      throw new StoreError(path, `cannot open the zone store: ${(cause as Error).message}`, { cause })
    }
  }

  /**
   * Takes a snapshot of the newest commit.
   * @throws FileMapError, PageLayoutError when the file was damaged meanwhile
   */
  newest(): HeldSource {
    const transaction = this.#begin()
    try {
      if (this.#newest === undefined) return this.#hold(transaction, this.#callsOf(transaction))
      this.#newest = this.#newest.newest()
      return this.#hold(transaction, this.#newest)
    } catch (error) {
      transaction.done()
      throw error
    }
  }

  #first(method: SnapshotOptions['method']): HeldSource {
    const transaction = this.#begin()
    try {
      if (method !== 'lmdb') this.#newest = this.#openPages(method)
      else this.#reason = 'asked for'
      return this.#hold(transaction, this.#newest ?? this.#callsOf(transaction))
    } catch (error) {
      transaction.done()
      throw error
    }
  }

  /** Undefined where lmdb's calls must serve instead. */
  #openPages(method: SnapshotOptions['method']): PageSource | undefined {
    let source: PageSource | undefined
    try {
      source = PageSource.open(join(this.path, 'data.mdb'))
      this.#compareSample(source)
      return source
    } catch (error) {
      source?.close()
      if (method === 'pages') throw error
      this.#reason = (error as Error).message
      return undefined
    }
  }

  /** A read transaction of its own: lmdb-js would go on with one that is there. */
  #begin(): Transaction {
    this.#env.resetReadTxn()
    return this.#env.useReadTransaction()
  }

  #callsOf(transaction: Transaction): TreeSource {
    return new LmdbSource(this.#tables, this.#reason ?? '', transaction)
  }

  #hold(transaction: Transaction, source: TreeSource): HeldSource {
    this.#users++
    const release = () => {
      source.close()
      transaction.done()
      if (--this.#users === 0) void this.#env.close()
    }
    return { source, release }
  }

  /** Checks what the map's pages say against lmdb's own word. */
  #compareSample(source: PageSource): void {
    const key = new Uint8Array(4)
    for (let tries = 1; tries <= SAMPLE_TRIES; tries++) {
      const newest = source.newest()
      const buckets = newest.tree(Table.Buckets)
      let same = true
      this.#env.resetReadTxn()
      for (let i = 0; i < SAMPLE && buckets.entries > 0 && same; i++) {
        writeNumber(key, randomInt(buckets.entries))
        const expected = this.#tables.Buckets.getBinary(Buffer.from(key))
        const found = buckets.seek(key, 4, Seek.Exact)
        const { buf, offset, length } = buckets
        same = expected !== undefined && found && Buffer.compare(expected, buf.subarray(offset, offset + length)) === 0
      }
      const { transaction } = newest
      newest.close()
      if (same) return
      // A commit in between makes for a difference that is none.
      const later = source.newest()
      const isLater = later.transaction !== transaction
      later.close()
      if (!isLater) break
    }
    throw new Error('the pages read differ from what lmdb says')
  }
}
