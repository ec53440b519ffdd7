import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { type ServerProcess, temporaryFolder } from '../../test/peers/index.ts'
import { processTree } from '../load/cpu.ts'
import type { ZoneNames } from '../zone/names.ts'
import { COLD_SECONDS, launchCold, warmAgain } from './cold-start.ts'
import { type ComparedZone, type Contender, ContenderError } from './contender.ts'
import { bySecond } from './full-rate.ts'
import { Generator } from './generator.ts'
import type { JobReport, LoadShape } from './job.ts'
import { freePort, HOST, type Launch, launch } from './launch.ts'
import { type Memory, memoryOf } from './memory.ts'
import { type Pinning, pinSelf } from './pin.ts'
import { queryList, type Workload } from './workloads.ts'

export interface Plan {
  readonly zone: ComparedZone
  readonly names: ZoneNames
  readonly contenders: readonly Contender[]
  readonly workloads: readonly Workload[]
  readonly rounds: number
  /** Seconds that each workload is measured, and asked before that. */
  readonly seconds: number
  readonly warmup: number
  /** Queries of each list. */
  readonly queries: number
  readonly shape: LoadShape
  readonly pinning: Pinning
  /** Whether each turn has a start on a cold page cache too; the workloads then hold REFERENCE. */
  readonly cold: boolean
  /** Seconds that a server has nothing to do after the workloads, which then hold REFERENCE; 0: it is stopped at once. */
  readonly idle: number
  /** Told what has just been done. */
  readonly progress: (text: string) => void
}

/** A server under a workload in a round. */
export interface Measurement {
  readonly round: number
  readonly server: string
  readonly workload: string
  readonly report: JobReport
}

/** A server's start in a round, and its memory. */
export interface Start {
  readonly round: number
  readonly server: string
  /** Milliseconds of the full load of the zone's text into a store, for a server that has one. */
  readonly loadMs?: number
  /** Milliseconds from the start of the process to the first answer from the zone. */
  readonly firstAnswerMs: number
  readonly memoryAtStart: Memory
  /** After all workloads. */
  readonly memoryAtEnd: Memory
}

/** A server's start on a cold page cache in a round. */
export interface ColdStart {
  readonly round: number
  readonly server: string
  readonly firstAnswerMs: number
  /** Of the load that began with the first answer. */
  readonly report: JobReport
}

/** A server in a round after it had nothing to do. */
export interface AfterIdle {
  readonly round: number
  readonly server: string
  readonly report: JobReport
}

export interface Failure {
  readonly round: number
  readonly server: string
  readonly message: string
}

export interface Comparison {
  readonly measurements: readonly Measurement[]
  readonly starts: readonly Start[]
  readonly coldStarts: readonly ColdStart[]
  readonly afterIdle: readonly AfterIdle[]
  readonly failures: readonly Failure[]
}

/** What a server is asked after a cold start and after idle time; its warm rate is what those are compared with. */
export const REFERENCE = 'referral-do'
/** Seconds of load that follow idle time. */
export const AFTER_IDLE_SECONDS = 3
/** Between two rounds a list begins elsewhere: this many queries further on. */
const ROUND_STEP = 104_729

/** Whether a workload can be put to a server: the echo has no TCP. */
function takes(contender: Contender, workload: Workload): boolean {
  return contender.kind !== 'echo' || workload.manner === 'udp' || workload.manner === 'udp-paced'
}

/** Servers take turns in another order each round, so that none always has the machine after the same other. */
function inTurn(contenders: readonly Contender[], round: number): Contender[] {
  const shift = round % contenders.length
  return [...contenders.slice(shift), ...contenders.slice(0, shift)]
}

function rates({ tenths }: JobReport): string {
  return bySecond(tenths)
    .map((rate) => rate.toLocaleString('en-US'))
    .join(' ')
}

/** Writes each list that the workloads ask into a file. @returns the files; lists the zone has no names for are left out */
function writeLists({ names, queries, workloads }: Plan, folder: string): Map<string, string> {
  const files = new Map<string, string>()
  for (const list of new Set(workloads.map((workload) => workload.list))) {
    const octets = queryList(list, names, queries)
    if (octets.length === 0) continue
    const file = join(folder, `${list}.queries`)
    writeFileSync(file, octets)
    files.set(list, file)
  }
  return files
}

/** One run of the comparison. */
class Run {
  readonly #plan: Plan
  readonly #folder = temporaryFolder('compare')
  readonly #generator: Generator
  readonly #lists: ReadonlyMap<string, string>
  readonly measurements: Measurement[] = []
  readonly starts: Start[] = []
  readonly coldStarts: ColdStart[] = []
  readonly afterIdle: AfterIdle[] = []
  readonly failures: Failure[] = []

  constructor(plan: Plan) {
    this.#plan = plan
    this.#lists = writeLists(plan, this.#folder)
    pinSelf(plan.pinning.generator)
    this.#generator = new Generator(plan.pinning.generator)
  }

