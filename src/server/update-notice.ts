import type { UpdateResult, ZoneUpdater } from '../pipeline/index.ts'
import type { ZoneInfo } from '../store/index.ts'

/**
 * What a process that updates a zone tells the server's main thread after each update; it goes through an IPC channel as
 * it is. Without it the server finds the update by itself, some milliseconds later.
 */
export interface UpdateNotice {
  readonly kind: 'updated'
  /** Name of the version that was updated. */
  readonly version: string
  /** What is known of the zone now. */
  readonly info: ZoneInfo
}

/** The notice of an update. */
export function updateNotice(updater: ZoneUpdater, { info }: UpdateResult): UpdateNotice {
  return { kind: 'updated', version: updater.version, info }
}
