import { statSync } from 'node:fs'
import { resolve } from 'node:path'
import { checkClock } from '../dnssec/gate/index.ts'
import { currentVersion, type KeptEntry, openZone, type StatePut, StoreError, type ZoneInfo } from '../store/index.ts'
import type { Name } from '../wire/index.ts'
import { type LoadResult, makeVersion, type VersionTools } from './new-version.ts'
import { FileNodes, type NodeSource } from './node-source.ts'
import type { ProgressListener } from './progress.ts'
import { type LoadSigning, SignedNodes } from './signed-nodes.ts'
import { UnsignedNodes, type Unsigning } from './unsigned-nodes.ts'
import { FileData } from './zone-data.ts'

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
  /** Signs the zone, or takes signing off it; absent, it is loaded as it is. */
  readonly signing?: LoadSigning | Unsigning
  /** Asked with the text of the zone as it would be served: what it throws refuses the load. */
  readonly ask?: (text: Iterable<Uint8Array>) => Promise<void>
}

/**
 * Loads a zone file into a data folder: reads, checks and compiles it beside the version that is there, then switches.
 * Whatever fails or interrupts it, the version before stays. With `signing` it signs the zone on the way, and what is
 * stored has then passed the gate: the clock held against the version before, each signature verified with the keys as
 * published, the signed zone checked whole.
 * @throws StoreError when the store can't be written; with `signing`, GateRefusal, SigningThreadError,
 * HashCollisionError. What is wrong with the zone is in the result.
 */
export function loadZone(options: LoadOptions): Promise<LoadResult> {
  const { dataDir, origin, file, signing, expiresAt, state = [], onProgress, ask } = options
  const now = signing === undefined ? Math.floor(Date.now() / 1000) : timeOf(signing)
  return makeVersion(
    {
      dataDir,
      origin,
      now,
      isSigning: signing !== undefined && 'context' in signing,
      ...(onProgress === undefined ? {} : { onProgress }),
      ...(ask === undefined ? {} : { ask }),
    },
    (tools) => ({ nodes: nodesOfFile(options, tools), source: sourceOf(file), expiresAt, kept: keptOf(state) }),
  )
}

/** When a zone is signed, or signing is taken off it, in seconds since 1970. */
export function timeOf(signing: LoadSigning | Unsigning): number {
  return 'context' in signing ? signing.context.now : signing.now
}

function nodesOfFile({ dataDir, origin, file, memory, signing }: LoadOptions, tools: VersionTools): NodeSource {
  const { reporter, observer, folder } = tools
  if (signing === undefined) return new FileNodes({ origin, file, reporter, observer, folder, memory })
  const serialBefore = checkedSerial(dataDir, origin, timeOf(signing))
  const data = (told: VersionTools['observer']) =>
    new FileData({ origin, file, reporter, observer: told, folder: `${folder}-records`, memory })
  return 'context' in signing
    ? new SignedNodes({ signing, serialBefore, reporter, observer, folder, data })
    : new UnsignedNodes({ unsigning: signing, serialBefore, reporter, data: data(observer) })
}

/**
 * The serial of the version there is, against which the clock is held. One that cannot be read can't be followed either.
 * @throws GateRefusal when the clock cannot be right
 */
function checkedSerial(dataDir: string, origin: Name, now: number): number | undefined {
  if (currentVersion(dataDir, origin) === undefined) return undefined
  try {
    const before = openZone(dataDir, origin, { method: 'lmdb' })
    try {
      checkClock(before, now, lastChange(before.info))
      return before.serial
    } finally {
      before.close()
    }
  } catch (error) {
    if (error instanceof StoreError) return undefined
    throw error
  }
}

/** When a zone was last loaded or changed, in seconds since 1970. */
export function lastChange({ updatedAt, loadedAt }: ZoneInfo): number {
  return Math.floor(Date.parse(updatedAt ?? loadedAt) / 1000)
}

function keptOf(state: readonly StatePut[]): KeptEntry[] {
  const sorted = [...state].sort((a, b) => Buffer.compare(a.key, b.key))
  return sorted.flatMap(({ key, value }) => (value === undefined ? [] : { table: 'State' as const, key, value }))
}

/** A file as the zone's description names it; undefined when it is not there. */
export function sourceOf(file: string): ZoneInfo['source'] {
  const stat = statSync(file, { throwIfNoEntry: false })
  return stat && { path: resolve(file), size: stat.size, modified: stat.mtimeMs }
}
