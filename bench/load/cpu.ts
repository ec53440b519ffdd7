import { readFileSync } from 'node:fs'

/** Linux counts process times in units of 10 ms for programs, whatever the kernel's own tick is. */
const TICKS_PER_SECOND = 100

/** User and system time of these processes and all their threads so far, in seconds. Throws for one that is gone. */
export function cpuSeconds(pids: readonly number[]): number {
  let ticks = 0
  for (const pid of pids) {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // the second field is the program's name in parentheses, which may hold anything
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    ticks += Number(fields[11]) + Number(fields[12])
  }
  return ticks / TICKS_PER_SECOND
}
