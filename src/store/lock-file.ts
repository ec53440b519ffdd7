import { linkSync, readFileSync, renameSync, rmSync, unlinkSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { threadId } from 'node:worker_threads'

/** Who holds a lock, as written in its file. */
export interface LockHolder {
  readonly pid: number
  readonly host: string
  /** When the process began, in the kernel's clock ticks since boot; tells a reused pid (in a container, always 1) apart. */
  readonly started: string
  readonly boot: string
}

/** A lock file taken by this process. */
export interface HeldLock {
  readonly held: true
  release(): void
}

/** A lock file that is there already. */
export interface ForeignLock {
  readonly held: false
  /** Undefined when the file tells none: cut short by a crash. */
  readonly holder: LockHolder | undefined
  /** The holder is a process that runs on this machine; of another host or container nothing is known. */
  readonly isLive: boolean
  /** Removes the lock, unless it has changed hands since. */
  remove(): void
}

/**
 * Tries once to take a lock: a file that names its holder.
 * @throws the system's error when the file can't be made
 */
export function tryLock(file: string): HeldLock | ForeignLock {
  const mine = JSON.stringify(thisProcess())
  const draft = `${file}.${process.pid}.${threadId}`
  try {
    writeFileSync(draft, mine)
    if (tryLink(draft, file)) return { held: true, release: () => release(file, mine) }
  } finally {
    rmSync(draft, { force: true })
  }
  const content = readIfThere(file) ?? ''
  const holder = parseHolder(content)
  return {
    held: false,
    holder,
    isLive: holder !== undefined && isRunning(holder),
    remove: () => removeUnchanged(file, content),
  }
}

/** A link appears with its content, and only where there is none yet. */
function tryLink(from: string, to: string): boolean {
  try {
    linkSync(from, to)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  }
}

/** Renaming first makes sure that two processes that see the same stale lock do not remove each other's new one. */
function removeUnchanged(file: string, content: string): void {
  const aside = `${file}.stale.${process.pid}.${threadId}`
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

function parseHolder(content: string): LockHolder | undefined {
  try {
    const value: unknown = JSON.parse(content)
    return typeof value === 'object' && value !== null && 'pid' in value && typeof value.pid === 'number'
      ? (value as LockHolder)
      : undefined
  } catch {
    return undefined
  }
}

function isRunning(holder: LockHolder): boolean {
  const self = thisProcess()
  if (holder.host !== self.host || holder.boot !== self.boot) return false
  try {
    process.kill(holder.pid, 0)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false
  }
  return holder.started === startTicks(holder.pid)
}

function thisProcess(): LockHolder {
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
