import {
  closeSync,
  fsyncSync,
  linkSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'

let drafts = 0

const DRAFT = /\.\d+-\d+\.new$/
/** Milliseconds; a draft is there for a moment, unless its writer was killed. */
const ABANDONED_AFTER = 600_000

/** A draft may hold a private key, and must not stay. */
function removeAbandonedDrafts(folder: string): void {
  for (const name of readdirSync(folder)) {
    if (!DRAFT.test(name)) continue
    const path = join(folder, name)
    const { mtimeMs } = statSync(path, { throwIfNoEntry: false }) ?? { mtimeMs: Number.POSITIVE_INFINITY }
    if (mtimeMs < Date.now() - ABANDONED_AFTER) rmSync(path, { force: true })
  }
}

/** Writes a draft beside the file and has it on the disk before its name is known. */
function writeDraft(path: string, text: string, mode: number): string {
  removeAbandonedDrafts(dirname(path))
  const draft = `${path}.${process.pid}-${drafts++}.new`
  const file = openSync(draft, 'wx', mode)
  try {
    writeFileSync(file, text)
    fsyncSync(file)
  } catch (error) {
    rmSync(draft, { force: true })
    throw error
  } finally {
    closeSync(file)
  }
  return draft
}

/** Has the names in a folder on the disk. */
export function syncFolder(folder: string): void {
  const file = openSync(folder, 'r')
  try {
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
}

/**
 * Puts a file in place of the one of this name, if any: whoever reads sees the one or the other whole, and after a
 * failure of power too.
 */
export function replaceFile(path: string, text: string, mode: number): void {
  const draft = writeDraft(path, text, mode)
  renameSync(draft, path)
  syncFolder(dirname(path))
}

/**
 * Makes a file, whole or not at all.
 * @returns false when there is one of this name already, which stays as it is
 */
export function createFile(path: string, text: string, mode: number): boolean {
  const draft = writeDraft(path, text, mode)
  try {
    linkSync(draft, path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  } finally {
    rmSync(draft, { force: true })
  }
  syncFolder(dirname(path))
  return true
}
