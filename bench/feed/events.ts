import type { DomainChange } from './changes.ts'
import type { Delegation, Host } from './delegations.ts'

const REGISTRAR = 'bench'

/** What an event says beside its number, transaction and time. */
export type EventBody = Readonly<Record<string, unknown>>

/** Writes the lines of a feed, numbered one after the other. */
export class EventWriter {
  #seq: number

  /** @param seq of the first event */
  constructor(seq: number) {
    this.#seq = seq
  }

  /** The number of the event that was written last. */
  get last(): number {
    return this.#seq - 1
  }

  /** @param bodies events of one registry transaction @param at milliseconds since 1970 @returns their lines */
  lines(bodies: readonly EventBody[], at: number): string {
    const time = new Date(at).toISOString()
    const first = this.#seq
    const group = bodies.length > 1 ? { tx: `t${first}`, txSize: bodies.length } : {}
    this.#seq += bodies.length
    return bodies
      .map((body, i) => `${JSON.stringify({ v: 1, seq: first + i, ...group, at: time, ...body })}\n`)
      .join('')
  }
}

export function domainEvent({ name, ns, ds }: Delegation): EventBody {
  return { kind: 'domain', op: 'upsert', name, registrar: REGISTRAR, statuses: [], ns, ds }
}

export function domainDeletion(name: string): EventBody {
  return { kind: 'domain', op: 'delete', name, registrar: REGISTRAR }
}

export function hostEvent({ name, addrs }: Host): EventBody {
  return { kind: 'host', op: 'upsert', name, registrar: REGISTRAR, statuses: [], addrs }
}

export function hostDeletion(name: string): EventBody {
  return { kind: 'host', op: 'delete', name, registrar: REGISTRAR }
}

/** The events of a change: hosts come before the domain that names them, and go after it. */
export function eventsOf({ before, after }: DomainChange): EventBody[] {
  const kept = new Set(after?.hosts.map(({ name }) => name))
  return [
    ...(after?.hosts ?? []).filter((host) => !before?.hosts.includes(host)).map(hostEvent),
    after === undefined ? domainDeletion(before!.name) : domainEvent(after),
    ...(before?.hosts ?? []).filter(({ name }) => !kept.has(name)).map(({ name }) => hostDeletion(name)),
  ]
}
