import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { ZoneSetting } from '../config/index.ts'
import type { ListenAddress } from '../net/index.ts'
import type { FeedReport, LoadReport, ZoneReloadReport, ZoneReport } from '../ops/index.ts'
import {
  currentVersion,
  lastTransaction,
  listZones,
  openZone,
  type ZoneInfo,
  type ZoneSnapshot,
  zoneFolder,
  zoneInfo,
} from '../store/index.ts'
import { type Name, nameFromText, nameToText } from '../wire/index.ts'
import type { Keeper } from './keeper.ts'
import type { KeptZoneJob } from './keeper-messages.ts'
import type { LoadOutcome } from './load-messages.ts'
import type { Loads } from './loads.ts'
import type { Logger } from './log.ts'
import type { ZoneAssignment } from './messages.ts'
import { Residents } from './residents.ts'
import { startingReport } from './starting-report.ts'
import type { UpdateNotice } from './update-notice.ts'

/** Seconds after which a load is worth more log lines than its beginning and end. */
const LONG_LOAD = 1

interface ServedZone {
  readonly origin: Name
  readonly originText: string
  /** Absolute path, when one is configured. */
  file: string | undefined
  /** The store's version that the threads were last told to answer from. */
  version: string | undefined
  /** A version that could not be opened: it is not tried again until the store has another. */
  failedVersion: string | undefined
  info: ZoneInfo | undefined
  /** The last transaction on its environment that was looked at, and a snapshot of it, kept to go on from. */
  transaction: number | undefined
  looked: ZoneSnapshot | undefined
  /** The version may no longer be served. */
  expired: boolean
  load: LoadReport | undefined
  loading: Promise<ZoneReloadReport> | undefined
  /** Loads since the start. */
  done: number
  failed: number
  problem: string | undefined
}

/**
 * The zones of one server, as the main thread sees them: those configured and those in the data folder. It notices
 * new versions, has files loaded that are newer than the store, and tells the threads (`publish`).
 */
export class Zones {
  readonly #dataDir: string
  readonly #loads: Loads
  readonly #keeper: Keeper
  readonly #log: Logger
  readonly #publish: (zones: readonly ZoneAssignment[]) => void
  readonly #residents: Residents
  readonly #probe: ListenAddress | undefined
  readonly #zones = new Map<string, ServedZone>()

  /**
   * @param probe one of the server's own addresses
   * @param publish hands a changed list to the answering threads
   */
  constructor(
    dataDir: string,
    loads: Loads,
    keeper: Keeper,
    log: Logger,
    probe: ListenAddress | undefined,
    publish: (zones: readonly ZoneAssignment[]) => void,
  ) {
    this.#dataDir = dataDir
    this.#loads = loads
    this.#keeper = keeper
    this.#log = log
    this.#publish = publish
    this.#residents = new Residents(log)
    this.#probe = probe
  }

