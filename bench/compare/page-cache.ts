import { spawnSync } from 'node:child_process'
import { accessSync, closeSync, constants, openSync, readdirSync, readSync, statfsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const DROP_CACHES = '/proc/sys/vm/drop_caches'
/** Page cache, and the kernel's caches of folders and inodes. */
const EVERYTHING = '3'
/** File systems that are nothing but page cache (linux/magic.h). */
const IN_MEMORY = new Set([0x01021994, 0x858458f6])

export class PageCacheError extends Error {}

/** Why a file cannot be opened for writing; undefined when it can. */
function whyNotWritable(path: string): string | undefined {
  try {
    accessSync(path, constants.W_OK)
    return undefined
  } catch (error) {
    return error instanceof Error && 'code' in error ? String(error.code) : String(error)
  }
}

/**
 * Throws PageCacheError, with why and what would help, when this process cannot make the page cache forget files.
 * @param folders where the files lie
 * @param control the kernel's file for that
 */
export function assertDroppable(folders: readonly string[], control = DROP_CACHES): void {
  const code = whyNotWritable(control)
  if (code === 'ENOENT') throw new PageCacheError(`no cold starts: there is no ${control}; they need Linux`)
  if (code === 'EROFS') {
    throw new PageCacheError(
      `no cold starts: ${control} is read-only here, as in a container; run it on the host, or in a privileged container`,
    )
  }
  if (code === 'EACCES' || code === 'EPERM') {
    throw new PageCacheError(
      `no cold starts: only root may drop the page cache (${control}: ${code}); run the command as root, such as by sudo`,
    )
  }
  if (code !== undefined) throw new PageCacheError(`no cold starts: ${control} cannot be written: ${code}`)
  const inMemory = folders.find((folder) => IN_MEMORY.has(statfsSync(folder).type))
  if (inMemory !== undefined) {
    throw new PageCacheError(
      `no cold starts: ${inMemory} is on a file system in memory, which never gets cold; set TMPDIR, or move the zone, to a disk`,
    )
  }
}

/** Makes the kernel forget every file that no process has mapped, after writing what is not yet on disk. */
export function dropPageCache(): void {
  spawnSync('sync')
  writeFileSync(DROP_CACHES, EVERYTHING)
}

/** Reads files to their ends, so that they lie in the page cache again. */
export function readThrough(files: readonly string[]): void {
  const buffer = new Uint8Array(1 << 20)
  for (const file of files) {
    const fd = openSync(file, 'r')
    while (readSync(fd, buffer) > 0);
    closeSync(fd)
  }
}

/** Every regular file in a folder and below. */
export function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
}
