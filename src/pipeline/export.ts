import { openZone } from '../store/index.ts'
import type { Name } from '../wire/index.ts'
import { nodesAt, type OldVersion } from './old-version.ts'
import { nodesOf, zoneText } from './zone-text.ts'

export interface ExportOptions {
  readonly dataDir: string
  readonly origin: Name
  /** An earlier state of the zone, which its journal leads back to; as it is when absent. */
  readonly at?: OldVersion
  /** Takes the text piece by piece; a piece is valid during the call only. */
  write(text: Uint8Array): void
}

/**
 * Writes the version of a zone that is to be served as canonical text: SOA first, owners in canonical order
 * (RFC 4034 6.1), types ascending, each RRset before its signatures. Loading it gives the identical zone.
 * @throws StoreError when the zone is not in the data folder; NotKeptError and JournalError for an earlier state
 */
export async function exportZone({ dataDir, origin, at, write }: ExportOptions): Promise<void> {
  const snapshot = openZone(dataDir, origin)
  try {
    const nodes = at === undefined ? nodesOf(snapshot) : nodesAt(snapshot, at)
    for (const piece of zoneText(nodes)) write(piece)
  } finally {
    snapshot.close()
  }
}
