import { feedBrake } from '../../config/index.ts'
import { PushQueueFull, PushStopped } from '../../feed/index.ts'
import type { FeedAnswer, SnapshotAnswer } from '../../ops/index.ts'
import { BrakeError, loadSnapshot, type SnapshotLoadOptions } from '../../pipeline/index.ts'
import type { ZoneInfo } from '../../store/index.ts'
import type { KeptZoneJob } from '../keeper-messages.ts'

/** What came of a document. */
export interface LoadedSnapshot {
  readonly answer: SnapshotAnswer
  readonly info: ZoneInfo
}

/**
 * Makes a zone that follows a feed that of a snapshot document, as the feed's settings have it. The zone must not be open.
 * @throws as `loadSnapshot`
 */
export async function loadFeedSnapshot(
  feed: NonNullable<KeptZoneJob['feed']>,
  options: Omit<SnapshotLoadOptions, 'ttl' | 'brake' | 'serial' | 'now'>,
): Promise<LoadedSnapshot> {
  const { ttl, serial } = feed
  const settings = { ttl, serial, brake: feedBrake(feed), now: Date.now() }
  const { info, seq, objects, withdrawn } = await loadSnapshot({ ...options, ...settings })
  return { answer: { call: 'snapshot', seq, serial: info.serial, objects, withdrawn }, info }
}

/** What is answered when something that was asked of a feed was not done. */
export function feedRefusal(error: unknown): FeedAnswer {
  const problem = (error as Error).message
  if (error instanceof BrakeError) return { call: 'held', problem }
  return { call: 'refused', busy: error instanceof PushQueueFull || error instanceof PushStopped, problem }
}
