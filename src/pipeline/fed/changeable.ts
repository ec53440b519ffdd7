import type { RRsetChange } from '../../zone/index.ts'
import type { UpdateOptions, UpdateResult, ZoneUpdater } from '../update.ts'

/** A zone that takes changes, signed or not; each is one commit with the next serial. */
export interface ChangeableZone {
  readonly updater: ZoneUpdater
  /**
   * @param now seconds since 1970
   * @param options what is kept with the zone changes even when its records do not
   * @returns undefined when nothing was to be changed or kept
   * @throws UnfitChangeError for changes that no zone can take; what refuses a commit for other reasons, and may take it later
   */
  change(changes: readonly RRsetChange[], now: number, options?: UpdateOptions): Promise<UpdateResult | undefined>
}
