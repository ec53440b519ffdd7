import { RrsigVerifier } from '../dnssec/verify/index.ts'
import {
  EnvironmentWriter,
  type KeptEntry,
  writeError,
  ZoneBuild,
  type ZoneInfo,
  ZoneSnapshot,
} from '../store/index.ts'
import type { Name } from '../wire/index.ts'
import { ZoneChecker, type ZoneFindings } from '../zone/checks/index.ts'
import type { ZoneFileProblem } from '../zonefile/index.ts'
import { type KeptGiver, ZoneBuilder } from './build.ts'
import type { NodeSource } from './node-source.ts'
import { type PhaseTimes, type ProgressListener, ProgressReporter } from './progress.ts'
import type { StageObserver } from './record-stage.ts'
import { nodesOf, zoneText } from './zone-text.ts'

/**
 * Signatures verified one and all, and then one in so many: enough to refuse a zone signed with the wrong key, and no
 * more than part of a second. `check` verifies every one.
 */
const VERIFIED = { exhaustiveUpTo: 2000, sampleEvery: 200 }

export interface VersionOptions {
  readonly dataDir: string
  readonly origin: Name
  /** Seconds since 1970. */
  readonly now: number
  readonly onProgress?: ProgressListener
  /** Asked with the text of the zone as it would be served: what it throws refuses the version. */
  readonly ask?: (text: Iterable<Uint8Array>) => Promise<void>
  /** What was signed here, and passed the checks before. */
  readonly isSigning: boolean
}

/** What a version is made with. */
export interface VersionTools {
  readonly reporter: ProgressReporter
  /** Told what can be seen only of single records. */
  readonly observer: StageObserver
  /** Beginning of the names of folders for what does not fit into memory. */
  readonly folder: string
}

/** What a version is made of. */
export interface VersionInput {
  readonly nodes: NodeSource
  readonly source: ZoneInfo['source']
  readonly expiresAt: ZoneInfo['expiresAt']
  /** What is kept with the zone from the start; of one table in ascending order of the keys. */
  readonly kept: Iterable<KeptEntry> | KeptGiver
  /** When the records were loaded, ISO 8601, where that was before. */
  readonly loadedAt?: string
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
 * Makes a version of a zone beside the one that is there: takes the nodes, checks and compiles them, then switches. Whatever
 * fails or interrupts it, the version before stays.
 * @param inputOf called when no other can write the zone any more; its nodes are disposed of in any case
 * @throws StoreError when the store can't be written, and what the input throws
 */
export async function makeVersion(
  { dataDir, origin, now, onProgress, ask, isSigning }: VersionOptions,
  inputOf: (tools: VersionTools) => VersionInput | Promise<VersionInput>,
): Promise<LoadResult> {
  const reporter = new ProgressReporter(onProgress)
  const build = ZoneBuild.begin(dataDir, origin)
  let writer: EnvironmentWriter | undefined
  let committed = false
  let nodes: NodeSource | undefined
  let started: ZoneBuilder | undefined
  try {
    const checker = new ZoneChecker({
      origin,
      now,
      temporaryFolder: `${build.path}-checks`,
      verifier: new RrsigVerifier(VERIFIED),
    })
    const input = await inputOf({ reporter, observer: checker, folder: build.path })
    nodes = input.nodes
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
    const { source, expiresAt, kept, loadedAt } = input
    const builder = new ZoneBuilder(origin, writer, {
      nsec3Records: nodes.nsec3Records,
      source,
      expiresAt,
      folder: build.path,
      kept,
      ...(loadedAt === undefined ? {} : { loadedAt }),
    })
    started = builder
    await nodes.give((node, key) => {
      checker.node(node)
      builder.add(node, key)
    })
    const findings = checker.finish()
    if (findings.errors > 0) return { ...outcome(findings), signingAtFault: isSigning }

    reporter.enter('compile', total)
    const info = builder.finish((done, all) => reporter.report(Math.round((done * total) / all), total))
    reporter.enter('commit', total)
    await writer.finish()
    writer = undefined
    if (ask !== undefined) await askAbout(build.path, ask)
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

async function askAbout(path: string, ask: NonNullable<VersionOptions['ask']>): Promise<void> {
  const snapshot = ZoneSnapshot.open(path)
  try {
    await ask(zoneText(nodesOf(snapshot)))
  } finally {
    snapshot.close()
  }
}

/** Sorting and checking write files too. */
function isFullDisk(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'ENOSPC'
}
