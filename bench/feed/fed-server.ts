import { cpSync, existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import { type FeedReport, fetchStatus, type ZoneReport } from '../../src/ops/index.ts'
import { ServerProcess, ZONECUT } from '../../test/peers/index.ts'
import { HOST } from '../compare/launch.ts'
import { onCpu } from '../compare/pin.ts'
import { cpuSeconds, processTree } from '../load/cpu.ts'

const START_TIMEOUT = 600_000
/** Milliseconds. */
const TOLD_WITHIN = 10_000

export interface FedServerOptions {
  /** Where it runs; its data folder is `data` in it. */
  readonly folder: string
  readonly origin: string
  readonly file: string
  readonly signed: boolean
  readonly port: number
  /** The processor that all of its processes are bound to, and so its one UDP thread; undefined: any, with a UDP thread for each. */
  readonly cpu: number | undefined
}

/** A server whose zone follows a feed from a file. */
export class FedServer {
  readonly server: ServerProcess
  readonly control: string
  /** The file that the registry appends to. */
  readonly events: string

  constructor({ folder, origin, file, signed, port, cpu }: FedServerOptions) {
    this.events = join(folder, 'events.jsonl')
    this.control = join(folder, 'data', 'control.sock')
    writeFileSync(this.events, '', { flag: 'a' })
    // The brake is for registries that go wrong.
    const feed = { sources: [{ file: this.events }], brake: 'off' }
    const zone = { origin, file, ...(signed ? { sign: true } : {}), feed }
    const settings = { data: join(folder, 'data'), listen: [`${HOST}@${port}`], zones: [zone] }
    // JSON is YAML.
    const config = join(folder, 'zonecut.yaml')
    writeFileSync(config, JSON.stringify(settings))
    const { command, args } = onCpu(cpu, process.execPath, [ZONECUT, 'serve', '--config', config])
    this.server = new ServerProcess('zonecut', command, args, { cwd: folder })
  }

  /** Resolves when the zone is served and follows its feed, and all signatures have been looked at once. */
  async ready(signed: boolean): Promise<void> {
    const end = performance.now() + START_TIMEOUT
    for (;;) {
      if (this.server.exit !== undefined || performance.now() > end) throw new Error(`no server:\n${this.server.log}`)
      const zone = await this.#zone()
      const isRested = !signed || Date.parse(zone?.signing?.nextAt ?? '') > Date.now() + 1000
      if (zone?.feed?.state === 'following' && isRested) return
      await sleep(100)
    }
  }

  /** @throws Error while the feed is yet to begin */
  async feed(): Promise<FeedReport> {
    const feed = (await this.#zone())?.feed
    if (feed === undefined || feed === null) throw new Error(`the zone follows no feed:\n${this.server.log}`)
    return feed
  }

  /** As {@link feed}, once it stands at an event: what is answered may be told of a little later. */
  async feedAt(seq: number): Promise<FeedReport> {
    const end = performance.now() + TOLD_WITHIN
    for (;;) {
      const feed = await this.feed()
      if (feed.seq === seq) return feed
      if (performance.now() > end) throw new Error(`the feed stands at event ${feed.seq} of ${seq}`)
      await sleep(100)
    }
  }

  /** Processor time of all its processes so far, seconds. */
  cpu(): number {
    return cpuSeconds(processTree(this.server.pid))
  }

  async #zone(): Promise<ZoneReport | undefined> {
    try {
      return (await fetchStatus(this.control)).zones[0]
    } catch {
      return undefined // it does not listen yet
    }
  }
}

/**
 * Brings a data folder, with the zone loaded, into a folder: a copy of one that is kept, which is made when it is not there.
 * @param kept undefined: the server loads the zone at its start
 */
export async function bringData(kept: string | undefined, options: FedServerOptions): Promise<void> {
  if (kept === undefined) return
  if (!existsSync(kept)) {
    const folder = `${kept}.making`
    rmSync(folder, { recursive: true, force: true })
    mkdirSync(folder, { recursive: true })
    const server = new FedServer({ ...options, folder, cpu: undefined })
    try {
      await server.ready(options.signed)
    } finally {
      await server.server.stop(30_000)
    }
    renameSync(join(folder, 'data'), kept)
    rmSync(folder, { recursive: true, force: true })
  }
  cpSync(kept, join(options.folder, 'data'), { recursive: true })
}
