import { RRType } from '../../iana/index.ts'
import { Rrsig, serialTimeBefore, unfoldTime, type ZoneView } from '../../zone/index.ts'
import { rrsetOf } from './names.ts'
import { GateRefusal } from './refusal.ts'

/** Seconds that a clock may be set back, as daemons that keep it right do. */
const TOLERANCE = 300

/**
 * Refuses to sign by a clock that cannot be right: signatures made by it would be of no use to anybody.
 * @param now seconds since 1970
 * @param lastCommit when the zone was last committed, in seconds since 1970
 * @throws GateRefusal
 */
export function checkClock(view: ZoneView, now: number, lastCommit: number | undefined): void {
  const refuse = (problem: string) => new GateRefusal('clock', view.origin, RRType.SOA, problem)
  if (lastCommit !== undefined && now < lastCommit - TOLERANCE) {
    throw refuse(`the clock says ${text(now)}, but the zone was last changed at ${text(lastCommit)}`)
  }
  const signatures = rrsetOf(view.node(view.origin), RRType.SOA)?.signatures ?? []
  if (signatures.length === 0) return
  const time = now | 0
  if (signatures.every((signature) => serialTimeBefore(Rrsig.expiration(signature), time))) {
    const latest = Math.max(...signatures.map((signature) => unfoldTime(Rrsig.expiration(signature), now)))
    throw refuse(`by the clock, which says ${text(now)}, what is served expired at ${text(latest)}`)
  }
  if (signatures.every((signature) => serialTimeBefore(time, Rrsig.inception(signature)))) {
    const first = Math.min(...signatures.map((signature) => unfoldTime(Rrsig.inception(signature), now)))
    throw refuse(`by the clock, which says ${text(now)}, what is served is not valid before ${text(first)}`)
  }
  if (!signatures.some((signature) => isTimely(signature, time))) {
    throw refuse(`by the clock, which says ${text(now)}, no signature of the SOA record that is served is valid`)
  }
}

function isTimely(signature: Uint8Array, time: number): boolean {
  return !serialTimeBefore(Rrsig.expiration(signature), time) && !serialTimeBefore(time, Rrsig.inception(signature))
}

function text(time: number): string {
  return new Date(time * 1000).toISOString().replace('.000Z', 'Z')
}
