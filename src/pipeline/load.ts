import { statSync } from 'node:fs'
import { resolve } from 'node:path'
import { RrsigVerifier } from '../dnssec/verify/index.ts'
import {
  EnvironmentWriter,
  type StatePut,
  StoreError,
  writeError,
  ZoneBuild,
  type ZoneInfo,
  ZoneSnapshot,
  zoneInfo,
} from '../store/index.ts'
import type { Name } from '../wire/index.ts'
import { ZoneChecker, type ZoneFindings } from '../zone/checks/index.ts'
import type { ZoneFileProblem } from '../zonefile/index.ts'
import { ZoneBuilder } from './build.ts'
import { FileNodes, type NodeSource } from './node-source.ts'
import { type PhaseTimes, type ProgressListener, ProgressReporter } from './progress.ts'
import { type LoadSigning, SignedNodes } from './signed-nodes.ts'
import { nodesOf, zoneText } from './zone-text.ts'

/**
 * Signatures verified one and all, and then one in so many: enough to refuse a zone signed with the wrong key, and no
 * more than part of a second. `check` verifies every one.
 */
const VERIFIED = { exhaustiveUpTo: 2000, sampleEvery: 200 }

export interface LoadOptions {
  readonly dataDir: string
  readonly origin: Name
  /** Path of the zone file; ends in .gz when compressed. */
  readonly file: string
  readonly onProgress?: ProgressListener
  /** Octets of records kept in memory while they are sorted; more goes to files beside the store. 256 MiB by default. */
  readonly memory?: number
  /** Seconds since 1970 from which this version may no longer be served (RFC 1035 3.3.13, EXPIRE); never when absent. */
  readonly expiresAt?: number
  /** What is kept with the zone from the start, as updates keep it. Nothing is taken over from the version before. */
  readonly state?: readonly StatePut[]
  /** Signs the zone; absent, it is loaded as it is. */
  readonly signing?: LoadSigning
  /** Asked with the text of the zone as it would be served: what it throws refuses the load. */
  readonly ask?: (text: Iterable<Uint8Array>) => Promise<void>
}

export interface LoadResult {
  /** The zone is loaded, and what is served from now on. */
  readonly ok: boolean
  /** Of the zone loaded. */
  readonly info: ZoneInfo | undefined
  /** Of the file's syntax; any keeps the zone from being loaded. */
  readonly problems: readonly ZoneFileProblem[]
  /** Reading stopped after the most problems listed. */
  readonly truncatedProblems: boolean
  /** Of the zone checks; an error keeps the zone from being loaded. */
  readonly findings: ZoneFindings
  /**
   * The errors found are of the zone as it was signed here, whose unsigned data had passed the checks. A signature that
   * does not verify when it is made is an error that the load throws.
   */
  readonly signingAtFault: boolean
  /** In all, and by phase. */
  readonly seconds: number
  readonly phases: PhaseTimes
}

const NOTHING_FOUND: ZoneFindings = { findings: [], errors: 0, warnings: 0, countsByCheck: {} }

/**
 * Loads a zone file into a data folder: reads, checks and compiles it beside the version that is there, then switches.
 * Whatever fails or interrupts it, the version before stays. With `signing` it signs the zone on the way, and what is
 * stored has then passed the gate: each signature verified with the keys as published, the signed zone checked whole.
 * @throws StoreError when the store can't be written; with `signing`, GateRefusal, SigningThreadError,
 * HashCollisionError. What is wrong with the zone is in the result.
 */
export async function loadZone(options: LoadOptions): Promise<LoadResult> {
  const { dataDir, origin, file, signing, memory } = options
  const reporter = new ProgressReporter(options.onProgress)
  const build = ZoneBuild.begin(dataDir, origin)
  let writer: EnvironmentWriter | undefined
  let committed = false
  let nodes: NodeSource | undefined
  let started: ZoneBuilder | undefined
  try {
    const checker = new ZoneChecker({
      origin,
      now: signing?.context.now ?? Math.floor(Date.now() / 1000),
      temporaryFolder: `${build.path}-checks`,
      verifier: new RrsigVerifier(VERIFIED),
    })
    const reading = { origin, file, reporter, observer: checker, folder: build.path, memory }
    nodes =
      signing === undefined
        ? new FileNodes(reading)
        : new SignedNodes({ ...reading, signing, serialBefore: serialBefore(dataDir, origin) })
    const source = sourceOf(file)
    const parsed = nodes.read()
    const outcome = (findings: ZoneFindings, info?: ZoneInfo): LoadResult => ({
      ok: info !== undefined,
      info,
      problems: parsed.problems,
      truncatedProblems: parsed.truncatedProblems,
      findings,
      signingAtFault: false,
      seconds: reporter.seconds,
      phases: reporter.times,
    })
    if (parsed.problems.length > 0) return outcome(NOTHING_FOUND)
    const total = nodes.records
    const early = nodes.prepare()
    if (early !== undefined && early.errors > 0) return outcome(early)

    writer = new EnvironmentWriter(build.path)
    const builder = new ZoneBuilder(origin, writer, {
      nsec3Records: nodes.nsec3Records,
      source,
      expiresAt: options.expiresAt,
      folder: build.path,
      state: options.state ?? [],
    })
    started = builder
    await nodes.give((node, key) => {
      checker.node(node)
      builder.add(node, key)
    })
    const findings = checker.finish()
    if (findings.errors > 0) return { ...outcome(findings), signingAtFault: signing !== undefined }

    reporter.enter('compile', total)
    const info = builder.finish((done, all) => reporter.report(Math.round((done * total) / all), total))
    reporter.enter('commit', total)
    await writer.finish()
    writer = undefined
    if (options.ask !== undefined) await askAbout(build.path, options.ask)
    build.commit()
    committed = true
    reporter.end()
    return outcome(findings, info)
  } catch (error) {
    throw isFullDisk(error) ? writeError(build.path, error) : error
  } finally {
    nodes?.dispose()
    started?.dispose()
    await writer?.abandon()
    if (!committed) build.abandon()
  }
}

async function askAbout(path: string, ask: NonNullable<LoadOptions['ask']>): Promise<void> {
  const snapshot = ZoneSnapshot.open(path)
  try {
    await ask(zoneText(nodesOf(snapshot)))
  } finally {
    snapshot.close()
  }
}

/** Of the version there is. One that cannot be read can't be followed either. */
function serialBefore(dataDir: string, origin: Name): number | undefined {
  try {
    return zoneInfo(dataDir, origin)?.serial
  } catch (error) {
    if (error instanceof StoreError) return undefined
    throw error
  }
}

/** Sorting and checking write files too. */
function isFullDisk(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'ENOSPC'
}

function sourceOf(file: string): ZoneInfo['source'] {
  const stat = statSync(file, { throwIfNoEntry: false })
  return stat && { path: resolve(file), size: stat.size, modified: stat.mtimeMs }
}
