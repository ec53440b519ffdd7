import { type ChildProcess, spawn } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import { atEnd } from './cleanup.ts'

/** Lines of a server's output kept for the error message. */
const LOG_LIMIT = 64 * 1024

export interface Exit {
  /** Exit status, or null when a signal ended the process. */
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
}

const running = new Set<ServerProcess>()
atEnd(() => {
  for (const server of running) server.killGroup()
})

/** A server in the foreground, in a process group of its own, so that its children end with it. */
export class ServerProcess {
  readonly name: string
  readonly pid: number
  readonly exited: Promise<Exit>
  #log = ''
  #exit: Exit | undefined
  readonly #child: ChildProcess

  constructor(
    name: string,
    command: string,
    args: readonly string[],
    options: { cwd: string; env?: NodeJS.ProcessEnv },
  ) {
    this.name = name
    const env = { ...process.env, ...options.env }
    this.#child = spawn(command, args, { cwd: options.cwd, env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] })
    this.pid = this.#child.pid ?? 0
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        this.#log = (this.#log + text).slice(-LOG_LIMIT)
      })
    }
    running.add(this)
    this.exited = new Promise((resolve) => {
      this.#child.once('error', (error) => {
        this.#log += `\n${error.message}`
        this.#exit = { code: null, signal: null }
        resolve(this.#exit)
      })
      this.#child.once('exit', (code, signal) => {
        this.#exit = { code, signal }
        resolve(this.#exit)
      })
    })
  }

  /** What it printed, the last 64 KiB. */
  get log(): string {
    return this.#log
  }

  get exit(): Exit | undefined {
    return this.#exit
  }

  signal(signal: NodeJS.Signals): void {
    if (this.#exit === undefined && this.pid > 0) process.kill(this.pid, signal)
  }

  /** SIGTERM, and SIGKILL to the whole group when it is still there after `graceMs`. */
  async stop(graceMs = 5000): Promise<Exit> {
    this.signal('SIGTERM')
    const timer = new AbortController()
    await Promise.race([this.exited, sleep(graceMs, undefined, { signal: timer.signal }).catch(() => undefined)])
    timer.abort()
    this.killGroup()
    return this.exited
  }

  /** SIGKILL to the server and its children, whatever is left of them. */
  killGroup(): void {
    running.delete(this)
    try {
      if (this.pid > 0) process.kill(-this.pid, 'SIGKILL')
    } catch {} // nobody left in the group
  }
}
