import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve, sep } from 'node:path'
import { expect, test } from 'vitest'

/**
 * Which folder of src/ may import which (ARCHITECTURE.md): the folders named, and whatever those may import in turn.
 * Nothing is listed twice, so a row shows what a folder stands on directly.
 */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  iana: [],
  wire: ['iana'],
  zonefile: ['wire'],
  zone: ['wire'],
  store: ['zone'],
  answer: ['zone', 'store'],
  dnssec: ['zone'],
  // RRsets of the operator's own come in presentation form.
  feed: ['zone', 'zonefile'],
  transfer: ['zone', 'store'],
  pipeline: ['zonefile', 'zone', 'store', 'answer', 'dnssec', 'feed', 'transfer'],
  net: ['wire'],
  ops: [],
  // The settings of signing are a policy of dnssec/keys, by whose rules they are checked; those of a feed are the feed's.
  config: ['net', 'dnssec', 'feed'],
  server: [
    'iana',
    'wire',
    'zonefile',
    'zone',
    'store',
    'answer',
    'dnssec',
    'feed',
    'transfer',
    'pipeline',
    'net',
    'ops',
    'config',
  ],
  cli: ['server', 'ops'],
}

const SRC = resolve(import.meta.dirname, '../src')

interface Import {
  /** Relative to src/. */
  readonly file: string
  readonly line: number
  readonly target: string
}

function sourceFiles(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) return sourceFiles(path)
    return entry.name.endsWith('.ts') ? [path] : []
  })
}

/** Relative imports and re-exports, static and dynamic, and modules named by URL (worker threads). */
function importsOf(path: string): Import[] {
  const text = readFileSync(path, 'utf8')
  const found: Import[] = []
  const patterns = [
    /\bfrom\s+'(\.[^']*)'/g,
    /\bimport\s+'(\.[^']*)'/g,
    /\bimport\(\s*'(\.[^']*)'/g,
    /new URL\(\s*['`](\.[^'`]*\.[jt]s)['`]/g,
  ]
  for (const pattern of patterns) {
    for (const match of text.matchAll(pattern)) {
      const line = text.slice(0, match.index).split('\n').length
      found.push({ file: relative(SRC, path), line, target: relative(SRC, resolve(dirname(path), match[1]!)) })
    }
  }
  return found
}

function folderOf(path: string): string {
  return path.split(sep)[0]!
}

/** All folders one may import, those of its table row and whatever they may import. */
function reach(folder: string): Set<string> {
  const seen = new Set<string>()
  const visit = (name: string) => {
    for (const next of MAY_IMPORT[name] ?? []) {
      if (seen.has(next)) continue
      seen.add(next)
      visit(next)
    }
  }
  visit(folder)
  return seen
}

const isTest = (file: string) => /\.(test|fixture)\.ts$/.test(file)
const imports = sourceFiles(SRC).flatMap(importsOf)
const shipped = imports.filter((i) => !isTest(i.file))

test('every folder of src/ has a row in the table', () => {
  const folders = readdirSync(SRC, { withFileTypes: true }).filter(
    (entry) => entry.isDirectory() && sourceFiles(join(SRC, entry.name)).length > 0,
  )
  expect(folders.map((entry) => entry.name).filter((name) => !(name in MAY_IMPORT))).toEqual([])
})

test('the table has no circle', () => {
  expect(Object.keys(MAY_IMPORT).filter((folder) => reach(folder).has(folder))).toEqual([])
})

test('no folder imports one that the table does not let it', () => {
  const breaches = shipped.filter(({ file, target }) => {
    const from = folderOf(file)
    const to = folderOf(target)
    if (target.startsWith('..')) return true
    return from !== to && !reach(from).has(to)
  })
  expect(breaches.map(describe)).toEqual([])
})

test('folders are entered by their door, index.ts', () => {
  const breaches = imports.filter(
    ({ file, target }) =>
      folderOf(file) !== folderOf(target) && !target.startsWith('..') && !target.endsWith(`${sep}index.ts`),
  )
  expect(breaches.map(describe)).toEqual([])
})

test('nothing imports server/ or cli/, but cli/ and itself', () => {
  const breaches = imports.filter(({ file, target }) => {
    const to = folderOf(target)
    if (to !== 'server' && to !== 'cli') return false
    const from = folderOf(file)
    return from !== to && !(from === 'cli' && to === 'server')
  })
  expect(breaches.map(describe)).toEqual([])
})

function describe({ file, line, target }: Import): string {
  return `src/${file}:${line} imports ${target}`
}
