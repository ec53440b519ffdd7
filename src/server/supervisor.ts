import { MessageChannel, type MessagePort, Worker } from 'node:worker_threads'
import { BindError } from '../net/index.ts'
import type { ThreadReport } from '../ops/index.ts'
import type { Name } from '../wire/index.ts'
import type { Logger } from './log.ts'
import {
  createGenerations,
  GenerationCell,
  type TcpThreadData,
  type ThreadMessage,
  type UdpThreadData,
  type ZoneAssignment,
  type ZonesMessage,
} from './messages.ts'

/** Milliseconds before a thread that died is started again; doubled each time it dies soon after. */
const FIRST_DELAY = 100
const LONGEST_DELAY = 10_000
/** Milliseconds a thread must have run for its next restart to be a first one again. */
const HEALTHY_AFTER = 60_000

/** What a thread is started with, but for what the supervisor adds. */
type Given<Data> = Omit<Data, 'name' | 'slot' | 'generations' | 'zones' | 'port'>

/** A thread to run: its body and what it is given. */
export type ThreadPlan =
  | { readonly name: string; readonly body: 'udp-thread'; readonly data: Given<UdpThreadData> }
  | { readonly name: string; readonly body: 'tcp-thread'; readonly data: Given<TcpThreadData> }

/** A thread failed before it had begun to answer; the message is for the operator. */
export class ThreadStartError extends Error {
  override readonly name = 'ThreadStartError'
}

interface Running {
  readonly plan: ThreadPlan
  readonly slot: number
  worker: Worker | undefined
  port: MessagePort | undefined
  state: ThreadReport['state']
  restarts: number
  io: string
  delay: number
  timer: NodeJS.Timeout | undefined
}

export interface SupervisorOptions {
  readonly plans: readonly ThreadPlan[]
  readonly log: Logger
  readonly onZoneFailed: (origin: Name, message: string) => void
  /** Where the threads' bodies lie; beside this file unless told otherwise. */
  readonly bodies?: URL
}

/**
 * Runs the answering threads: starts them, hands them new zone lists, starts again one that died, and ends them. A
 * dead thread takes no other with it: the kernel gives its share of the queries to the other sockets of the port.
 */
export class Supervisor {
  readonly #threads: Running[]
  readonly #log: Logger
  readonly #onZoneFailed: SupervisorOptions['onZoneFailed']
  readonly #bodies: string | URL
  readonly #shared: SharedArrayBuffer
  readonly #generations: Int32Array
  #zones: ZonesMessage
  #stopping = false
  #exited: (() => void) | undefined

