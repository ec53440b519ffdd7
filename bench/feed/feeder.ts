import { once } from 'node:events'
import { closeSync, openSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { startThread } from '../thread.ts'

/** Brings events to the server, at once. */
export interface Feeder {
  /** @param lines of JSON, whole transactions */
  append(lines: string): void
  close(): void
}

/** Appends to the file that the server follows. */
export function fileFeeder(path: string): Feeder {
  const fd = openSync(path, 'a')
  return {
    append: (lines) => void writeSync(fd, lines),
    close: () => closeSync(fd),
  }
}

/** Pushes by HTTP to the control socket, from a thread of its own: the caller's loop will block. */
export async function pushFeeder(socket: string): Promise<Feeder> {
  const thread = startThread(join(import.meta.dirname, 'push-thread.ts'), { socket })
  await once(thread, 'message')
  return {
    append: (lines) => thread.postMessage(lines),
    close: () => void thread.terminate(),
  }
}
