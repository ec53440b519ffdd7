import { type DsReport, isSep, type KeySet } from './key-set.ts'
import { KeyRequestError, keyOf } from './operator.ts'

/**
 * Seconds for which caches may hold a DS RRset whose TTL nobody tells: a day, as the root zone gives it, which is the parent of
 * every top-level domain.
 */
export const DEFAULT_DS_TTL = 86_400

/** What an operator saw of a key's DS at the parent. */
export interface DsReportRequest {
  readonly id: string
  /** On all of the parent's servers, or on none. */
  readonly sight: 'there' | 'gone'
  /** Seconds since 1970. */
  readonly at: number
  /** TTL of the DS RRset, or of its absence, in seconds; when undefined, a day, or as long as it is known to be where that is longer. */
  readonly ttl?: number | undefined
}

/**
 * Notes what an operator saw at the parent, where its servers can't be asked. As with servers, a sighting is a fact and
 * not a wish: the waits begin with it.
 * @param now seconds since 1970
 * @returns the state as it was when it is known already
 * @throws KeyRequestError when the key is none that a DS can point to, or the time can't be right
 */
export function reportDs(state: KeySet, { id, sight, at, ttl: told }: DsReportRequest, now: number): KeySet {
  const key = keyOf(state, id)
  if (!isSep(key)) throw new KeyRequestError(`${id} is a ZSK, to which no DS points`)
  if (at > now) throw new KeyRequestError(`${moment(at)} is in the future: say what was seen, when it was seen`)
  const { ds, parent } = key
  const ttl = told ?? state.ttls.ds.reduce((most, known) => Math.max(most, known.ttl), DEFAULT_DS_TTL)
  const pending = state.reports.filter((report) => report.id === id)
  if (pending.length === 0 && parent?.from === 'operator' && parent.sight === sight && parent.ttl === ttl) {
    const hasFollowed = ds.phase === (sight === 'there' ? 'omnipresent' : 'hidden')
    if (hasFollowed || parent.at >= ds.since) return state
  }
  // A clock that was ahead must not shut out what is seen by one that is right.
  const passed = (time: number) => time <= now
  if (passed(ds.since) && at < ds.since) {
    throw new KeyRequestError(
      `the DS of ${id} is ${ds.phase} since ${moment(ds.since)}: what was seen at ${moment(at)} says nothing of it now; look again`,
    )
  }
  if (!passed(ds.since) && at < now) {
    throw new KeyRequestError(
      `the DS of ${id} is ${ds.phase} since ${moment(ds.since)}, as a clock that was ahead noted: only what is seen now says anything of it; look again`,
    )
  }
  const last = pending.at(-1) ?? parent
  if (last !== null && passed(last.at) && at < last.at) {
    throw new KeyRequestError(
      `the DS of ${id} was seen ${last.sight === 'between' ? 'on some servers' : last.sight} at ${moment(last.at)}, later than ${moment(at)}; look again`,
    )
  }
  const report: DsReport = { id, sight, at, ttl }
  return { ...state, reports: [...state.reports, report] }
}

function moment(seconds: number): string {
  return new Date(seconds * 1000).toISOString().replace('.000Z', 'Z')
}
