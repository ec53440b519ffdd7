import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { RRType } from '../../src/iana/index.ts'
import { portIsFree, ServerProcess, temporaryFolder } from '../../test/peers/index.ts'
import { processTree } from '../load/cpu.ts'
import { QueryWriter } from '../load/query-set.ts'
import type { ZoneNames } from '../zone/names.ts'
import { type ComparedZone, type Contender, ContenderError } from './contender.ts'
import { firstAnswer, isReferral } from './first-answer.ts'
import { Generator } from './generator.ts'
import type { JobReport, LoadShape } from './job.ts'
import { type Memory, memoryOf } from './memory.ts'
import { onCpu, type Pinning, pinSelf } from './pin.ts'
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

export interface Failure {
  readonly round: number
  readonly server: string
  readonly message: string
}

export interface Comparison {
  readonly measurements: readonly Measurement[]
  readonly starts: readonly Start[]
  readonly failures: readonly Failure[]
}

const HOST = '127.0.0.1'
const FIRST_PORT = 15500
const LAST_PORT = 15599
/** A million names take a server half a minute to read; ten million, minutes. */
const START_TIMEOUT = 600_000
/** Between two rounds a list begins elsewhere: this many queries further on. */
const ROUND_STEP = 104_729

async function freePort(round: number): Promise<number> {
  const ports = LAST_PORT - FIRST_PORT + 1
  for (let tries = 0; tries < ports; tries++) {
    const port = FIRST_PORT + ((round + tries) % ports)
    if (await portIsFree(port)) return port
  }
  throw new ContenderError(`no port from ${FIRST_PORT} to ${LAST_PORT} is free`)
}

/** Whether a workload can be put to a server: the echo has no TCP. */
function takes(contender: Contender, workload: Workload): boolean {
  return contender.kind !== 'echo' || workload.manner === 'udp' || workload.manner === 'udp-paced'
}

/** Servers take turns in another order each round, so that none always has the machine after the same other. */
function inTurn(contenders: readonly Contender[], round: number): Contender[] {
  const shift = round % contenders.length
  return [...contenders.slice(shift), ...contenders.slice(0, shift)]
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

function readinessQuery(names: ZoneNames): Uint8Array {
  const writer = new QueryWriter()
  writer.add(new Uint8Array(), names.delegated.at(0), RRType.A, { payload: 1232, dnssecOk: true })
  return writer.octets.slice(2)
}

/** One run of the comparison. */
class Run {
  readonly #plan: Plan
  readonly #folder = temporaryFolder('compare')
  readonly #generator: Generator
  readonly #lists: ReadonlyMap<string, string>
  readonly measurements: Measurement[] = []
  readonly starts: Start[] = []
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

  /** A server's turn: start, every workload, end. */
  async #turn(contender: Contender, round: number): Promise<void> {
    const { zone, pinning, progress } = this.#plan
    const folder = join(this.#folder, contender.name)
    mkdirSync(folder)
    const port = await freePort(round)
    const { command, loadMs } = contender.prepare(folder, port, zone, pinning.server)
    if (loadMs !== undefined) {
      progress(`round ${round + 1}, ${contender.name}: zone loaded in ${(loadMs / 1000).toFixed(1)} s`)
    }

    const began = performance.now()
    const pinned = onCpu(pinning.server, command.command, command.args)
    const environment = command.env === undefined ? {} : { env: command.env }
    const server = new ServerProcess(contender.name, pinned.command, pinned.args, { cwd: folder, ...environment })
    try {
      const start = await this.#serve(contender, server, port, round, began)
      this.starts.push(loadMs === undefined ? start : { ...start, loadMs })
    } finally {
      await server.stop()
    }
  }

  /** Awaits a server, and puts it under every workload. @param began when it was started */
  async #serve(
    contender: Contender,
    server: ServerProcess,
    port: number,
    round: number,
    began: number,
  ): Promise<Start> {
    const { names, workloads, progress } = this.#plan
    const answered = await firstAnswer({ host: HOST, port }, readinessQuery(names), {
      good: contender.kind === 'echo' ? () => true : isReferral,
      alive: () => server.exit === undefined,
      timeoutMs: START_TIMEOUT,
    })
    if (answered === undefined) {
      const how = server.exit === undefined ? 'does not answer' : `ended with ${server.exit.code ?? server.exit.signal}`
      throw new ContenderError(`${how}:\n${server.log}`)
    }
    const firstAnswerMs = answered - began
    progress(`round ${round + 1}, ${contender.name}: first answer after ${Math.round(firstAnswerMs)} ms`)

    const memoryAtStart = memoryOf(processTree(server.pid))
    for (const workload of workloads) await this.#measure(contender, server, port, workload, round)
    const memoryAtEnd = memoryOf(processTree(server.pid))
    return { round, server: contender.name, firstAnswerMs, memoryAtStart, memoryAtEnd }
  }

  async #measure(
    contender: Contender,
    server: ServerProcess,
    port: number,
    workload: Workload,
    round: number,
  ): Promise<void> {
    const list = this.#lists.get(workload.list)
    if (list === undefined || !takes(contender, workload)) return
    const { seconds, warmup, shape, pinning, progress } = this.#plan
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
    this.measurements.push({ round, server: contender.name, workload: workload.name, report })
    const rate = Math.round(report.received / report.seconds).toLocaleString('en-US')
    progress(`round ${round + 1}, ${contender.name}, ${workload.name}: ${rate} q/s, p99 ${Math.round(report.p99)} µs`)
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
    return { measurements: run.measurements, starts: run.starts, failures: run.failures }
  } finally {
    run.end()
  }
}
