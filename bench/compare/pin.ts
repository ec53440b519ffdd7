import { spawnSync } from 'node:child_process'
import { availableParallelism } from 'node:os'
import { findTool } from '../../test/peers/index.ts'

/** The processors that servers and the generator are bound to; undefined: to none. */
export interface Pinning {
  readonly server: number | undefined
  readonly generator: number | undefined
}

/** Why servers and the generator cannot have a processor each here, or undefined when they can. */
export function cannotPin(): string | undefined {
  if (findTool('taskset') === undefined) return 'taskset is not installed'
  return availableParallelism() < 2 ? 'there is only one processor' : undefined
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