  /** What the threads are to answer from now. */
  assignments(): ZoneAssignment[] {
    return this.#sorted().map(({ origin, version, info, expired }) => {
      return { origin, version, revision: info?.revision ?? 0, expired }
    })
  }

  /** Takes over the configured zones and those found in the data folder; returns what joined and what left. */
  configure(settings: readonly ZoneSetting[]): { added: string[]; removed: string[] } {
    const wanted = new Map(settings.map((setting) => [setting.originText, setting]))
    const stored = this.#stored()
    const removed = [...this.#zones.keys()].filter((origin) => !wanted.has(origin) && !stored.includes(origin))
    const added = [...new Set([...wanted.keys(), ...stored])].filter((origin) => !this.#zones.has(origin))
    for (const origin of removed) {
      this.#zones.get(origin)?.looked?.close()
      this.#zones.delete(origin)
    }
    for (const origin of added) this.#add(origin)
    this.#keeper.configure(settings.flatMap((setting) => this.#jobOf(setting)))
    for (const zone of this.#zones.values()) {
      zone.file = wanted.get(zone.originText)?.file
      // Everything is tried afresh: what is still wrong is found again.
      zone.problem = undefined
      zone.failedVersion = undefined
    }
    return { added, removed }
  }

  /**
   * Looks whether the store has other versions than those served, or updates of them, and publishes what changed.
   * @returns the origins that changed
   */
  scan(): string[] {
    const joined = this.#stored().filter((origin) => !this.#zones.has(origin))
    for (const origin of joined) this.#add(origin)
    const changed = [...this.#zones.values()].filter((zone) => this.#look(zone)).map(({ originText }) => originText)
    if (changed.length > 0 || joined.length > 0) this.#publishChanges()
    return changed
  }

  /**
   * Loads every configured file that is newer than the store; zones are served from the store meanwhile. Never rejects.
   * @returns what became of the zones that there was something to load for
   */
  async loadNewer(): Promise<ZoneReloadReport[]> {
    const reports = await Promise.all(this.#sorted().map((zone) => this.#loadIfNewer(zone)))
    return reports.filter((report) => report !== undefined)
  }

  /** A writer made an update: the threads are told at once. */
  noteUpdate({ version, info }: UpdateNotice): void {
    const zone = this.#zones.get(info.origin)
    if (zone === undefined || zone.version !== version) {
      this.scan()
      return
    }
    if (zone.info !== undefined && info.revision <= zone.info.revision) return
    zone.info = info
    this.#lookForExpiry(zone)
    this.#publishChanges()
  }

  /** A thread could not open the version it was told of. */
  noteFailure(origin: Name, message: string): void {
    const zone = this.#zones.get(nameToText(origin))
    if (zone === undefined || zone.problem === message) return
    zone.problem = message
    this.#log.error({ zone: zone.originText, problem: message }, 'a thread cannot open the zone')
  }

  /** The answering threads run: what they answer from is brought into memory. */
  keepInMemory(): void {
    this.#residents.begin()
  }

  /** Lets go of what is kept in memory. */
  close(): Promise<void> {
    for (const zone of this.#zones.values()) {
      zone.looked?.close()
      zone.looked = undefined
    }
    return this.#residents.close()
  }

  report(): ZoneReport[] {
    return this.#sorted().map((zone) => ({
      origin: zone.originText,
      state: stateOf(zone),
      file: zone.file ?? null,
      version:
        zone.info === undefined
          ? null
          : {
              serial: zone.info.serial,
              name: zone.version!,
              records: zone.info.records,
              delegations: zone.info.delegations,
              bytes: folderSize(this.#environment(zone)),
              loadedAt: zone.info.loadedAt,
              updatedAt: zone.info.updatedAt ?? null,
              source: zone.info.source?.path ?? null,
              signed: zone.info.signed,
              denial: zone.info.denial,
              memory: this.#residents.state(this.#environment(zone)) ?? null,
            },
      signing: this.#keeper.report(zone.originText) ?? null,
      feed: this.#feedReport(zone),
      load: zone.load ?? null,
      loads: { done: zone.done, failed: zone.failed },
      problem: zone.problem ?? null,
    }))
  }

  /** Null for a zone that follows no feed. */
  #feedReport({ originText: origin, version }: ServedZone): FeedReport | null {
    if (!this.#keeper.follows(origin)) return null
    const waits = version === undefined ? 'the zone is not loaded yet' : 'the zone is being opened'
    return this.#keeper.feedReport(origin) ?? startingReport(waits)
  }

  /** Folder of the version that is served. */
  #environment(zone: ServedZone): string {
    return join(zoneFolder(this.#dataDir, zone.origin), zone.version ?? '')
  }

  /** Tells the threads, and has what they answer from kept in memory. */
  #publishChanges(): void {
    this.#publish(this.assignments())
    const served = this.#sorted().filter(({ version, expired }) => version !== undefined && !expired)
    this.#residents.follow(served.map((zone) => this.#environment(zone)))
  }

  #sorted(): ServedZone[] {
    return [...this.#zones.values()].sort((a, b) => (a.originText < b.originText ? -1 : 1))
  }

  #stored(): string[] {
    try {
      return listZones(this.#dataDir).map(nameToText)
    } catch (error) {
      this.#log.error({ problem: (error as Error).message }, 'the data folder cannot be read')
      return []
    }
  }

  #add(originText: string): void {
    this.#zones.set(originText, {
      origin: nameFromText(originText),
      originText,
      file: undefined,
      version: undefined,
      failedVersion: undefined,
      info: undefined,
      transaction: undefined,
      looked: undefined,
      expired: false,
      load: undefined,
      loading: undefined,
      done: 0,
      failed: 0,
      problem: undefined,
    })
  }

  /** True when the zone has a new version that can be opened, or an update, or its version has come to expire. */
  #look(zone: ServedZone): boolean {
    const changed = this.#lookForVersion(zone)
    return this.#lookForExpiry(zone) || changed
  }

  #lookForExpiry(zone: ServedZone): boolean {
    const { expiresAt } = zone.info ?? {}
    const expired = expiresAt !== undefined && Date.now() / 1000 >= expiresAt
    if (expired === zone.expired) return false
    zone.expired = expired
    if (expired) this.#log.error({ zone: zone.originText }, 'the zone has expired: answers are SERVFAIL')
    return true
  }

  /** True when the version that is served was updated. A few octets of its file tell whether there is anything to open. */
  #lookForUpdate(zone: ServedZone): boolean {
    const transaction = lastTransaction(this.#environment(zone))
    if (transaction === undefined || transaction === zone.transaction) return false
    const before = zone.looked
    // Opening an environment takes milliseconds, going on from a snapshot microseconds.
    zone.looked = before?.newest() ?? openZone(this.#dataDir, zone.origin, { method: 'lmdb' })
    before?.close()
    zone.transaction = transaction
    const { info, path } = zone.looked
    if (path !== this.#environment(zone) || info.revision <= (zone.info?.revision ?? 0)) return false
    zone.info = info
    this.#log.debug({ zone: zone.originText, serial: info.serial, revision: info.revision }, 'the zone was updated')
    return true
  }

  #lookForVersion(zone: ServedZone): boolean {
    try {
      const version = currentVersion(this.#dataDir, zone.origin)
      if (version === undefined || version === zone.failedVersion) return false
      if (version === zone.version) return this.#lookForUpdate(zone)
      zone.failedVersion = version
      zone.transaction = undefined
      zone.looked?.close()
      zone.looked = undefined
      const info = zoneInfo(this.#dataDir, zone.origin)
      if (info === undefined) return false
      zone.failedVersion = undefined
      const first = zone.version === undefined
      zone.version = version
      zone.info = info
      zone.problem = undefined
      this.#log.info(
        { zone: zone.originText, serial: info.serial, records: info.records, delegations: info.delegations },
        first ? 'serving the zone' : 'switched to a new version of the zone',
      )
      return true
    } catch (error) {
      const problem = (error as Error).message
      if (zone.problem !== problem) this.#log.error({ zone: zone.originText, problem }, 'the zone cannot be opened')
      zone.problem = problem
      return false
    }
  }

  /** What the keeper process does for a zone, if anything. */
  #jobOf({ originText: origin, signing, feed }: ZoneSetting): KeptZoneJob[] {
    if (signing === undefined && feed === undefined) return []
    const probe = feed === undefined ? undefined : this.#probe
    return [{ origin, ...defined({ signing, feed, probe }) }]
  }

  #isOutdated(zone: ServedZone): boolean {
    if (zone.file === undefined) {
      if (zone.version === undefined && zone.problem === undefined) {
        zone.problem = 'the zone is not in the data folder and no file is configured for it'
        this.#log.error({ zone: zone.originText, problem: zone.problem }, 'the zone cannot be served')
      }
      return false
    }
    try {
      const { mtimeMs, size } = statSync(zone.file)
      if (zone.info === undefined) return true
      // The registry says what the zone is once its feed has begun: the file was where it began.
      if (this.#keeper.follows(zone.originText)) return false
      const { source, loadedAt } = zone.info
      // What came by updates is not in the file: only another file replaces it. One that is to be signed, or not any more, is
      // signed of what the store holds. The same file is told by its stamp; another one counts when it is younger than the load.
      return source?.path === zone.file
        ? source.modified !== mtimeMs || source.size !== size
        : mtimeMs > Date.parse(loadedAt)
    } catch (error) {
      const absent = (error as NodeJS.ErrnoException).code === 'ENOENT'
      zone.problem = absent ? `the zone file ${zone.file} does not exist` : (error as Error).message
      this.#log.error({ zone: zone.originText, problem: zone.problem }, 'the zone file cannot be read')
      return false
    }
  }

  async #loadIfNewer(zone: ServedZone): Promise<ZoneReloadReport | undefined> {
    const underWay = await zone.loading
    // The file may have changed again since the load under way began to read it.
    if (!this.#isOutdated(zone)) return underWay
    zone.loading ??= this.#load(zone)
    return zone.loading
  }

  async #load(zone: ServedZone): Promise<ZoneReloadReport> {
    const { originText, file } = zone
    const job = { origin: originText, file: file!, dataDir: this.#dataDir }
    this.#log.info({ zone: originText, file }, 'loading the zone file')
    const onProgress = (progress: LoadReport) => {
      this.#logPhase(originText, zone.load, progress)
      zone.load = progress
    }
    const outcome = await (this.#keeper.keeps(originText)
      ? this.#keeper.load(originText, file!, onProgress)
      : this.#loads.load(job, onProgress))
    zone.load = undefined
    zone.loading = undefined
    this.#logOutcome(originText, outcome)
    zone.problem = outcome.problem
    if (outcome.ok) this.scan()
    if (outcome.ok) zone.done++
    else zone.failed++
    return {
      origin: originText,
      // What was loaded may still fail to be opened.
      outcome: zone.problem === undefined ? 'loaded' : 'failed',
      serial: zone.info?.serial ?? null,
      problem: zone.problem ?? null,
    }
  }

  /** One line for each phase that took long enough for an operator to wonder. */
  #logPhase(zone: string, before: LoadReport | undefined, { phase, seconds }: LoadReport): void {
    if (before === undefined || before.phase === phase) return
    const fields = { zone, phase: before.phase, records: before.totalRecords, seconds: Number(seconds.toFixed(1)) }
    this.#log[seconds > LONG_LOAD ? 'info' : 'debug'](fields, 'load: phase done')
  }

  #logOutcome(zone: string, { ok, lines, problem, seconds }: LoadOutcome): void {
    for (const line of lines) this.#log[ok ? 'warn' : 'error']({ zone }, line)
    if (ok) this.#log.info({ zone, seconds: Number(seconds.toFixed(1)) }, 'loaded the zone file')
    else this.#log.error({ zone, problem }, 'the zone file was not loaded; the last good version, if any, is served on')
  }
}

function stateOf({ version, expired, loading }: ServedZone): ZoneReport['state'] {
  if (version === undefined) return loading !== undefined ? 'loading' : 'failed'
  return expired ? 'expired' : 'serving'
}

/** Without the keys that hold undefined. */
function defined<T extends object>(values: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>
  }
}

/** Octets of the files in a folder; 0 when it was just replaced by another version. */
function folderSize(folder: string): number {
  try {
    return readdirSync(folder).reduce((sum, name) => sum + statSync(join(folder, name)).size, 0)
  } catch {
    return 0
  }
}
