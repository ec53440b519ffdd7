import { readdirSync, readFileSync } from 'node:fs'

/** Linux counts process times in units of 10 ms for programs, whatever the kernel's own tick is. */
const TICKS_PER_SECOND = 100

/** Where the fields of /proc/PID/stat stand after the program's name, which is in parentheses and may hold anything. */
const PARENT = 1
const FIRST_TIME = 11
const LAST_TIME = 14

function statFields(pid: number | string): string[] {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')
}

/**
 * User and system time of these processes and all their threads so far, and of their children that have ended, in seconds.
 * Throws for one that is gone.
 */
export function cpuSeconds(pids: readonly number[]): number {
  let ticks = 0
  for (const pid of pids) {
    for (const field of statFields(pid).slice(FIRST_TIME, LAST_TIME + 1)) ticks += Number(field)
  }
  return ticks / TICKS_PER_SECOND
}

/** A process and all its descendants that run now. */
export function processTree(root: number): number[] {
  const children = new Map<number, number[]>()
  for (const entry of readdirSync('/proc')) {
    if (!/^\d+$/.test(entry)) continue
    try {
      const parent = Number(statFields(entry)[PARENT])
      children.set(parent, [...(children.get(parent) ?? []), Number(entry)])
    } catch {} // it ended in between
  }
  const tree = [root]
  for (const pid of tree) tree.push(...(children.get(pid) ?? []))
  return tree
}

/**
 * Time that a processor has spent on anything so far, in seconds: every process, the kernel, and what a hypervisor took.
 * @param cpu its number, from 0
 */
export function processorSeconds(cpu: number): number {
  const line = readFileSync('/proc/stat', 'utf8')
    .split('\n')
    .find((candidate) => candidate.startsWith(`cpu${cpu} `))
  if (line === undefined) throw new Error(`there is no processor ${cpu}`)
  const [user, nice, system, , , interrupt, softInterrupt, stolen] = line.split(' ').slice(1).map(Number)
  return (user! + nice! + system! + interrupt! + softInterrupt! + stolen!) / TICKS_PER_SECOND
}
