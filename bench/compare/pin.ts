import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { findTool } from '../../test/peers/index.ts'

/** The processors that servers and the generator are bound to; undefined: to none. */
export interface Pinning {
  readonly server: number | undefined
  readonly generator: number | undefined
}

export const UNPINNED: Pinning = { server: undefined, generator: undefined }

/** Reads a list of processors as Linux writes it: "0-3,8". */
export function parseCpuList(text: string): number[] {
  return text.split(',').flatMap((part) => {
    const [first, last = first] = part.trim().split('-').map(Number)
    return Array.from({ length: last! - first! + 1 }, (_, i) => first! + i)
  })
}

/** The processors that this process may use: not all of the machine's in a container. */
function allowedCpus(): number[] {
  const list = /^Cpus_allowed_list:\s*(\S+)$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]
  return list === undefined ? [] : parseCpuList(list)
}

/** A processor for servers and one for the generator, or why they cannot have one each here. */
export function choosePinning(): Pinning | string {
  if (findTool('taskset') === undefined) return 'taskset is not installed'
  const [server, generator] = allowedCpus()
  return generator === undefined ? 'there is only one processor' : { server, generator }
}

/** A command line, bound to a processor. */
export function onCpu(
  cpu: number | undefined,
  command: string,
  args: readonly string[],
): { command: string; args: readonly string[] } {
  return cpu === undefined ? { command, args } : { command: 'taskset', args: ['-c', String(cpu), command, ...args] }
}

/** Binds this process, all its threads and what it starts from now on. */
export function pinSelf(cpu: number | undefined): void {
  if (cpu !== undefined) spawnSync('taskset', ['-a', '-c', '-p', String(cpu), String(process.pid)], { stdio: 'ignore' })
}
