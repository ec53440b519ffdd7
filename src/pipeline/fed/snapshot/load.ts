import { checkClock } from '../../../dnssec/gate/index.ts'
import type { SerialScheme } from '../../../dnssec/sign/index.ts'
import type { FeedSettings, SnapshotHead } from '../../../feed/index.ts'
import { RRType } from '../../../iana/index.ts'
import { currentVersion, openZone, type StatePut, type ZoneInfo, type ZoneSnapshot } from '../../../store/index.ts'
import type { Name } from '../../../wire/index.ts'
import { lastChange, sourceOf } from '../../load.ts'
import { makeVersion, type VersionTools } from '../../new-version.ts'
import type { NodeSource } from '../../node-source.ts'
import type { ProgressListener } from '../../progress.ts'
import { type LoadSigning, SignedNodes } from '../../signed-nodes.ts'
import { UnsignedNodes, type Unsigning } from '../../unsigned-nodes.ts'
import { type BrakeHold, type BrakeSettings, brakeOf, withdrawnAfter } from '../brake.ts'
import { type FeedCursor, FIRST_CURSOR, putCursor, readCursor } from '../cursor.ts'
import { DEAD_LETTER_PREFIX } from '../dead-letters.ts'
import { BrakeError } from '../fed-zone.ts'
import { LATENCY_PREFIX } from '../latency.ts'
import { putRecent, RECENT_PREFIX } from '../recent.ts'
import { SnapshotZoneError } from './error.ts'
import { SnapshotStage } from './stage.ts'

export interface SnapshotLoadOptions {
  readonly dataDir: string
  readonly origin: Name
  /** Path of the document; gzip's are unpacked. */
  readonly file: string
  readonly ttl: FeedSettings['ttl']
  readonly brake: BrakeSettings
  /** An operator lets it pass the brake. */
  readonly isApproved: boolean
  /** How the serial of a zone that is not signed goes on. */
  readonly serial: SerialScheme
  /** Signs the zone, or takes signing off it; absent, it is not signed. */
  readonly signing?: LoadSigning | Unsigning
  /** Milliseconds since 1970. */
  readonly now: number
  readonly onProgress?: ProgressListener
  /** Asked with the text of the zone as it would be served: what it throws refuses the version. */
  readonly ask?: (text: Iterable<Uint8Array>) => Promise<void>
}

export interface SnapshotLoad {
  /** Of the zone made. */
  readonly info: ZoneInfo
  /** The last event that the zone's feed is done with now; and was done with before, where it followed one. */
  readonly seq: number
  readonly seqBefore: number | undefined
  readonly objects: number
  /** Delegations that are gone. */
  readonly withdrawn: number
}

/**
 * Makes a zone that of a snapshot document: its objects in the place of all that there were, the records that they and the operator's
 * own RRsets make, and the cursor at its seq. It is a version made beside the one that is there, which is then replaced at
 * once, or stays as it is. Dead letters, what became of the latest events, and measurements stay. No one may have the zone
 * open for writing in this process.
 * @throws SnapshotError, SnapshotZoneError; BrakeError when more would go than the brake lets pass; as `loadZone`
 */
export async function loadSnapshot(options: SnapshotLoadOptions): Promise<SnapshotLoad> {
  const { dataDir, origin, file, ttl, now, signing, onProgress, ask } = options
  let before: ZoneSnapshot | undefined
  let stage: SnapshotStage | undefined
  let outcome: Omit<SnapshotLoad, 'info'> | undefined
  try {
    const { info, findings } = await makeVersion(
      {
        dataDir,
        origin,
        now: Math.floor(now / 1000),
        isSigning: signing !== undefined && 'context' in signing,
        ...(onProgress === undefined ? {} : { onProgress }),
        ...(ask === undefined ? {} : { ask }),
      },
      async (tools) => {
        // Under the lock, so that no commit is lost that others make to the version before.
        before = currentVersion(dataDir, origin) === undefined ? undefined : openZone(dataDir, origin)
        if (before !== undefined && signing !== undefined)
          checkClock(before, Math.floor(now / 1000), lastChange(before.info))
        const { reporter, observer, folder } = tools
        const staged = new SnapshotStage({ origin, file, ttl, reporter, observer, folder })
        stage = staged
        const withdrawal = new Withdrawal(before)
        const head = await staged.take((key) => withdrawal.delegation(key))
        const cursorBefore = before && readCursor(before)
        const withdrawn = withdrawal.finish()
        const cursor = cursorAfter(options, head, cursorBefore, withdrawn, before?.info)
        outcome = { seq: head.seq, seqBefore: cursorBefore?.seq, objects: staged.objects, withdrawn }
        return {
          nodes: nodesOf(staged, before?.serial, options, tools),
          source: sourceOf(file),
          expiresAt: undefined,
          kept: ({ serial }, put) => {
            const recent = recentPuts(cursor, head, staged.objects, serial, now)
            for (const { key, value } of keptBefore(before, recent)) staged.keep(key, value)
            for (const { key, value } of [...recent, putCursor(cursor)])
              if (value !== undefined) staged.keep(key, value)
            staged.drainKept(put)
          },
        }
      },
    )
    if (info === undefined) throw new SnapshotZoneError(file, findings)
    return { info, ...outcome! }
  } finally {
    stage?.dispose()
    before?.close()
  }
}

