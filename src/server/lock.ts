import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { type HeldLock, tryLock } from '../store/index.ts'

/** Another server runs on the data folder, or the folder cannot be used. */
export class DataFolderError extends Error {
  override readonly name = 'DataFolderError'
}

const TRIES = 5

/**
 * Takes a data folder for this process, making the folder when it is missing. A lock whose process is gone is taken
 * over. Loads by other processes are not hindered.
 * @param dataDir absolute path
 * @param answers tells whether a server answers on this folder's control socket: the only sign of life across
 *   containers, which do not see each other's processes
 * @throws DataFolderError saying who holds it and what to do
 */
export async function lockDataFolder(dataDir: string, answers: () => Promise<boolean>): Promise<HeldLock> {
  for (let tries = 0; tries < TRIES; tries++) {
    const lock = tryLockIn(dataDir)
    if (lock.held) return lock
    const { holder } = lock
    if (holder !== undefined && (lock.isLive || (await answers()))) {
      throw new DataFolderError(
        `the data folder ${dataDir} is served by process ${holder.pid} on ${holder.host} already.\n` +
          'One server runs on a data folder: stop that one, or name another folder with --data.',
      )
    }
    lock.remove()
  }
  throw new DataFolderError(`the data folder ${dataDir} is being taken by other servers at this moment; try again`)
}

function tryLockIn(dataDir: string) {
  try {
    mkdirSync(dataDir, { recursive: true })
    return tryLock(join(dataDir, 'server.lock'))
  } catch (error) {
    throw new DataFolderError(folderProblem(dataDir, error as NodeJS.ErrnoException))
  }
}

function folderProblem(dataDir: string, error: NodeJS.ErrnoException): string {
  switch (error.code) {
    case 'EACCES':
    case 'EPERM':
      return `the data folder ${dataDir} may not be written by this user; change its owner, or name another with --data`
    case 'EROFS':
      return `the data folder ${dataDir} is on a read-only file system; name a writable one with --data`
    case 'ENOSPC':
      return `the disk of the data folder ${dataDir} is full`
    case 'ENOTDIR':
    case 'EEXIST':
      return `${dataDir} is a file, not a folder; name a folder with --data`
    default:
      return `cannot use the data folder ${dataDir}: ${error.message}`
  }
}
