import { timeToText } from '../../src/feed/event/time.ts'

/** The registry's events as tests write them. What a test says of an event stands over what any event needs. */
export type EventFields = Readonly<Record<string, unknown>>

/** When the registry of the tests commits, unless an event says otherwise; milliseconds since 1970. */
export const NOON = Date.parse('2026-05-01T12:00:00Z')
export const SECOND = 1000

/** RFC 3339. */
export function moment(time: number): string {
  return timeToText(time)
}

/** The upsert of a domain without a sponsor and with these nameservers. */
export function domain(name: string, ns: readonly string[], fields: EventFields = {}): EventFields {
  return { kind: 'domain', op: 'upsert', name, registrar: null, statuses: [], ns, ds: [], ...fields }
}

export function host(name: string, addrs: readonly string[], fields: EventFields = {}): EventFields {
  return { kind: 'host', op: 'upsert', name, registrar: null, statuses: [], addrs, ...fields }
}

export function rrset(name: string, type: string, rdata: readonly string[], fields: EventFields = {}): EventFields {
  return { kind: 'rrset', op: 'upsert', name, type, ttl: 3600, rdata, ...fields }
}

export function deletion(kind: 'domain' | 'host', name: string, fields: EventFields = {}): EventFields {
  return { kind, op: 'delete', name, registrar: null, ...fields }
}

export function rrsetDeletion(name: string, type: string, fields: EventFields = {}): EventFields {
  return { kind: 'rrset', op: 'delete', name, type, ...fields }
}

/** DS data with a digest of SHA-256 (RFC 4509), made of two hexadecimal digits; and as zone text has it. */
export function ds(keyTag: number, digits: string): EventFields {
  return { keyTag, algorithm: 13, digestType: 2, digest: digits.repeat(32) }
}

export function dsText(keyTag: number, digits: string): string {
  return `${keyTag} 13 2 ${digits.repeat(32)}`
}

/** One line of JSON Lines, without its end. */
export function line(seq: number, event: EventFields): string {
  return JSON.stringify({ v: 1, seq, at: moment(NOON), ...event })
}

/** Events with numbers from `first` on. */
export function lines(first: number, events: readonly EventFields[]): string[] {
  return events.map((event, i) => line(first + i, event))
}
