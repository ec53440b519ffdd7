import { spawnSync } from 'node:child_process'
import { copyFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Launch, type Launched, launch } from './launch.ts'
import { dropPageCache, filesBelow, readThrough } from './page-cache.ts'
import { onCpu } from './pin.ts'

/** Seconds of load that follow the first answer on a cold page cache. */
export const COLD_SECONDS = 10

/**
 * The page cache keeps what a process has mapped, and this one has its own program: a server that is run by the same
 * program gets a copy of it, which nobody has mapped.
 */
function withOwnProgram({ command, folder }: Launch): Launch['command'] {
  if (command.command !== process.execPath) return command
  const copy = join(folder, 'program')
  copyFileSync(process.execPath, copy)
  return { ...command, command: copy }
}

/** Starts a server when nothing that it needs is in the page cache, and awaits its first answer. See launch. */
export function launchCold(order: Launch): Promise<Launched> {
  const command = withOwnProgram(order)
  dropPageCache()
  // what binds the server to its processor is not the server's to read from disk
  const idle = onCpu(order.cpu, 'true', [])
  spawnSync(idle.command, idle.args)
  return launch({ ...order, command })
}

/** Brings what a server starts from into the page cache again: starts that follow are measured on a warm one. */
export function warmAgain(zoneFile: string, folder: string): void {
  readThrough([zoneFile, ...filesBelow(folder)])
}
