import { rmSync, writeFileSync } from 'node:fs'
import { Agent } from 'node:http'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import { Command } from 'commander'
import { fetchStatus, requestChange } from '../src/ops/index.ts'
import { nameFromText, nameToText } from '../src/wire/index.ts'
import { ServerProcess, temporaryFolder, ZONECUT } from '../test/peers/index.ts'
import { DsWatcher } from './changes/ds-watcher.ts'
import { between, runMain, wholeBetween } from './cli.ts'
import { Generator } from './compare/generator.ts'
import { type JobReport, USUAL_SHAPE } from './compare/job.ts'
import { freePort, HOST } from './compare/launch.ts'
import { choosePinning, onCpu, type Pinning, pinSelf, UNPINNED } from './compare/pin.ts'
import { spread } from './compare/statistics.ts'
import { queryList } from './compare/workloads.ts'
import { writeTldZone } from './zone/generate.ts'
import { readZoneNames, type ZoneNames } from './zone/names.ts'

interface Options {
  readonly zone?: string
  readonly origin: string
  readonly delegations: number
  readonly changes: number
  readonly rate: number
  readonly seconds: number
  readonly rounds: number
  readonly json?: true
}

/** Queries asked in a circle. */
const QUERIES = 200_000
const START_TIMEOUT = 600_000

interface Figures {
  /** Milliseconds from a change's request to the first answer that shows it. */
  readonly latency: { readonly p50: number; readonly p99: number; readonly max: number }
  /** Queries a second, without and with changes, and the one by the other, each round by itself. */
  readonly rounds: readonly { readonly quiet: number; readonly changing: number; readonly changesMade: number }[]
}

/** A server that keeps the zone signed. */
class SigningServer {
  readonly server: ServerProcess
  readonly control: string
  readonly port: number

  constructor(folder: string, file: string, origin: string, port: number, cpu: number | undefined) {
    const listen = `${HOST}@${port}`
    const args = [
      ZONECUT,
      'serve',
      '--zone',
      `${origin}=${file}`,
      '--sign',
      origin,
      '--listen',
      listen,
      '--workers',
      '1',
    ]
    const pinned = onCpu(cpu, process.execPath, args)
    this.server = new ServerProcess('zonecut', pinned.command, pinned.args, { cwd: folder })
    this.control = join(folder, 'data', 'control.sock')
    this.port = port
  }

  async ready(): Promise<void> {
    const end = performance.now() + START_TIMEOUT
    while (!this.server.log.includes(' is ready')) {
      if (this.server.exit !== undefined || performance.now() > end) throw new Error(`no server:\n${this.server.log}`)
      await sleep(50)
    }
    if (this.server.log.includes('not loaded')) throw new Error(this.server.log)
  }

  /** Resolves when all signatures have been looked at for the first time: then there is a rest between two turns. */
  async swept(): Promise<void> {
    for (;;) {
      const signing = (await fetchStatus(this.control)).zones[0]?.signing
      if (signing?.nextAt && Date.parse(signing.nextAt) > Date.now() + 1000) return
      await sleep(200)
    }
  }
}

/** A DS RRset that no other change gives the name. */
function dsText(number: number): string {
  return `${1 + (number % 65_535)} 13 2 ${number.toString(16).padStart(64, '0')}`
}

class Changer {
  readonly #server: SigningServer
  readonly #origin: string
  readonly #names: ZoneNames
  readonly #agent = new Agent({ keepAlive: true })
  #number = 0

  constructor(server: SigningServer, origin: string, names: ZoneNames) {
    this.#server = server
    this.#origin = origin
    this.#names = names
  }

