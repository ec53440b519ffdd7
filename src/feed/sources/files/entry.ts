import type { BigIntStats } from 'node:fs'
import { stat } from 'node:fs/promises'
import { join } from 'node:path'

const COMPRESSED = /\.gz$/

/** A file of the stream, as its folder shows it. */
export interface Entry {
  readonly path: string
  readonly name: string
  /** The name without `.gz`: what it was called before it was compressed. */
  readonly plainName: string
  readonly compressed: boolean
  readonly dev: string
  readonly ino: string
  /** Octets on disk. */
  readonly size: number
  /** Nanoseconds since 1970. */
  readonly modified: bigint
}

export function entryOf(folder: string, name: string, stats: BigIntStats): Entry {
  return {
    path: join(folder, name),
    name,
    plainName: name.replace(COMPRESSED, ''),
    compressed: COMPRESSED.test(name),
    dev: String(stats.dev),
    ino: String(stats.ino),
    size: Number(stats.size),
    modified: stats.mtimeNs,
  }
}

/** @returns undefined when there is no regular file of that name */
export async function findEntry(folder: string, name: string): Promise<Entry | undefined> {
  try {
    const stats = await stat(join(folder, name), { bigint: true })
    return stats.isFile() ? entryOf(folder, name, stats) : undefined
  } catch (error) {
    if (isAbsent(error)) return undefined
    throw error
  }
}

/** A folder whose names change faster than it can be listed. */
export class FolderUnsteady extends Error {
  override readonly name = 'FolderUnsteady'
}

/**
 * The regular files of some names. Listed until two listings in a row agree: a rotation that renames files between the
 * reading of names and of what they stand for would hide one of them, and its lines would be skipped.
 */
export async function listEntries(folder: string, names: () => Promise<readonly string[]>): Promise<Entry[]> {
  const marks = (entries: readonly Entry[]) => entries.map(({ name, dev, ino }) => `${dev}:${ino}:${name}`).join('/')
  let before = await findEntries(folder, await names())
  for (let tries = 0; tries < 20; tries++) {
    const now = await findEntries(folder, await names())
    if (marks(now) === marks(before)) return now
    before = now
  }
  throw new FolderUnsteady(`the files of ${folder} change their names all the time`)
}

async function findEntries(folder: string, names: readonly string[]): Promise<Entry[]> {
  const entries: Entry[] = []
  for (const name of names) {
    const entry = await findEntry(folder, name)
    if (entry !== undefined) entries.push(entry)
  }
  return entries
}

/** Of a file and its compressed copy, which lie side by side while gzip writes, the plain one counts. */
export function withoutCopies(names: readonly string[]): string[] {
  const all = new Set(names)
  return names.filter((name) => !COMPRESSED.test(name) || !all.has(name.replace(COMPRESSED, '')))
}

export function sameFile(a: Pick<Entry, 'dev' | 'ino'>, b: Pick<Entry, 'dev' | 'ino'>): boolean {
  return a.ino === b.ino && a.dev === b.dev
}

export function isAbsent(error: unknown): boolean {
  const code = (error as NodeJS.ErrnoException).code
  return code === 'ENOENT' || code === 'ENOTDIR'
}