function nodesOf(
  data: SnapshotStage,
  serialBefore: number | undefined,
  { origin, serial, signing, now }: SnapshotLoadOptions,
  { reporter, observer, folder }: VersionTools,
): NodeSource {
  if (signing !== undefined && 'context' in signing) {
    return new SignedNodes({ signing, serialBefore, reporter, observer, folder, data: () => data })
  }
  const unsigning = signing ?? { origin, serial, now: Math.floor(now / 1000), ds: [] }
  return new UnsignedNodes({ unsigning, serialBefore, reporter, data })
}

/** Where the feed stands with the snapshot. @throws BrakeError */
function cursorAfter(
  { brake, isApproved, now }: SnapshotLoadOptions,
  { seq }: SnapshotHead,
  cursor: FeedCursor | undefined,
  withdrawn: number,
  info: ZoneInfo | undefined,
): FeedCursor {
  const before = cursor ?? FIRST_CURSOR
  const delegations = info?.delegations ?? 0
  const what = `the snapshot up to event ${seq}`
  const withdrawal = { seq, withdraws: withdrawn, delegations, what, approval: 'zonecut feed snapshot --yes' }
  const hold: BrakeHold | undefined = isApproved ? undefined : brakeOf(brake, before, withdrawal, now)
  if (hold !== undefined) throw new BrakeError(hold)
  return {
    ...before,
    seq,
    unreadable: {},
    // What a source has given is of no use where the feed goes back: it begins anew, and what is known already is ignored.
    sources: seq >= before.seq ? before.sources : {},
    at: now,
    commits: before.commits + 1,
    withdrawn: withdrawnAfter(brake, before, withdrawn, isApproved, now),
    approved: 0,
  }
}

function recentPuts({ commits }: FeedCursor, { seq }: SnapshotHead, objects: number, serial: number, now: number) {
  const event = { seq, object: `of ${objects} objects`, op: 'snapshot', outcome: 'applied', note: null } as const
  return putRecent({ number: commits, serial, at: new Date(now).toISOString(), events: [event] })
}

const HISTORY = [LATENCY_PREFIX, RECENT_PREFIX, DEAD_LETTER_PREFIX]

/** What the version before keeps of its feed that is not made of objects, but for what is put or removed. */
function* keptBefore(before: ZoneSnapshot | undefined, puts: readonly StatePut[]) {
  for (const prefix of HISTORY) {
    for (const entry of before?.states(prefix) ?? []) {
      if (!puts.some(({ key }) => Buffer.compare(key, entry.key) === 0)) yield entry
    }
  }
}

/** Counts the delegations of a version that are not among those of the next. */
class Withdrawal {
  readonly #before: Iterator<Uint8Array>
  #next: Uint8Array | undefined
  #count = 0

  constructor(before: ZoneSnapshot | undefined) {
    this.#before = before === undefined ? [].values() : delegationsOf(before)
    this.#advance()
  }

  /** The next one has this one; in canonical order. */
  delegation(key: Uint8Array): void {
    this.#countBefore(key)
    if (this.#next !== undefined && Buffer.compare(this.#next, key) === 0) this.#advance()
  }

  finish(): number {
    this.#countBefore(undefined)
    return this.#count
  }

  #countBefore(key: Uint8Array | undefined): void {
    while (this.#next !== undefined && (key === undefined || Buffer.compare(this.#next, key) < 0)) {
      this.#count++
      this.#advance()
    }
  }

  #advance(): void {
    const { done, value } = this.#before.next()
    this.#next = done ? undefined : value
  }
}

/** Sort keys of the names that a version delegates, in their order. */
function* delegationsOf(snapshot: ZoneSnapshot): Generator<Uint8Array> {
  let cut: Uint8Array | undefined
  for (const { node, key } of snapshot.nodes()) {
    if (key.length === 0 || (cut !== undefined && Buffer.compare(key.subarray(0, cut.length), cut) === 0)) continue
    if (!node.rrsets.some(({ type }) => type === RRType.NS)) continue
    cut = key
    yield key
  }
}