  /** Gives a delegation another DS, and says which it was. Throws when the server refuses. */
  async change(): Promise<{ readonly name: Uint8Array; readonly tag: number }> {
    const number = ++this.#number
    const { delegated } = this.#names
    const name = delegated.at((number * 7919) % delegated.count)
    const owner = nameToText(name)
    const text = `delete ${owner} DS\nadd ${owner} 3600 DS ${dsText(number)}`
    const { problem } = await requestChange(this.#server.control, this.#origin, text, this.#agent)
    if (problem !== null) throw new Error(`the server refused a change: ${problem}`)
    return { name, tag: 1 + (number % 65_535) }
  }

  close(): void {
    this.#agent.destroy()
  }
}

/** One change after the other: how long until an answer shows it. */
async function measureLatency(server: SigningServer, changer: Changer, changes: number): Promise<Figures['latency']> {
  const watcher = await DsWatcher.open(HOST, server.port)
  const times: number[] = []
  for (let i = 0; i < changes; i++) {
    const began = performance.now()
    const { name, tag } = await changer.change()
    await watcher.until(name, tag)
    times.push(performance.now() - began)
  }
  watcher.close()
  times.sort((a, b) => a - b)
  const at = (share: number) => times[Math.min(times.length - 1, Math.floor(share * times.length))]!
  return { p50: at(0.5), p99: at(0.99), max: times.at(-1)! }
}

/** Makes changes at a rate while something else goes on. */
async function changing<T>(
  changer: Changer,
  rate: number,
  meanwhile: Promise<T>,
): Promise<{ result: T; made: number }> {
  let running = true
  const done = meanwhile.finally(() => {
    running = false
  })
  const began = performance.now()
  const under: Promise<unknown>[] = []
  let made = 0
  while (running) {
    const due = Math.floor(((performance.now() - began) / 1000) * rate)
    for (; made < due; made++) under.push(changer.change())
    await sleep(5)
  }
  await Promise.all(under)
  return { result: await done, made }
}

const replyRate = ({ received, seconds }: JobReport) => received / seconds

async function measureServing(
  server: SigningServer,
  changer: Changer,
  list: string,
  { generator: cpu, server: serverCpu }: Pinning,
  { seconds, rounds, rate }: Options,
): Promise<Figures['rounds']> {
  const generator = new Generator(cpu)
  const figures: { quiet: number; changing: number; changesMade: number }[] = []
  const ask = (round: number) =>
    generator.run({
      list,
      first: (round * 7919) % QUERIES,
      manner: 'udp',
      host: HOST,
      port: server.port,
      seconds,
      warmup: 0.5,
      pid: server.server.pid,
      serverProcessor: serverCpu ?? null,
      shape: USUAL_SHAPE,
    })
  try {
    await generator.readAhead(list)
    for (let round = 0; round < rounds; round++) {
      const quiet = await ask(2 * round)
      const { result, made } = await changing(changer, rate, ask(2 * round + 1))
      if (result.timeouts > 0 || result.broken > 0) {
        process.stderr.write(`round ${round + 1}: ${result.timeouts} queries timed out while changes were made\n`)
      }
      figures.push({ quiet: replyRate(quiet), changing: replyRate(result), changesMade: made })
    }
  } finally {
    generator.stop()
  }
  return figures
}

function report({ latency, rounds }: Figures, { rate, changes }: Options): string {
  const ratio = spread(rounds.map((round) => round.changing / round.quiet))!
  const lines = [
    `change to answer, ${changes} DS changes one after the other: p50 ${latency.p50.toFixed(1)} ms, p99 ${latency.p99.toFixed(1)} ms, max ${latency.max.toFixed(1)} ms`,
    ...rounds.map(({ quiet, changing: busy, changesMade }, i) => {
      return `round ${i + 1}: ${Math.round(quiet).toLocaleString('en-US')} q/s, with ${rate} changes a second ${Math.round(busy).toLocaleString('en-US')} q/s (${changesMade} made)`
    }),
    `with changes by without: median ${ratio.median.toFixed(2)}, least ${ratio.min.toFixed(2)}, most ${ratio.max.toFixed(2)}`,
  ]
  return `${lines.join('\n')}\n`
}

async function run(options: Options): Promise<void> {
  const { origin, delegations } = options
  const folder = temporaryFolder('changes')
  const chosen = choosePinning()
  const pinning = typeof chosen === 'string' ? UNPINNED : chosen
  pinSelf(pinning.generator)
  let server: SigningServer | undefined
  try {
    let file = options.zone
    if (file === undefined) {
      file = join(folder, 'generated.zone')
      writeTldZone(file, { origin, delegations, seed: 7 })
    }
    const names = readZoneNames(file, nameFromText(origin))
    const list = join(folder, 'referral-do.queries')
    writeFileSync(list, queryList('referral-do', names, QUERIES))
    server = new SigningServer(folder, file, origin, await freePort(0), pinning.server)
    await server.ready()
    const changer = new Changer(server, nameToText(nameFromText(origin)), names)
    // The first look at all signatures, and the compiler, are no part of what is measured.
    await server.swept()
    for (let i = 0; i < 100; i++) await Promise.all(Array.from({ length: 20 }, () => changer.change()))
    const latency = await measureLatency(server, changer, options.changes)
    const rounds = await measureServing(server, changer, list, pinning, options)
    changer.close()
    const figures = { latency, rounds }
    process.stdout.write(options.json ? `${JSON.stringify(figures)}\n` : report(figures, options))
  } finally {
    await server?.server.stop()
    rmSync(folder, { recursive: true, force: true })
  }
}

const command = new Command('bench:changes')
  .description(
    'changes of a zone that is kept signed: the time from change to answer, and what changes cost the answers',
  )
  .option('--zone <file>', 'unsigned master file (default: a generated zone)')
  .option('--origin <name>', 'its origin', 'zz.')
  .option('--delegations <n>', 'delegations of the generated zone', wholeBetween(10, 100_000_000), 100_000)
  .option('--changes <n>', 'changes made one after the other', wholeBetween(1, 1_000_000), 300)
  .option('--rate <n>', 'changes a second while queries are answered', between(0.1, 10_000), 100)
  .option('--seconds <n>', 'how long queries are put, without and with changes', between(0.5, 3600), 5)
  .option('--rounds <n>', 'turns of both', wholeBetween(1, 100), 3)
  .option('--json', 'print JSON')

await runMain(() => run(command.parse().opts<Options>()))
