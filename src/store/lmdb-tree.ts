import type { Database, Transaction } from 'lmdb'
import type { Tables } from './environment.ts'
import { StoreError } from './error.ts'
import { Table } from './layout.ts'
import { Seek, type Tree, type TreeSource } from './tree.ts'

/** Reads the trees through lmdb's own calls: slower than the map's pages, and right wherever lmdb runs. */
export class LmdbSource implements TreeSource {
  readonly method: string
  readonly windows = undefined
  readonly #tables: Tables
  readonly #transaction: Transaction | undefined

  /** @param transaction to read in; otherwise what is newest is read, in a write transaction what that has written */
  constructor(tables: Tables, reason: string, transaction?: Transaction) {
    this.#tables = tables
    this.#transaction = transaction
    this.method = `lmdb calls (${reason})`
  }

  tree(name: string): Tree {
    const table = this.#table(name)
    if (table === undefined) throw new StoreError(name, 'no such table')
    return new LmdbTree(table, this.#transaction)
  }

  has(name: string): boolean {
    return this.#table(name) !== undefined
  }

  /** What an environment that is open for reading lacks, lmdb-js opens as undefined, whatever its types say. */
  #table(name: string): Database<Uint8Array, Uint8Array> | undefined {
    const tables = Object.keys(Table) as (keyof typeof Table)[]
    const table = tables.find((key) => Table[key] === name)
    return table && this.#tables[table]
  }

  /** Environment and transaction are their opener's to close. */
  close(): void {}
}

class LmdbTree implements Tree {
  readonly windows = undefined
  #key: Uint8Array = new Uint8Array(0)
  readonly #table: Database<Uint8Array, Uint8Array>
  readonly #options: { readonly transaction?: Transaction }
  buf: Uint8Array = new Uint8Array(0)
  readonly offset = 0
  length = 0

  constructor(table: Database<Uint8Array, Uint8Array>, transaction: Transaction | undefined) {
    this.#table = table
    this.#options = transaction === undefined ? {} : { transaction }
  }

  get entries(): number {
    return (this.#table.getStats() as { entryCount: number }).entryCount
  }

  seek(key: Uint8Array, keyLength: number, how: Seek): boolean {
    const start = keyLength === key.length ? key : key.subarray(0, keyLength)
    if (how === Seek.Exact) return this.#take(start, this.#table.get(start, this.#options))
    const range = this.#table.getRange({
      start,
      limit: 1,
      reverse: how !== Seek.After,
      exclusiveStart: how !== Seek.AtOrBefore,
      ...this.#options,
    })
    for (const { key: found, value } of range) return this.#take(found, value)
    return false
  }

  get key(): Uint8Array {
    return this.#key.slice()
  }

  #take(key: Uint8Array, value: Uint8Array | undefined): boolean {
    if (value === undefined) return false
    this.#key = key
    this.buf = value
    this.length = value.length
    return true
  }
}
