import { appendFileSync, copyFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import { Command } from 'commander'
import { nameFromText, nameToText } from '../src/wire/index.ts'
import { UdpAsker } from '../test/interop/asker.ts'
import { findTool, ServerProcess, temporaryFolder } from '../test/peers/index.ts'
import { Random } from '../test/zones/random.ts'
import { runMain, wholeBetween } from './cli.ts'
import { freePort, HOST } from './compare/launch.ts'
import { choosePinning, onCpu, type Pinning, pinSelf, UNPINNED } from './compare/pin.ts'
import { ChangeMaker, type DomainChange } from './feed/changes.ts'
import { checkAnswers, typesAt } from './feed/check-answers.ts'
import { readDelegations } from './feed/delegations.ts'
import { EventWriter, eventsOf } from './feed/events.ts'
import { bringData, FedServer } from './feed/fed-server.ts'
import { storeFloor } from './feed/store-floor.ts'
import { updateMessage } from './feed/update-message.ts'
import { sendUpdates } from './feed/update-sender.ts'
import { type UpdatedPeer, updatedPeers } from './feed/updated-peers.ts'
import { cpuSeconds, processTree } from './load/cpu.ts'
import { writeTldZone } from './zone/generate.ts'

interface Options {
  readonly zone?: string
  readonly origin: string
  readonly delegations: number
  readonly signed?: true
  readonly data?: string
  readonly changes: number
  readonly batch: number
  readonly connections: number
  readonly servers: readonly string[]
  readonly json?: true
}

interface Figures {
  readonly server: string
  readonly settings: string
  readonly seconds: number
  /** Changes a second. */
  readonly rate: number
  /** Processor time of the server, seconds. */
  readonly cpu: number
}

interface Task {
  readonly origin: string
  readonly file: string
  readonly signed: boolean
  readonly changes: readonly DomainChange[]
  readonly pinning: Pinning
}

const START_TIMEOUT = 900_000
const STORE = "zonecut's store alone"

async function measurePeer(peer: UpdatedPeer, task: Task, options: Options): Promise<Figures> {
  const { origin, file, signed, changes, pinning } = task
  const folder = temporaryFolder('updated')
  const port = await freePort(1)
  // It writes the file anew, and a journal beside it.
  const own = join(folder, 'updated.zone')
  copyFileSync(file, own)
  const { command, args } = peer.kind.prepare(folder, port, [{ origin, file: own }])
  const pinned = onCpu(pinning.server, findTool(command)!, args)
  const server = new ServerProcess(peer.name, pinned.command, pinned.args, { cwd: folder })
  const asker = new UdpAsker(HOST, port)
  try {
    const end = performance.now() + START_TIMEOUT
    const checkRuns = () => {
      if (server.exit !== undefined || performance.now() > end) throw new Error(`no ${peer.name}:\n${server.log}`)
    }
    // A zone that is signed shows its keys; how far its signatures are, the processor tells.
    for (; (await typesAt(asker, origin, signed ? 'DNSKEY' : 'SOA')).length === 0; await sleep(200)) checkRuns()
    for (let used = -1; ; ) {
      checkRuns()
      const now = cpuSeconds(processTree(server.pid))
      if (now - used < 0.05) break
      used = now
      await sleep(1000)
    }
    const messages: Buffer[] = []
    for (let from = 0; from < changes.length; from += options.batch) {
      messages.push(updateMessage(nameFromText(origin), changes.slice(from, from + options.batch)))
    }
    const before = cpuSeconds(processTree(server.pid))
    const milliseconds = await sendUpdates(HOST, port, messages, options.connections)
    const cpu = cpuSeconds(processTree(server.pid)) - before
    await checkAnswers(port, changes)
    return figuresOf(peer.name, peer.settings, milliseconds, changes, cpu)
  } finally {
    asker.close()
    await server.stop(30_000)
    rmSync(folder, { recursive: true, force: true })
  }
}

/** zonecut, and what of its time its store takes alone. */
async function measureZonecut(task: Task, options: Options): Promise<[Figures, Figures]> {
  const { origin, file, signed, changes, pinning } = task
  const folder = temporaryFolder('updated')
  const port = await freePort(1)
  const serverOptions = { folder, origin, file, signed, port, cpu: pinning.server }
  await bringData(options.data, serverOptions)
  const server = new FedServer(serverOptions)
  try {
    await server.ready(signed)
    const writer = new EventWriter((await server.feed()).seq + 1)
    const lines = changes.map((change) => writer.lines(eventsOf(change), Date.now())).join('')
    const before = server.cpu()
    const began = performance.now()
    appendFileSync(server.events, lines)
    while ((await server.feed()).seq < writer.last) await sleep(20)
    const milliseconds = performance.now() - began
    const cpu = server.cpu() - before
    await checkAnswers(port, changes)
    const settings = 'events appended to a file; each commit flushed to the disk'
    const measured = figuresOf('zonecut', settings, milliseconds, changes, cpu)
    await server.server.stop(30_000)
    const floor = await storeFloor({ data: join(folder, 'data'), origin, changes: changes.length }, pinning.server)
    const alone = 'nothing is read, made or signed: rows of its tables written anew in as large commits, each flushed'
    return [measured, figuresOf(STORE, alone, floor.milliseconds, changes, floor.cpu)]
  } finally {
    await server.server.stop(30_000)
    rmSync(folder, { recursive: true, force: true })
  }
}

function figuresOf(
  server: string,
  settings: string,
  milliseconds: number,
  changes: readonly DomainChange[],
  cpu: number,
): Figures {
  return { server, settings, seconds: milliseconds / 1000, rate: (1000 * changes.length) / milliseconds, cpu }
}

const shown = (value: number, digits = 1) => value.toLocaleString('en-US', { maximumFractionDigits: digits })

function print({ server, settings, seconds, rate, cpu }: Figures, changes: number): void {
  process.stdout.write(
    `${server}: ${shown(changes)} changes in ${shown(seconds, 2)} s, ${shown(rate, 0)} a second, ${shown(cpu, 2)} s of processor time\n  ${settings}\n`,
  )
}

async function run(options: Options): Promise<void> {
  const origin = nameToText(nameFromText(options.origin))
  const folder = temporaryFolder('feed-peers')
  const chosen = choosePinning()
  const pinning = typeof chosen === 'string' ? UNPINNED : chosen
  pinSelf(pinning.generator)
  try {
    let { zone: file } = options
    if (file === undefined) {
      file = join(folder, 'generated.zone')
      writeTldZone(file, { origin, delegations: options.delegations, seed: 7 })
    }
    const random = new Random(3)
    const maker = new ChangeMaker(origin, readDelegations(file, nameFromText(origin), options.changes, random), random)
    const changes = Array.from({ length: options.changes }, () => maker.next())
    const task = { origin, file, signed: options.signed === true, changes, pinning }
    const isWanted = (name: string) =>
      options.servers.length === 0 || options.servers.some((text) => name.toLowerCase().startsWith(text))
    const figures: Figures[] = []
    const note = (each: Figures) => {
      figures.push(each)
      if (options.json === undefined) print(each, changes.length)
    }
    if (isWanted('zonecut')) for (const each of await measureZonecut(task, options)) note(each)
    for (const peer of updatedPeers(task.signed)) {
      if (!isWanted(peer.name)) continue
      if (findTool(peer.kind.tool) === undefined) process.stderr.write(`${peer.name} is not installed\n`)
      else note(await measurePeer(peer, task, options))
    }
    if (options.json) process.stdout.write(`${JSON.stringify(figures)}\n`)
    else printRatio(figures)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function printRatio(figures: readonly Figures[]): void {
  const own = figures.find(({ server }) => server === 'zonecut')
  const others = figures.filter(({ server }) => server !== 'zonecut' && server !== STORE)
  const [best] = others.sort((a, b) => b.rate - a.rate)
  if (own === undefined || best === undefined) return
  process.stdout.write(`zonecut by the better, ${best.server}: ${shown(own.rate / best.rate, 2)} times\n`)
}

const command = new Command('bench:feed-peers')
  .description('the same changes given to zonecut by its feed, and to BIND and Knot DNS by dynamic update (RFC 2136)')
  .option('--zone <file>', 'unsigned master file (default: a generated zone)')
  .option('--origin <name>', 'its origin', 'zz.')
  .option('--delegations <n>', 'delegations of the generated zone', wholeBetween(10, 100_000_000), 100_000)
  .option('--signed', 'each server signs the zone: NSEC3 with opt-out, ECDSA P-256')
  .option('--data <dir>', 'a data folder of zonecut with the zone loaded, to begin with a copy of')
  .option('--changes <n>', 'how many', wholeBetween(1, 10_000_000), 20_000)
  .option('--batch <n>', 'changes of one update', wholeBetween(1, 400), 100)
  .option('--connections <n>', 'TCP connections, with an update in flight on each', wholeBetween(1, 64), 4)
  .option('--servers <names>', 'some of zonecut, bind, knot', (text) => text.split(','), [])
  .option('--json', 'print JSON')

await runMain(() => run(command.parse().opts<Options>()))
