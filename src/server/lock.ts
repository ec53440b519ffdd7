import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, unlinkSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'

/** Another server runs on the data folder, or the folder cannot be used. */
export class DataFolderError extends Error {
  override readonly name = 'DataFolderError'
}

/** Who holds a data folder, as written in its lock file. */
interface Holder {
  readonly pid: number
  readonly host: string
  /** When the process began, in the kernel's clock ticks since boot; tells a reused pid (in a container, always 1) apart. */
  readonly started: string
  readonly boot: string
}

/** Holds a data folder for one server; loads by other processes are not hindered. */
export interface DataFolderLock {
  release(): void
}

/**
 * Takes a data folder for this process, making the folder when it is missing. A lock whose process is gone is taken
 * over.
 * @param dataDir absolute path
 * @param answers tells whether a server answers on this folder's control socket: the only sign of life across
 *   containers, which do not see each other's processes
 * @throws DataFolderError saying who holds it and what to do
 */
export async function lockDataFolder(dataDir: string, answers: () => Promise<boolean>): Promise<DataFolderLock> {
  const file = join(dataDir, 'server.lock')
  const mine = JSON.stringify(thisProcess())
  const draft = `${file}.${process.pid}`
  try {
    mkdirSync(dataDir, { recursive: true })
    writeFileSync(draft, mine)
  } catch (error) {
    throw new DataFolderError(folderProblem(dataDir, error as NodeJS.ErrnoException))
  }
  try {
    for (let attempt = 0; attempt < 5; attempt++) {
      if (tryLink(draft, file)) return { release: () => release(file, mine) }
      const content = readIfThere(file)
      if (content === undefined) continue
      const holder = parseHolder(content)
      if (holder !== undefined && ((await lives(holder)) || (await answers()))) {
        throw new DataFolderError(
          `the data folder ${dataDir} is served by process ${holder.pid} on ${holder.host} already.\n` +
            'One server runs on a data folder: stop that one, or name another folder with --data.',
        )
      }
      removeStale(file, content)
    }
  } finally {
    rmSync(draft, { force: true })
  }
  throw new DataFolderError(`the data folder ${dataDir} is being taken by other servers at this moment; try again`)
}

function tryLink(from: string, to: string): boolean {
  try {
    linkSync(from, to)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw new DataFolderError(`cannot write ${to}: ${(error as Error).message}`)
  }
}

/** Renaming first makes sure that two servers that see the same stale lock do not remove each other's new one. */
function removeStale(file: string, content: string): void {
  const aside = `${file}.stale.${process.pid}`
  try {
    renameSync(file, aside)
  } catch {
    return
  }
  if (readIfThere(aside) !== content) tryLink(aside, file)
  rmSync(aside, { force: true })
}

function release(file: string, mine: string): void {
  if (readIfThere(file) === mine) unlinkSync(file)
}

function readIfThere(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return undefined
  }
}

function parseHolder(content: string): Holder | undefined {
  try {
    const value: unknown = JSON.parse(content)
    return typeof value === 'object' && value !== null && 'pid' in value && typeof value.pid === 'number'
      ? (value as Holder)
      : undefined
  } catch {
    return undefined
  }
}

async function lives(holder: Holder): Promise<boolean> {
  const self = thisProcess()
  if (holder.host !== self.host || holder.boot !== self.boot) return false
  try {
    process.kill(holder.pid, 0)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false
  }
  return holder.started === startTicks(holder.pid)
}

function thisProcess(): Holder {
  return {
    pid: process.pid,
    host: hostname(),
    started: startTicks(process.pid),
    boot: readIfThere('/proc/sys/kernel/random/boot_id')?.trim() ?? '',
  }
}

/** Field 22 of /proc/PID/stat; '' where there is no /proc. The command in field 2 may itself hold spaces and brackets. */
function startTicks(pid: number): string {
  const stat = readIfThere(`/proc/${pid}/stat`)
  return stat?.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? ''
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
