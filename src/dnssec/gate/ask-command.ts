import { type ChildProcess, spawn } from 'node:child_process'
import { Readable, type Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'

/** Lines of the command's output that a refusal repeats, and octets kept to find them in. */
const SHOWN_LINES = 10
const KEPT_OCTETS = 8192
/** Milliseconds that output may take to arrive after the command has ended; a process it left behind may hold it open. */
const OUTPUT_GRACE = 250

/** Milliseconds that a timer can wait: 24 days. */
const MAX_TIMEOUT = 2 ** 31 - 1

/** How a command said no. */
export type CommandVerdict =
  | { readonly kind: 'exit'; readonly code: number }
  | { readonly kind: 'signal'; readonly signal: string }
  | { readonly kind: 'time-limit'; readonly seconds: number }
  | { readonly kind: 'not-started'; readonly cause: string }

/** The external command refuses the zone, or could not be asked: nothing is to be published. */
export class CommandRefusal extends Error {
  override readonly name = 'CommandRefusal'
  readonly command: readonly string[]
  readonly verdict: CommandVerdict
  /** The last lines that the command wrote, of either kind of output. */
  readonly output: string

  constructor(command: readonly string[], verdict: CommandVerdict, output: string) {
    const said = output === '' ? 'it wrote nothing' : `its last lines:\n${output}`
    super(`the command '${command.join(' ')}' ${describe(verdict)}. Nothing was published; ${said}`)
    this.command = command
    this.verdict = verdict
    this.output = output
  }
}

/**
 * Asks an external command about a zone. It passes by exiting with 0; it need not read all of its input.
 *
 * @param command program and arguments, run without a shell, in a process group of its own
 * @param zoneText the zone in text, for its standard input
 * @param seconds until its whole process group is killed
 * @throws CommandRefusal, and whatever reading `zoneText` throws
 */
export async function askCommand(
  command: readonly string[],
  zoneText: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
  seconds: number,
): Promise<void> {
  const [program, ...args] = command
  if (program === undefined) {
    throw new CommandRefusal(command, { kind: 'not-started', cause: 'no program is named' }, '')
  }
  const output = new LastLines()
  const child = start(command, program, args)
  child.stdout.on('data', (chunk: Uint8Array) => output.add(chunk))
  child.stderr.on('data', (chunk: Uint8Array) => output.add(chunk))

  let isLate = false
  const timer = setTimeout(
    () => {
      isLate = true
      killGroup(child)
    },
    Math.min(seconds * 1000, MAX_TIMEOUT),
  )
  try {
    // Once it has ended, how is all that counts: zone text may still be coming, or never come.
    const ended = await Promise.race([ending(child), failureOf(feed(child, zoneText))])
    const verdict: CommandVerdict | undefined = isLate ? { kind: 'time-limit', seconds } : ended
    if (verdict !== undefined) throw new CommandRefusal(command, verdict, output.text())
  } finally {
    clearTimeout(timer)
    child.stdin.destroy()
    child.stdout.destroy()
    child.stderr.destroy()
  }
}

type Asked = ChildProcess & { readonly stdin: Writable; readonly stdout: Readable; readonly stderr: Readable }

function start(command: readonly string[], program: string, args: readonly string[]): Asked {
  try {
    return spawn(program, args, { stdio: ['pipe', 'pipe', 'pipe'], detached: true })
  } catch (error) {
    // What the system would not even take, such as a zero octet in an argument.
    throw new CommandRefusal(command, { kind: 'not-started', cause: messageOf(error) }, '')
  }
}

/** Waits for the command to end and for its output; undefined when it passed. */
function ending(child: Asked): Promise<CommandVerdict | undefined> {
  return new Promise((resolve) => {
    child.once('error', (error) => {
      if (child.pid === undefined) resolve({ kind: 'not-started', cause: messageOf(error) })
    })
    child.once('exit', (code, signal) => {
      const verdict: CommandVerdict | undefined =
        code === 0
          ? undefined
          : code === null
            ? { kind: 'signal', signal: signal ?? 'unknown' }
            : { kind: 'exit', code }
      const grace = setTimeout(() => resolve(verdict), OUTPUT_GRACE)
      child.once('close', () => {
        clearTimeout(grace)
        resolve(verdict)
      })
    })
  })
}

/** Writes the zone to the command until it has all, or wants no more. */
async function feed(child: Asked, zoneText: Iterable<Uint8Array> | AsyncIterable<Uint8Array>): Promise<void> {
  const source: { failure?: unknown } = {}
  async function* watched(): AsyncGenerator<Uint8Array> {
    // What the stream throws back here when its other end fails is not the source's failure.
    let isWriting = false
    try {
      for await (const chunk of zoneText) {
        isWriting = true
        yield chunk
        isWriting = false
      }
    } catch (error) {
      if (!isWriting) source.failure = error
      throw error
    }
  }
  // A process that the command left behind may hold the pipe open and never read it.
  child.once('exit', () => child.stdin.destroy())
  try {
    await pipeline(Readable.from(watched()), child.stdin)
  } catch (error) {
    if (!('failure' in source)) return // It has closed its input, or ended: how it ended is what counts.
    killGroup(child)
    throw error
  }
}

/** Settles only if the promise fails. */
function failureOf(promise: Promise<void>): Promise<never> {
  return new Promise((_, reject) => {
    promise.catch(reject)
  })
}

/** Ends the command and every process it has started that stayed in its group. */
function killGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return
  try {
    process.kill(-pid, 'SIGKILL')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}

/** Keeps the end of an output of any length. */
class LastLines {
  #kept = Buffer.alloc(0)

  add(chunk: Uint8Array): void {
    const joined = Buffer.concat([this.#kept, chunk])
    this.#kept = joined.length <= KEPT_OCTETS ? joined : Buffer.from(joined.subarray(joined.length - KEPT_OCTETS))
  }

  /** Without control characters, which terminals and logs would obey. */
  text(): string {
    const lines = this.#kept.toString('utf8').trimEnd().split('\n').slice(-SHOWN_LINES)
    return lines.map((line) => line.replace(/\p{Cc}/gu, ' ').trimEnd()).join('\n')
  }
}

function describe(verdict: CommandVerdict): string {
  switch (verdict.kind) {
    case 'exit':
      return `refuses the zone: it ended with exit status ${verdict.code}`
    case 'signal':
      return `was ended by ${verdict.signal}`
    case 'time-limit':
      return `did not answer within ${verdict.seconds} s and was ended`
    case 'not-started':
      return `could not be started: ${verdict.cause}`
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
