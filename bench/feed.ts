import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Command } from 'commander'
import { nameFromText, nameToText } from '../src/wire/index.ts'
import { temporaryFolder } from '../test/peers/index.ts'
import { between, runMain, wholeBetween } from './cli.ts'
import { Generator } from './compare/generator.ts'
import { USUAL_SHAPE } from './compare/job.ts'
import { freePort, HOST } from './compare/launch.ts'
import { choosePinning, type Pinning, pinSelf, UNPINNED } from './compare/pin.ts'
import { queryList } from './compare/workloads.ts'
import { bringData, FedServer } from './feed/fed-server.ts'
import { runJob, type WatchedReport } from './feed/job.ts'
import { writeTldZone } from './zone/generate.ts'
import { readZoneNames } from './zone/names.ts'

const PARTS = ['quiet', 'stream', 'push', 'backlog', 'backlog-load'] as const
type Part = (typeof PARTS)[number]

interface Options {
  readonly zone?: string
  readonly origin: string
  readonly delegations: number
  readonly unsigned?: true
  readonly data?: string
  readonly parts: readonly Part[]
  readonly rate: number
  readonly seconds: number
  readonly warmup: number
  readonly backlog: number
  readonly load: number
  readonly queries?: number
  readonly quiet: number
  readonly unpinned?: true
  readonly json?: true
}

/** Queries asked in a circle. */
const QUERIES = 200_000
/** Seconds of a closed loop, for the rate that the server can do. */
const FULL_SECONDS = 3
/** The registry and the resolvers where they have a processor of their own, and where they share all with the server. */
const ALONE = { sockets: USUAL_SHAPE.sockets, rest: 0 }
const SHARED = { sockets: 16, rest: 1 }
/** As resolvers wait. */
const TIMEOUT = 1000

/** What was measured of one part. */
interface Figures {
  readonly part: Part
  /** Queries a second that were put. */
  readonly rate: number
  readonly report: WatchedReport
  /** Processor time of the server, seconds. */
  readonly cpu: number
  readonly refused: number
}

/** Replies a second when the server is asked as fast as it answers. */
async function fullRate(server: FedServer, port: number, list: string, { generator: cpu }: Pinning): Promise<number> {
  const generator = new Generator(cpu)
  try {
    await generator.readAhead(list)
    const { received, seconds } = await generator.run({
      list,
      first: 0,
      manner: 'udp',
      host: HOST,
      port,
      seconds: FULL_SECONDS,
      warmup: 1,
      pid: server.server.pid,
      serverProcessor: null,
      shape: USUAL_SHAPE,
    })
    return received / seconds
  } finally {
    generator.stop()
  }
}

const shown = (value: number, digits = 1) => value.toLocaleString('en-US', { maximumFractionDigits: digits })

function report({ part, rate, report: result, cpu, refused }: Figures, options: Options): string {
  const { latencies, unseen, tookMs, markReplies, faults, timeouts, sent, queryP99, rcodes } = result
  const sorted = [...latencies].sort((a, b) => a - b)
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN
  const isBacklog = part.startsWith('backlog')
  const what = isBacklog
    ? `${part}: ${shown(options.backlog)} changes at once, shown after ${shown(tookMs / 1000, 2)} s, ${shown((options.backlog * 1000) / tookMs, 0)} a second`
    : `${part}: ${options.rate} changes a second, change to answer p50 ${shown(at(0.5))} ms, p99 ${shown(at(0.99))} ms, max ${shown(at(1))} ms (${sorted.length} changes)`
  const codes = Object.entries(rcodes).filter(([code]) => code !== '0' && code !== '3')
  return [
    what,
    `  load ${shown(rate, 0)} q/s: ${timeouts} of ${shown(sent)} queries lost, p99 ${shown(queryP99, 2)} ms${codes.map(([code, count]) => `, rcode ${code} ${count} times`).join('')}`,
    `  ${shown(markReplies)} replies looked at: ${faults.mixed} of two versions, ${faults.stale} of an older one than before, ${faults.failed} failed; ${unseen} changes never shown, ${refused} events refused`,
    `  server: ${shown(cpu, 2)} s of processor time in ${shown(result.seconds, 1)} s`,
  ].join('\n')
}

