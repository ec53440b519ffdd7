import { loadSettings, type Overrides, type Settings, type ZoneSetting } from '../config/index.ts'
import {
  chooseUdpIo,
  createCounters,
  createStopFlag,
  formatListenAddress,
  readTcpCounters,
  readUdpCounters,
  requestStop,
} from '../net/index.ts'
import {
  answers,
  type ChangeReport,
  type ControlServer,
  controlRoutes,
  type FeedAnswer,
  type FeedCall,
  type FeedReport,
  feedRoutes,
  type MetricsListener,
  metricsRoute,
  openControl,
  openMetrics,
  openMetricsListener,
  type ReloadReport,
  type StatusReport,
} from '../ops/index.ts'
import type { HeldLock } from '../store/index.ts'
import { DenialLog } from './denial-log.ts'
import { FeedTimes } from './feed-times.ts'
import { Keeper } from './keeper.ts'
import { Loads } from './loads.ts'
import { lockDataFolder } from './lock.ts'
import { type Logger, openLog } from './log.ts'
import { readyText } from './ready.ts'
import { restartKeys } from './restart-keys.ts'
import { Supervisor, type ThreadPlan } from './supervisor.ts'
import type { UpdateNotice } from './update-notice.ts'
import { DataFolderWatch } from './watch.ts'
import { Yielding } from './yielding.ts'
import { Zones } from './zones.ts'

/** Milliseconds the answering threads have to finish at the end; the whole stop takes less than two seconds. */
const STOP_PATIENCE = 1600
/** Milliseconds a reload waits for the threads to take up what it brought. */
const SWITCH_PATIENCE = 5000

/**
 * One running server: the main thread's part. It answers no query itself, so that nothing it does can delay one.
 */
export class Server {
  readonly #version: string
  readonly #overrides: Overrides
  readonly #startedAt = new Date()
  readonly #stopFlag = createStopFlag()
  readonly #udpCounters: SharedArrayBuffer[]
  readonly #tcpCounters = createCounters()
  readonly #log: Logger
  readonly #denials: DenialLog
  readonly #loads = new Loads()
  readonly #keeper: Keeper
  readonly #yielding: Yielding
  readonly #zones: Zones
  readonly #lock: HeldLock
  readonly #supervisor: Supervisor
  #settings: Settings
  #feedTimes: FeedTimes | undefined
  #generation = 0
  #watch: DataFolderWatch | undefined
  #control: ControlServer | undefined
  #metricsListener: MetricsListener | undefined
  #reloading: Promise<ReloadReport> | undefined
  #stopping: Promise<void> | undefined

  /**
   * Takes the data folder, binds every address and answers from what the store holds; then begins to load the zone
   * files that are newer (`initialLoads`).
   * @param version the program's, for version.bind and the status
   * @throws ConfigError, DataFolderError, BindError, UdpIoError, ControlError, ThreadStartError: each with advice
   */
  static async start(overrides: Overrides, version: string): Promise<Server> {
    const settings = loadSettings(overrides, version)
    const lock = await lockDataFolder(settings.data, () => answers(settings.control.socket))
    try {
      const server = new Server(settings, overrides, version, lock)
      await server.#open()
      return server
    } catch (error) {
      lock.release()
      throw error
    }
  }

