import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Command, InvalidArgumentError, Option } from 'commander'
import { nameFromText, nameToText } from '../src/wire/index.ts'
import { temporaryFolder } from '../test/peers/index.ts'
import { between, runMain, wholeBetween } from './cli.ts'
import { comparisonSvg } from './compare/chart.ts'
import { COLD_SECONDS } from './compare/cold-start.ts'
import { AFTER_IDLE_SECONDS, compare, type Plan, REFERENCE } from './compare/comparison.ts'
import { contendersOf, echo, SERVER_KINDS, type ServerKind } from './compare/contender.ts'
import { headingOf } from './compare/heading.ts'
import { USUAL_SHAPE } from './compare/job.ts'
import { assertDroppable } from './compare/page-cache.ts'
import { choosePinning, type Pinning, UNPINNED } from './compare/pin.ts'
import { summarize } from './compare/summary.ts'
import { markdownReport } from './compare/table.ts'
import { WORKLOADS, type Workload } from './compare/workloads.ts'
import { readZoneNames } from './zone/names.ts'
import { writeUsualZone } from './zone/usual.ts'

interface Options extends Readonly<Record<ServerKind, readonly string[]>> {
  readonly zone?: string
  readonly origin: string
  readonly delegations: number
  readonly seconds: number
  readonly warmup: number
  readonly rounds: number
  readonly workloads: readonly Workload[]
  readonly servers?: readonly (ServerKind | 'echo')[]
  readonly queries: number
  readonly sockets: number
  readonly window: number
  readonly rate: number
  readonly connections: number
  readonly pipes: number
  readonly pipeline: number
  readonly serverCpu?: number
  readonly generatorCpu?: number
  readonly pin: boolean
  readonly cold?: true
  readonly idle: number
  readonly out: string
  readonly json?: true
}

function choose<T>(text: string, all: readonly T[], nameOf: (item: T) => string): T[] {
  const wanted = text.split(',')
  const unknown = wanted.find((name) => !all.some((item) => nameOf(item) === name))
  if (unknown !== undefined) throw new InvalidArgumentError(`${unknown} is none of ${all.map(nameOf).join(', ')}`)
  return all.filter((item) => wanted.includes(nameOf(item)))
}

function pinningOf(options: Options, progress: (text: string) => void): Pinning {
  if (!options.pin) return UNPINNED
  const usual = choosePinning()
  if (typeof usual !== 'string') {
    return { server: options.serverCpu ?? usual.server, generator: options.generatorCpu ?? usual.generator }
  }
  progress(`servers and generator are not bound to processors: ${usual}`)
  return UNPINNED
}

/** The workloads asked for, and the one that a cold start and idle time are compared with where there are such. */
function workloadsOf({ workloads, cold, idle }: Options, progress: (text: string) => void): readonly Workload[] {
  if ((!cold && idle === 0) || workloads.some(({ name }) => name === REFERENCE)) return workloads
  progress(`${REFERENCE} is measured too, to compare with`)
  return WORKLOADS.filter((workload) => workload.name === REFERENCE || workloads.includes(workload))
}

function makePlan(options: Options, folder: string): Plan {
  const origin = nameToText(nameFromText(options.origin))
  const progress = (text: string) => void process.stderr.write(`${text}\n`)
  if (options.cold) assertDroppable(options.zone === undefined ? [folder] : [folder, options.zone])
  if (options.zone === undefined) progress(`making a zone of ${options.delegations} delegations`)
  const file = options.zone ?? writeUsualZone(origin, folder, options.delegations)
  if (file.endsWith('.gz')) throw new Error(`${file}: not every server reads compressed files; unpack it first`)
  progress('reading its names')
  const names = readZoneNames(file, nameFromText(origin))
  const wanted = options.servers ?? [...SERVER_KINDS, 'echo']
  const contenders = SERVER_KINDS.filter((kind) => wanted.includes(kind)).flatMap((kind) => {
    const found = contendersOf(kind, options[kind])
    if (found.length === 0) progress(`${kind} is not installed`)
    return found
  })
  const { sockets, window, rate, connections, pipes, pipeline } = options
  return {
    zone: { origin, file, denial: names.denial },
    names,
    contenders: wanted.includes('echo') ? [...contenders, echo] : contenders,
    workloads: workloadsOf(options, progress),
    rounds: options.rounds,
    seconds: options.seconds,
    warmup: options.warmup,
    queries: options.queries,
    shape: { ...USUAL_SHAPE, sockets, window, rate, connections, pipes, pipeline },
    pinning: pinningOf(options, progress),
    cold: options.cold ?? false,
    idle: options.idle,
    progress,
  }
}

