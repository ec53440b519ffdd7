import { checkClock } from '../dnssec/gate/index.ts'
import { openZone, type ZoneSnapshot } from '../store/index.ts'
import type { Name } from '../wire/index.ts'
import { lastChange, timeOf } from './load.ts'
import { type LoadResult, makeVersion, type VersionTools } from './new-version.ts'
import type { NodeSource } from './node-source.ts'
import type { ProgressListener } from './progress.ts'
import { type LoadSigning, SignedNodes } from './signed-nodes.ts'
import { UnsignedNodes, type Unsigning } from './unsigned-nodes.ts'
import { StoredData } from './zone-data.ts'

export interface ResignOptions {
  readonly dataDir: string
  readonly origin: Name
  /** Signs the zone, or takes signing off it. */
  readonly signing: LoadSigning | Unsigning
  /** The clock is right, whatever the version before says. */
  readonly trustsClock?: boolean
  /** What is kept with the zone under this key is not taken over. */
  readonly forgets: Uint8Array
  readonly onProgress?: ProgressListener
  /** Asked with the text of the zone as it would be served: what it throws refuses the version. */
  readonly ask?: (text: Iterable<Uint8Array>) => Promise<void>
}

/**
 * Makes the next version of a zone of the data in its store, signed as a whole by the road of a load, with all that is kept
 * with the zone; then switches. Whatever fails or interrupts it, the version before stays. No one in this process may have
 * the zone open for writing.
 * @throws as `loadZone` with `signing`, and StoreError when the zone was never loaded
 */
export async function resignZone(options: ResignOptions): Promise<LoadResult> {
  const { dataDir, origin, signing, trustsClock, forgets, onProgress, ask } = options
  const now = timeOf(signing)
  let before: ZoneSnapshot | undefined
  try {
    return await makeVersion(
      {
        dataDir,
        origin,
        now,
        isSigning: 'context' in signing,
        ...(onProgress === undefined ? {} : { onProgress }),
        ...(ask === undefined ? {} : { ask }),
      },
      (tools) => {
        // Under the lock, so that no change is lost that others make to the version before.
        before = openZone(dataDir, origin)
        const { info } = before
        if (!trustsClock) checkClock(before, now, lastChange(info))
        return {
          nodes: nodesOfStore(before, signing, tools),
          source: info.source,
          expiresAt: info.expiresAt,
          kept: keptIn(before, forgets),
          loadedAt: info.loadedAt,
        }
      },
    )
  } finally {
    before?.close()
  }
}

function nodesOfStore(before: ZoneSnapshot, signing: LoadSigning | Unsigning, tools: VersionTools): NodeSource {
  const { reporter, observer, folder } = tools
  const data = new StoredData(before)
  const serialBefore = before.serial
  return 'context' in signing
    ? new SignedNodes({ signing, serialBefore, reporter, observer, folder, data: () => data })
    : new UnsignedNodes({ unsigning: signing, serialBefore, reporter, data })
}

function* keptIn(before: ZoneSnapshot, forgets: Uint8Array): ReturnType<ZoneSnapshot['kept']> {
  for (const entry of before.kept()) {
    if (entry.table !== 'State' || Buffer.compare(entry.key, forgets) !== 0) yield entry
  }
}
