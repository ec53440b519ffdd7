import { readdirSync } from 'node:fs'
import { availableParallelism, getPriority, setPriority } from 'node:os'

/**
 * Where answers and the work on zones have to share one processor, answers get nine tenths of it (nice 0 against 10): queries
 * are not lost, and the work goes on when the processor is asked for all it can do. Where there are several, answers go on
 * on the others, and the system moves a process of so little weight too seldom to the one that has time: there it is 5.
 */
const NICENESS = availableParallelism() === 1 ? 10 : 5

/**
 * Lets other processes go first. On Linux each thread has a niceness of its own, which those it starts take over: the engine's own
 * threads, which compile and collect garbage, are there before this is called.
 */
export function letOthersFirst(): void {
  for (const thread of threads()) {
    try {
      setPriority(thread, Math.max(NICENESS, getPriority(thread)))
    } catch {
      // It has ended, or is as good as it may be: it is a matter of speed.
    }
  }
}

function threads(): number[] {
  try {
    return readdirSync('/proc/self/task').map(Number)
  } catch {
    return [process.pid]
  }
}