  async round(round: number): Promise<void> {
    for (const contender of inTurn(this.#plan.contenders, round)) {
      try {
        await this.#turn(contender, round)
      } catch (error) {
        const message = error instanceof Error ? error.message : String(error)
        this.failures.push({ round, server: contender.name, message })
        this.#plan.progress(`${contender.name}: ${message}`)
      } finally {
        rmSync(join(this.#folder, contender.name), { recursive: true, force: true })
      }
    }
  }

  /** A server's turn: a start on a cold page cache where wanted, and one with every workload. */
  async #turn(contender: Contender, round: number): Promise<void> {
    const { zone, names, pinning, cold } = this.#plan
    const folder = join(this.#folder, contender.name)
    mkdirSync(folder)
    const port = await freePort(round)
    const { command, loadMs } = contender.prepare(folder, port, zone, pinning.server)
    if (loadMs !== undefined) this.#tell(contender, round, `zone loaded in ${(loadMs / 1000).toFixed(1)} s`)
    const order = { contender, folder, port, command, names, cpu: pinning.server }
    // the echo reads nothing from disk but its program
    if (cold && contender.kind !== 'echo') {
      await this.#cold(order, round)
      warmAgain(zone.file, folder)
    }

    const { server, firstAnswerMs } = await launch(order)
    this.#tell(contender, round, `first answer after ${Math.round(firstAnswerMs)} ms`)
    try {
      const memoryAtStart = memoryOf(processTree(server.pid))
      for (const workload of this.#plan.workloads) await this.#measure(order, server, workload, round)
      const memoryAtEnd = memoryOf(processTree(server.pid))
      const start = { round, server: contender.name, firstAnswerMs, memoryAtStart, memoryAtEnd }
      this.starts.push(loadMs === undefined ? start : { ...start, loadMs })
      if (this.#plan.idle > 0) await this.#idle(order, server, round)
    } finally {
      await server.stop()
    }
  }

  async #cold(order: Launch, round: number): Promise<void> {
    const list = this.#lists.get(REFERENCE)
    if (list === undefined) return
    await this.#generator.readAhead(list)
    const { server, firstAnswerMs } = await launchCold(order)
    try {
      const report = await this.#reference(order, server, round, COLD_SECONDS)
      this.coldStarts.push({ round, server: order.contender.name, firstAnswerMs, report })
      const first = `first answer after ${Math.round(firstAnswerMs)} ms`
      this.#tell(order.contender, round, `page cache cold, ${first}, q/s by second: ${rates(report)}`)
    } finally {
      await server.stop()
    }
  }

  async #idle(order: Launch, server: ServerProcess, round: number): Promise<void> {
    await sleep(this.#plan.idle * 1000)
    const report = await this.#reference(order, server, round, AFTER_IDLE_SECONDS)
    this.afterIdle.push({ round, server: order.contender.name, report })
    this.#tell(order.contender, round, `after ${this.#plan.idle} s idle, q/s by second: ${rates(report)}`)
  }

  /** Puts the workload REFERENCE at once, without warming up. */
  #reference(order: Launch, server: ServerProcess, round: number, seconds: number): Promise<JobReport> {
    const workload = this.#plan.workloads.find(({ name }) => name === REFERENCE)
    const list = this.#lists.get(REFERENCE)
    if (workload === undefined || list === undefined)
      throw new ContenderError(`${REFERENCE} is not among the workloads`)
    return this.#ask(order, server, workload, list, round, { seconds, warmup: 0 })
  }

  async #measure(order: Launch, server: ServerProcess, workload: Workload, round: number): Promise<void> {
    const { contender } = order
    const list = this.#lists.get(workload.list)
    if (list === undefined || !takes(contender, workload)) return
    const report = await this.#ask(order, server, workload, list, round, this.#plan)
    this.measurements.push({ round, server: contender.name, workload: workload.name, report })
    const rate = Math.round(report.received / report.seconds).toLocaleString('en-US')
    this.#tell(contender, round, `${workload.name}: ${rate} q/s, p99 ${Math.round(report.p99)} µs`)
  }

  async #ask(
    { port }: Launch,
    server: ServerProcess,
    workload: Workload,
    list: string,
    round: number,
    { seconds, warmup }: Pick<Plan, 'seconds' | 'warmup'>,
  ): Promise<JobReport> {
    const { shape, pinning } = this.#plan
    const report = await this.#generator.run({
      list,
      first: round * ROUND_STEP,
      manner: workload.manner,
      host: HOST,
      port,
      seconds,
      warmup,
      pid: server.pid,
      serverProcessor: pinning.server ?? null,
      shape,
    })
    if (server.exit !== undefined) throw new ContenderError(`ended under ${workload.name}:\n${server.log}`)
    return report
  }

  #tell({ name }: Contender, round: number, text: string): void {
    this.#plan.progress(`round ${round + 1}, ${name}: ${text}`)
  }

  end(): void {
    this.#generator.stop()
    rmSync(this.#folder, { recursive: true, force: true })
  }
}

/** Measures every server under every workload, in turns, over the rounds. Servers that fail are told, not thrown. */
export async function compare(plan: Plan): Promise<Comparison> {
  const run = new Run(plan)
  try {
    for (let round = 0; round < plan.rounds; round++) await run.round(round)
    const { measurements, starts, coldStarts, afterIdle, failures } = run
    return { measurements, starts, coldStarts, afterIdle, failures }
  } finally {
    run.end()
  }
}
