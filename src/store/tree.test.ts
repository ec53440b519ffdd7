import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { RootDatabase } from 'lmdb'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { EnvironmentWriter, openEnvironment, openTables, type Tables } from './environment.ts'
import { Table } from './layout.ts'
import { LmdbSource } from './lmdb-tree.ts'
import { PageSource } from './page-tree.ts'
import { Seek, type Tree, type TreeSource } from './tree.ts'

/** Entries enough for a tree of three levels, several transactions, and values in leaves and in overflow pages. */
const COUNT = 40_000

const key = (number: number) => Buffer.from(`k${String(number * 2).padStart(8, '0')}`)
const value = (number: number) => Buffer.alloc(number % 7 === 0 ? 5000 + (number % 5000) : 20, `v${number};`)

const folder = mkdtempSync(join(tmpdir(), 'zonecut-tree-'))
let env: RootDatabase
let tables: Tables

beforeAll(async () => {
  // A map that must grow many times over.
  const writer = new EnvironmentWriter(folder, 1 << 20)
  for (let i = 0; i < COUNT; i++) writer.put('Owners', key(i), value(i))
  writer.put('Buckets', Buffer.from([0, 0, 0, 0]), Buffer.from('one'))
  await writer.finish()
  env = openEnvironment(folder, { readOnly: true })
  tables = openTables(env)
})

afterAll(async () => {
  await env.close()
  rmSync(folder, { recursive: true })
})

const found = (tree: Tree) => Buffer.from(tree.buf.subarray(tree.offset, tree.offset + tree.length))

describe.each([
  { name: "the map's pages", open: (): TreeSource => PageSource.open(join(folder, 'data.mdb')) },
  { name: "lmdb's calls", open: (): TreeSource => new LmdbSource(tables, 'test') },
])('a tree read through $name', ({ open }) => {
  let source: TreeSource
  let tree: Tree
  beforeAll(() => {
    source = open()
    tree = source.tree(Table.Owners)
  })
  afterAll(() => source.close())

  it('counts its entries', () => {
    expect(tree.entries).toBe(COUNT)
    expect(source.tree(Table.Denial).entries).toBe(0)
  })

  it('finds every key', () => {
    for (let i = 0; i < COUNT; i += 13) {
      expect(tree.seek(key(i), 9, Seek.Exact)).toBe(true)
      expect(found(tree).equals(value(i))).toBe(true)
    }
  })

  it('finds neighbours of keys that are there and of keys that are not', () => {
    for (let i = 1; i < COUNT - 1; i += 17) {
      const between = Buffer.from(`k${String(i * 2 + 1).padStart(8, '0')}`)
      const expected: [Buffer, Seek, number | undefined][] = [
        [key(i), Seek.AtOrBefore, i],
        [key(i), Seek.Before, i - 1],
        [key(i), Seek.After, i + 1],
        [between, Seek.Exact, undefined],
        [between, Seek.AtOrBefore, i],
        [between, Seek.Before, i],
        [between, Seek.After, i + 1],
      ]
      for (const [at, how, which] of expected) {
        expect(tree.seek(at, at.length, how)).toBe(which !== undefined)
        if (which === undefined) continue
        expect(found(tree).equals(value(which))).toBe(true)
        expect(Buffer.compare(tree.key, key(which))).toBe(0)
      }
    }
  })

  it('finds nothing beyond its ends', () => {
    expect(tree.seek(key(0), 9, Seek.Before)).toBe(false)
    expect(tree.seek(Buffer.from('a'), 1, Seek.AtOrBefore)).toBe(false)
    expect(tree.seek(key(COUNT - 1), 9, Seek.After)).toBe(false)
    expect(tree.seek(Buffer.from('z'), 1, Seek.AtOrBefore)).toBe(true)
    expect(found(tree).equals(value(COUNT - 1))).toBe(true)
    const empty = source.tree(Table.Denial)
    for (const how of Object.values(Seek)) expect(empty.seek(key(1), 9, how)).toBe(false)
  })
})