/** JSON to read and to compare: indented, lists of numbers on a line. */
function jsonText(value: unknown): string {
  const indented = JSON.stringify(value, undefined, 2)
  return `${indented.replace(/\[[\s\d.,]+\]/g, (list) => list.replace(/\s+/g, ' ').replace('[ ', '[').replace(' ]', ']'))}\n`
}

async function run(options: Options): Promise<void> {
  const folder = temporaryFolder('compare-zone')
  try {
    const plan = makePlan(options, folder)
    const heading = headingOf(plan)
    const comparison = await compare(plan)
    const summary = summarize(comparison, plan.contenders, plan.workloads, plan.rounds)
    const markdown = markdownReport(heading, summary, comparison.failures)
    const json = jsonText({ ...heading, summary, ...comparison })
    mkdirSync(options.out, { recursive: true })
    writeFileSync(join(options.out, 'compare.md'), markdown)
    writeFileSync(join(options.out, 'compare.json'), json)
    writeFileSync(
      join(options.out, 'compare.svg'),
      comparisonSvg(heading.title, `${heading.facts[0]} ${heading.facts[4]}`, summary),
    )
    process.stdout.write(options.json ? json : markdown)
    process.stderr.write(`written to ${options.out}: compare.md, compare.svg, compare.json\n`)
    if (comparison.failures.length > 0) process.exitCode = 1
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function collect(text: string, before: readonly string[]): string[] {
  return [...before, text]
}

const command = new Command('bench:compare')
  .description('zonecut and other nameservers on one zone, each on one processor, under the same queries')
  .option('--zone <file>', 'master file to serve (default: a generated one, signed where BIND is installed)')
  .option('--origin <name>', 'its origin', 'zz.')
  .option('--delegations <n>', 'delegations of the generated zone', wholeBetween(1, 100_000_000), 100_000)
  .option('--seconds <n>', 'how long each workload is measured', between(0.1, 3600), 5)
  .option('--warmup <n>', 'seconds of the workload before that', between(0, 3600), 1)
  .option('--rounds <n>', 'how often all servers take their turn', wholeBetween(1, 1000), 3)
  .addOption(
    new Option('--workloads <name,...>', `of ${WORKLOADS.map(({ name }) => name).join(', ')}`)
      .argParser((text: string) => choose(text, WORKLOADS, ({ name }) => name))
      .default(
        WORKLOADS.filter(({ usual }) => usual),
        'all but those of one kind of delegation',
      ),
  )
  .option(
    '--servers <kind,...>',
    `of ${[...SERVER_KINDS, 'echo'].join(', ')} (default: all that are installed)`,
    (text) => choose<ServerKind | 'echo'>(text, [...SERVER_KINDS, 'echo'], (kind) => kind),
  )
  .option('--queries <n>', 'queries of each list', wholeBetween(1024, 20_000_000), 1_000_000)
  .option('--sockets <n>', 'UDP sockets', wholeBetween(1, 256), USUAL_SHAPE.sockets)
  .option('--window <n>', 'queries in flight on each', wholeBetween(1, 30_000), USUAL_SHAPE.window)
  .option('--rate <n>', 'queries a second of the open loop', between(1, 10_000_000), USUAL_SHAPE.rate)
  .option('--connections <n>', 'TCP connections with one query', wholeBetween(1, 1000), USUAL_SHAPE.connections)
  .option('--pipes <n>', 'TCP connections with many queries', wholeBetween(1, 1000), USUAL_SHAPE.pipes)
  .option('--pipeline <n>', 'queries in flight on each of those', wholeBetween(1, 10_000), USUAL_SHAPE.pipeline)
  .option('--server-cpu <n>', 'processor of the servers (default: the first)', wholeBetween(0, 4095))
  .option('--generator-cpu <n>', 'processor of the load generator (default: the second)', wholeBetween(0, 4095))
  .option('--no-pin', 'bind nothing to processors')
  .option(
    '--cold',
    `a start of each server on a cold page cache too, and ${REFERENCE} for ${COLD_SECONDS} s from its first answer on (root only)`,
  )
  .option(
    '--idle <seconds>',
    `leave each server idle for so long after the workloads, then ${REFERENCE} for ${AFTER_IDLE_SECONDS} s; 0: do not`,
    between(0, 86_400),
    0,
  )
  .option('--out <dir>', 'where the table, the chart and the raw figures go', 'bench/out')
  .option('--json', 'print JSON')
for (const kind of SERVER_KINDS) {
  command.option(
    `--${kind} <[name=]path>`,
    `a build of ${kind} in place of the installed one; may be repeated`,
    collect,
    [],
  )
}

await runMain(() => run(command.parse().opts<Options>()))
