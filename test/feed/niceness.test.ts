import { readdirSync, readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { until } from '../commands/server.ts'
import { scratchFolder } from './fed-zones.ts'
import { FeedServer } from './feed-server.ts'

/** Of each of a process's threads (proc_pid_stat(5), field 19). */
function nicenesses(pid: number): number[] {
  return readdirSync(`/proc/${pid}/task`).map((thread) => {
    const stat = readFileSync(`/proc/${pid}/task/${thread}/stat`, 'utf8')
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[16])
  })
}

// The engine's own threads, which are there before any of a program runs, once kept the niceness they began with.
test('every thread of the process that follows a feed lets those that answer go first', async () => {
  const folder = scratchFolder()
  const server = new FeedServer({ folder, source: `file: ${join(folder, 'events.jsonl')}` })
  await server.start()
  try {
    const [answering] = nicenesses(server.process.pid)
    const wanted = Math.max(availableParallelism() === 1 ? 10 : 5, answering!)
    await until(() => server.keeperPid > 0 && nicenesses(server.keeperPid)[0] === wanted)
    const keeping = nicenesses(server.keeperPid)
    expect(keeping.length).toBeGreaterThan(4)
    expect(new Set(keeping)).toEqual(new Set([wanted]))
    expect(new Set(nicenesses(server.process.pid))).toEqual(new Set([answering]))
  } finally {
    await server.kill()
  }
})