async function run(options: Options): Promise<void> {
  const origin = nameToText(nameFromText(options.origin))
  const signed = options.unsigned === undefined
  const folder = temporaryFolder('feed')
  const chosen = options.unpinned ? UNPINNED : choosePinning()
  const pinning = typeof chosen === 'string' ? UNPINNED : chosen
  const isShared = pinning.generator === undefined
  pinSelf(pinning.generator)
  let server: FedServer | undefined
  try {
    let { zone } = options
    if (zone === undefined) {
      zone = join(folder, 'generated.zone')
      writeTldZone(zone, { origin, delegations: options.delegations, seed: 7 })
    }
    const port = await freePort(0)
    const serverOptions = { folder, origin, file: zone, signed, port, cpu: pinning.server }
    await bringData(options.data, serverOptions)
    if (options.parts.length === 0) return
    const list = join(folder, 'mix.queries')
    writeFileSync(list, queryList('mix', readZoneNames(zone, nameFromText(origin)), QUERIES))
    server = new FedServer(serverOptions)
    await server.ready(signed)
    const needsRate = options.parts.some((part) => part !== 'quiet' && part !== 'backlog')
    const full = options.queries ?? (needsRate ? await fullRate(server, port, list, pinning) : 0)
    if (needsRate) process.stdout.write(`the server answers ${shown(full, 0)} q/s\n`)
    for (const part of options.parts) {
      if (part === 'quiet') {
        const before = server.cpu()
        await sleep(options.quiet * 1000)
        const used = server.cpu() - before
        process.stdout.write(`quiet: ${shown(used, 2)} s of processor time in ${options.quiet} s\n`)
        continue
      }
      const rate = part === 'backlog' ? 0 : Math.round(full * options.load)
      const before = await server.feed()
      const cpuBefore = server.cpu()
      const isBacklog = part.startsWith('backlog')
      const result = await runJob(
        {
          kind: isBacklog ? 'backlog' : 'stream',
          changes: isBacklog ? options.backlog : options.rate,
          seconds: isBacklog ? 0 : options.seconds,
          warmup: isBacklog ? 0 : options.warmup,
          feed: part === 'push' ? { socket: server.control } : { file: server.events },
          firstSeq: before.seq + 1,
          origin,
          zone,
          signed,
          list,
          host: HOST,
          port,
          rate,
          ...(isShared ? SHARED : ALONE),
          timeoutMs: TIMEOUT,
        },
        pinning.generator,
      )
      const after = await server.feedAt(result.lastSeq)
      const refused = after.counts.refused - before.counts.refused
      const figures = { part, rate, report: result, cpu: server.cpu() - cpuBefore, refused }
      process.stdout.write(options.json ? `${JSON.stringify(figures)}\n` : `${report(figures, options)}\n`)
    }
  } finally {
    await server?.server.stop(30_000)
    rmSync(folder, { recursive: true, force: true })
  }
}

function readParts(text: string): Part[] {
  return text
    .split(',')
    .filter((part) => part !== '')
    .map((text) => {
      const part = PARTS.find((candidate) => candidate === text)
      if (part === undefined) throw new Error(`${text}: expected some of ${PARTS.join(', ')}`)
      return part
    })
}

const command = new Command('bench:feed')
  .description(
    'a zone that follows its registry under load: from change to answer, backlogs, and what is lost or mixed',
  )
  .option('--zone <file>', 'unsigned master file (default: a generated zone)')
  .option('--origin <name>', 'its origin', 'zz.')
  .option('--delegations <n>', 'delegations of the generated zone', wholeBetween(10, 100_000_000), 100_000)
  .option('--unsigned', 'the server does not sign the zone')
  .option('--data <dir>', 'a data folder with the zone loaded, to begin with a copy of; made when it is not there')
  .option('--parts <names>', `some of ${PARTS.join(', ')}; none only makes the data folder`, readParts, [...PARTS])
  .option('--rate <n>', 'changes a second', between(0.1, 100_000), 100)
  .option('--seconds <n>', 'how long changes are made', between(1, 3600), 60)
  .option('--warmup <seconds>', 'how long they are made before that', between(0, 3600), 10)
  .option('--backlog <n>', 'changes made at once', wholeBetween(1, 10_000_000), 100_000)
  .option('--load <share>', 'queries put, as a share of what the server answers at most', between(0, 1), 0.5)
  .option('--queries <n>', 'what that is, queries a second (default: measured)', between(0, 10_000_000))
  .option('--quiet <seconds>', 'how long a zone without changes is watched', between(1, 3600), 30)
  .option(
    '--unpinned',
    'all processors for server and generator, with as many UDP threads as the server has by default',
  )
  .option('--json', 'print JSON')

await runMain(() => run(command.parse().opts<Options>()))