  private constructor(settings: Settings, overrides: Overrides, version: string, lock: HeldLock) {
    this.#settings = settings
    this.#overrides = overrides
    this.#version = version
    this.#lock = lock
    this.#log = openLog(settings.log)
    this.#denials = new DenialLog(this.#log)
    this.#keeper = new Keeper(
      settings.data,
      this.#log,
      (notice) => {
        this.#yielding.noteCommit()
        this.#zones.noteUpdate(notice)
      },
      (...measured) => this.#feedTimes?.observe(...measured),
    )
    // A port that the system chose is not known here.
    const probe = settings.listen.find(({ port }) => port !== 0)
    this.#zones = new Zones(settings.data, this.#loads, this.#keeper, this.#log, probe, (zones) => {
      this.#generation = this.#supervisor.publish(zones)
    })
    const udp = chooseUdpIo(settings.io)
    this.#log.info({ io: udp.io, reason: udp.reason }, 'chose how UDP packets are read and written')
    const workers = udp.sharesPort ? settings.workers : 1
    if (workers < settings.workers) {
      this.#log.warn({ workers }, 'several threads cannot share a UDP port with this io: one thread answers')
    }
    this.#udpCounters = Array.from({ length: workers }, createCounters)
    this.#yielding = new Yielding(workers)
    this.#supervisor = new Supervisor({
      plans: this.#plans(udp.io, udp.sharesPort),
      log: this.#log,
      onZoneFailed: (origin, message) => this.#zones.noteFailure(origin, message),
    })
  }

  /** True once the server has been told to end. */
  get stopping(): boolean {
    return this.#stopping !== undefined
  }

  /** What to print once the server is ready. */
  readyText(): string {
    return readyText(this.#version, this.#settings.listen, this.#supervisor.report(), this.#zones.report())
  }

  /** Loads the files newer than the store; resolves when each is served or has failed. The server answers meanwhile. */
  async initialLoads(): Promise<void> {
    await this.#zones.loadNewer()
    await this.#supervisor.settled(this.#generation, SWITCH_PATIENCE)
  }

  status(): StatusReport {
    return {
      server: {
        version: this.#version,
        pid: process.pid,
        startedAt: this.#startedAt.toISOString(),
        data: this.#settings.data,
        config: this.#settings.configFile ?? null,
        listen: this.#settings.listen.map(formatListenAddress),
      },
      // In the order of the plans: the UDP threads, then TCP's.
      threads: this.#supervisor.report().map((thread, index) => {
        const udp = this.#udpCounters[index]
        return { ...thread, traffic: udp === undefined ? readTcpCounters(this.#tcpCounters) : readUdpCounters(udp) }
      }),
      traffic: { udp: readUdpCounters(...this.#udpCounters), tcp: readTcpCounters(this.#tcpCounters) },
      zones: this.#zones.report(),
    }
  }

  /**
   * Reads the configuration again, takes over its zones and log level, loads what is newer than the store, and waits
   * until every thread answers from it. A second call meanwhile shares the first one's outcome.
   */
  reload(): Promise<ReloadReport> {
    this.#reloading ??= this.#reload().finally(() => {
      this.#reloading = undefined
    })
    return this.#reloading
  }

  /** A writer, in a process of its own, made an update of a zone: the answering threads are told at once. */
  noteUpdate(notice: UpdateNotice): void {
    this.#zones.noteUpdate(notice)
  }

  /**
   * Changes records of a zone that is kept signed; settles when every query from then on is answered with them: each thread
   * looks for what is new when it has received a batch. Never rejects.
   */
  change(origin: string, text: string): Promise<ChangeReport> {
    return this.#keeper.change(origin, text)
  }

  /** Signs all of a zone anew that is kept signed; settles when every query from then on is answered with that. Never rejects. */
  resign(origin: string, trustsClock: boolean): Promise<ChangeReport> {
    return this.#keeper.resign(origin, trustsClock)
  }

  /** The zones that follow feeds, fully qualified. */
  get fed(): readonly string[] {
    return this.#keeper.fed
  }

  /** How a zone follows its feed; undefined when it follows none. */
  feedReport(origin: string): FeedReport | undefined {
    return this.#keeper.feedReport(origin)
  }

  /** Does something with a zone's feed; settles when it is done, on the disk and answered. Never rejects. */
  feed(origin: string, call: FeedCall): Promise<FeedAnswer> {
    return this.#keeper.feed(origin, call)
  }

  /** Finishes what is being answered and closes everything, within two seconds. */
  stop(): Promise<void> {
    this.#stopping ??= this.#stop()
    return this.#stopping
  }

  async #open(): Promise<void> {
    const { data, control, metricsListen, zones } = this.#settings
    this.#zones.configure(zones)
    this.#zones.scan()
    // Also those that have no version yet: they are answered SERVFAIL, not REFUSED.
    this.#generation = this.#supervisor.publish(this.#zones.assignments())
    try {
      await this.#supervisor.start()
      this.#zones.keepInMemory()
      const metrics = await openMetrics(() => this.status())
      this.#feedTimes = new FeedTimes(metrics)
      const routes = [...controlRoutes(this), ...feedRoutes(this), metricsRoute(metrics)]
      this.#control = await openControl(control, routes, this.#denials.note)
      this.#metricsListener = await openMetricsListener(metricsListen, metrics, () => this.status())
      const addresses = this.#control.addresses.map(formatListenAddress)
      if (addresses.length > 0) this.#log.info({ addresses, tls: control.tls !== undefined }, 'listening for control')
      if (metricsListen.length > 0)
        this.#log.info({ addresses: metricsListen.map(formatListenAddress) }, 'metrics are served')
    } catch (error) {
      requestStop(this.#stopFlag)
      await Promise.all([
        this.#supervisor.stop(STOP_PATIENCE),
        this.#keeper.stop(STOP_PATIENCE),
        this.#control?.close(),
      ])
      throw error
    }
    this.#watch = new DataFolderWatch(data, () => this.#zones.scan())
  }

  async #reload(): Promise<ReloadReport> {
    this.#log.info('reloading')
    const notes: string[] = []
    let zones: readonly ZoneSetting[] = this.#settings.zones
    let configured = true
    try {
      const settings = loadSettings(this.#overrides, this.#version)
      this.#control?.reconfigure(settings.control)
      notes.push(...restartKeys(this.#settings, settings))
      zones = settings.zones
      this.#log.level = settings.log.level
      this.#settings = { ...this.#settings, zones, log: { ...this.#settings.log, level: settings.log.level } }
    } catch (error) {
      configured = false
      notes.push(`the configuration was not taken over: ${(error as Error).message}`)
    }
    for (const note of notes) this.#log.warn(note)

    const { added, removed } = this.#zones.configure(zones)
    const switched = this.#zones.scan()
    if (added.length > 0 || removed.length > 0) this.#generation = this.#supervisor.publish(this.#zones.assignments())
    const loaded = await this.#zones.loadNewer()
    const settled = await this.#supervisor.settled(this.#generation, SWITCH_PATIENCE)
    if (!settled) notes.push('an answering thread has not yet taken up the new versions')
    const outcomes = this.#zones.report().map(({ origin, state, version, problem }) => {
      const serial = version?.serial ?? null
      const outcome = added.includes(origin) ? 'added' : switched.includes(origin) ? 'switched' : 'unchanged'
      const failed = state === 'failed' || problem !== null
      return (
        loaded.find((load) => load.origin === origin) ??
        ({ origin, outcome: failed ? 'failed' : outcome, serial, problem } as const)
      )
    })
    const gone = removed.map((origin) => ({ origin, outcome: 'removed', serial: null, problem: null }) as const)
    const report = [...outcomes, ...gone]
    const ok = configured && settled && report.every(({ outcome }) => outcome !== 'failed')
    this.#log.info({ ok }, 'reloaded')
    return { ok, notes, zones: report }
  }

  async #stop(): Promise<void> {
    this.#log.info('stopping')
    requestStop(this.#stopFlag)
    this.#watch?.close()
    this.#loads.stop()
    await Promise.all([
      this.#supervisor.stop(STOP_PATIENCE),
      this.#keeper.stop(STOP_PATIENCE),
      this.#control?.close(),
      this.#metricsListener?.close(),
      this.#zones.close(),
    ])
    this.#lock.release()
    this.#log.info('stopped')
  }

  #plans(io: 'mmsg' | 'dgram', sharePort: boolean): ThreadPlan[] {
    const { data, listen, ednsPayload, nsid, chaos, tcp } = this.#settings
    const common = {
      dataDir: data,
      listen,
      stop: this.#stopFlag,
      answer: {
        udpPayload: ednsPayload,
        nsid,
        versionText: chaos.version,
        hostnameText: chaos.hostname,
        idText: chaos.id,
        tcpIdleTimeout: tcp.idleTimeout * 1000,
      },
    }
    const limits = {
      connections: tcp.maxConnections,
      connectionsPerClient: tcp.maxPerClient,
      idleTimeout: tcp.idleTimeout * 1000,
      messageTimeout: tcp.messageTimeout * 1000,
      writeTimeout: tcp.writeTimeout * 1000,
    }
    return [
      ...this.#udpCounters.map(
        (counters, index): ThreadPlan => ({
          name: `udp-${index + 1}`,
          body: 'udp-thread',
          data: { ...common, counters, io, sharePort, yielding: this.#yielding.flag },
        }),
      ),
      { name: 'tcp', body: 'tcp-thread', data: { ...common, counters: this.#tcpCounters, limits } },
    ]
  }
}