  constructor({ plans, log, onZoneFailed, bodies }: SupervisorOptions) {
    this.#bodies = bodies ?? import.meta.url
    this.#log = log
    this.#onZoneFailed = onZoneFailed
    this.#shared = createGenerations(plans.length)
    this.#generations = new Int32Array(this.#shared)
    this.#zones = { generation: 0, zones: [] }
    this.#threads = plans.map((plan, index) => ({
      plan,
      slot: GenerationCell.FirstThread + index,
      worker: undefined,
      port: undefined,
      state: 'starting',
      restarts: 0,
      io: '',
      delay: FIRST_DELAY,
      timer: undefined,
    }))
  }

  /**
   * Starts every thread with the zones published so far; resolves when all answer.
   * @throws BindError when an address cannot be taken, ThreadStartError when a thread fails otherwise
   */
  async start(): Promise<void> {
    await Promise.all(this.#threads.map((thread) => this.#run(thread)))
  }

  /** Hands a new zone list to every thread and returns its generation; each takes it up between two messages. */
  publish(zones: readonly ZoneAssignment[]): number {
    const generation = this.#zones.generation + 1
    this.#zones = { generation, zones }
    for (const { port } of this.#threads) port?.postMessage(this.#zones)
    // After the messages are in their queues: a thread that sees the counter move finds its message there.
    Atomics.store(this.#generations, GenerationCell.Newest, generation)
    return generation
  }

  /**
   * Resolves when every running thread answers from this generation or a later one.
   * @param patience milliseconds; afterwards it resolves to false
   */
  async settled(generation: number, patience: number): Promise<boolean> {
    const deadline = performance.now() + patience
    while (this.#threads.some((thread) => thread.state === 'running' && this.#seen(thread) < generation)) {
      if (performance.now() > deadline) return false
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
    return true
  }

  report(): Omit<ThreadReport, 'traffic'>[] {
    return this.#threads.map(({ plan, state, restarts, io }) => ({ name: plan.name, state, restarts, io }))
  }

  /**
   * Waits for the threads to end after the stop flag was set; ends those that have not by then.
   * @param patience milliseconds
   */
  async stop(patience: number): Promise<void> {
    this.#stopping = true
    for (const thread of this.#threads) clearTimeout(thread.timer)
    const ended = new Promise<void>((resolve) => {
      this.#exited = resolve
      this.#noteExits()
    })
    const timeout = new Promise<void>((resolve) => setTimeout(resolve, patience).unref())
    await Promise.race([ended, timeout])
    for (const { worker, plan } of this.#threads) {
      if (worker === undefined) continue
      this.#log.warn({ thread: plan.name }, 'the thread did not end in time; it is cut off')
      void worker.terminate()
    }
  }

  #seen(thread: Running): number {
    return Atomics.load(this.#generations, thread.slot)
  }

  async #run(thread: Running): Promise<void> {
    const { plan, slot } = thread
    const { port1, port2 } = new MessageChannel()
    Atomics.store(this.#generations, slot, -1)
    const worker = new Worker(new URL(`./${plan.body}.js`, this.#bodies), {
      name: plan.name,
      workerData: {
        ...plan.data,
        name: plan.name,
        slot,
        generations: this.#shared,
        zones: this.#zones,
        port: port2,
      },
      transferList: [port2],
    })
    // Set at once, so that a list published while the thread starts is waiting in its queue.
    thread.port = port1
    thread.worker = worker
    port1.unref()
    const began = performance.now()
    await new Promise<void>((resolve, reject) => {
      let failure: Error | undefined
      worker.on('message', (message: ThreadMessage) => {
        if (message.kind === 'bind') failure = BindError.from(message)
        else if (message.kind === 'ready') {
          thread.state = 'running'
          thread.io = message.io
          for (const note of message.notes) this.#log.warn({ thread: plan.name }, note)
          resolve()
        } else this.#take(message)
      })
      worker.on('error', (error: Error) => {
        failure = error
      })
      worker.on('exit', (code) => {
        port1.close()
        thread.worker = undefined
        thread.port = undefined
        const early = thread.state === 'starting'
        thread.state = 'stopped'
        if (this.#stopping) this.#noteExits()
        else if (early) {
          reject(failure instanceof BindError ? failure : startError(plan.name, failure, code))
        } else {
          this.#restart(thread, failure, code, performance.now() - began)
        }
      })
    })
  }

  #restart(thread: Running, failure: Error | undefined, code: number, ran: number): void {
    if (ran > HEALTHY_AFTER) thread.delay = FIRST_DELAY
    const delay = thread.delay
    thread.delay = Math.min(delay * 2, LONGEST_DELAY)
    thread.restarts++
    thread.state = 'restarting'
    this.#log.error(
      {
        thread: thread.plan.name,
        restarts: thread.restarts,
        delay,
        exit: code,
        error: failure?.stack ?? failure?.message,
      },
      'an answering thread died; it is started again',
    )
    thread.timer = setTimeout(() => {
      this.#run(thread).catch((error: unknown) => {
        // Only a thread in its first start rejects.
        this.#log.error({ thread: thread.plan.name, error: String(error) }, 'the thread could not be started')
      })
    }, delay)
  }

  #take(message: Extract<ThreadMessage, { kind: 'log' | 'zone-failed' }>): void {
    if (message.kind === 'log') this.#log[message.level](message.fields, message.message)
    else this.#onZoneFailed(message.origin, message.message)
  }

  #noteExits(): void {
    if (this.#threads.every(({ worker }) => worker === undefined)) this.#exited?.()
  }
}

function startError(name: string, failure: Error | undefined, code: number): ThreadStartError {
  return new ThreadStartError(
    `the thread ${name} could not start: ${failure?.message ?? `it ended with code ${code}`}`,
    {
      cause: failure,
    },
  )
}
