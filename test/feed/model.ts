import type { RefusalReason } from '../../src/feed/index.ts'

/*
 * The registry as plain maps, by the letter of the rules and without a thought for speed: what the real one is compared with.
 * It shares no code with it. Names are written in full and in lower case.
 */

export interface ModelDomain {
  readonly kind: 'domain'
  readonly name: string
  readonly registrar: string | null
  readonly statuses: readonly string[]
  readonly ns: readonly string[]
  /** As zone text has them. */
  readonly ds: readonly string[]
}

export interface ModelHost {
  readonly kind: 'host'
  readonly name: string
  readonly registrar: string | null
  readonly addrs: readonly string[]
}

export interface ModelRRset {
  readonly kind: 'rrset'
  readonly name: string
  readonly type: string
  readonly rdata: readonly string[]
}

export interface ModelEvent {
  readonly op: 'upsert' | 'delete'
  readonly object: ModelDomain | ModelHost | ModelRRset
  readonly transfer?: boolean
  /** Milliseconds since 1970. */
  readonly publishAt?: number
  /** Not an event at all, or one with a fault: what it is refused for, whatever the registry holds. */
  readonly fault?: RefusalReason
}

/** `applied`, `pending`, or the reason of a refusal. */
export type ModelOutcome = 'applied' | 'pending' | RefusalReason

interface Kept<T> {
  readonly live: T | null
  readonly next?: { readonly object: T | null; readonly at: number }
}

const HOLDS = ['serverHold', 'clientHold', 'inactive', 'pendingCreate', 'pendingDelete']

export class ModelRegistry {
  readonly #origin: string
  readonly #domains = new Map<string, Kept<ModelDomain>>()
  readonly #hosts = new Map<string, Kept<ModelHost>>()
  /** By name and type, with a blank between. */
  readonly #own = new Map<string, ModelRRset>()

  /** @param start objects that a zone file brought */
  constructor(origin: string, start: readonly ModelEvent['object'][]) {
    this.#origin = origin
    for (const object of start) this.#set(object)
  }

  take({ op, object, transfer, publishAt, fault }: ModelEvent, now: number): ModelOutcome {
    if (fault !== undefined) return fault
    const table = object.kind === 'domain' ? this.#domains : this.#hosts
    if (object.kind === 'rrset') return this.#takeOwn(op, object)
    const kept = table.get(object.name)
    if (kept === undefined && op === 'delete') return 'applied'
    const latest = kept?.next?.object ?? kept?.live
    if (latest && latest.registrar !== null && latest.registrar !== object.registrar && !transfer) return 'sponsor'
    if (op === 'delete' && object.kind === 'host' && this.#users(object.name).length > 0) return 'in-use'
    const clash =
      op === 'delete' || (object.kind === 'domain' ? kept : kept?.live)
        ? undefined
        : object.kind === 'domain'
          ? this.#clashOfDomain(object.name)
          : this.#clashOfHost(object.name)
    if (clash !== undefined) return clash
    const wanted = op === 'delete' ? null : object
    if (publishAt !== undefined && publishAt > now) {
      table.set(object.name, { live: kept?.live ?? null, next: { object: wanted, at: publishAt } } as Kept<never>)
      return 'pending'
    }
    if (wanted === null) table.delete(object.name)
    else this.#set(wanted)
    return 'applied'
  }

  /** Makes the changes whose time has come, in the order of their times. */
  due(now: number): void {
    const waiting = [...this.#domains, ...this.#hosts].flatMap(([name, { next }]) =>
      next !== undefined && next.at <= now ? [{ name, at: next.at }] : [],
    )
    for (const { name } of waiting.sort((a, b) => a.at - b.at)) {
      for (const table of [this.#domains, this.#hosts] as Map<string, Kept<ModelDomain | ModelHost>>[]) {
        const { live, next } = table.get(name) ?? { live: null }
        if (next === undefined || next.at > now) continue
        const isGivenUp =
          table !== this.#domains &&
          (next.object === null ? this.#users(name).length > 0 : live === null && this.#clashOfHost(name) !== undefined)
        const object = isGivenUp ? live : next.object
        if (object === null) table.delete(name)
        else this.#set(object)
      }
    }
  }

  /** The zone's records but SOA and NS of the apex, as lines without TTLs, sorted. */
  get zone(): string[] {
    const lines: string[] = []
    for (const [name, { live }] of this.#domains) {
      if (live === null || !isPublished(live)) continue
      for (const ns of live.ns) lines.push(`${name} NS ${ns}`)
      for (const ds of live.ds) lines.push(`${name} DS ${ds}`)
    }
    for (const [name, { live }] of this.#hosts) {
      if (live === null || !this.#isInZone(name) || this.#users(name).length === 0) continue
      for (const address of live.addrs) lines.push(`${name} ${address.includes(':') ? 'AAAA' : 'A'} ${address}`)
    }
    for (const { name, type, rdata } of this.#own.values()) {
      for (const text of rdata) lines.push(`${name} ${type} ${text}`)
    }
    return lines.sort()
  }

  /** All objects, and what waits to take their place, as lines, sorted. */
  get objects(): string[] {
    const tables = [...this.#domains.entries(), ...this.#hosts.entries()]
    return tables.map(([name, { live, next }]) => objectLine(name, live, next?.object, next?.at)).sort()
  }

  #takeOwn(op: ModelEvent['op'], object: ModelRRset): ModelOutcome {
    const { name, type } = object
    const isDeletion = op === 'delete'
    const isAddress = type === 'A' || type === 'AAAA'
    const isApex = name === this.#origin
    if (this.#domains.has(name) || this.#domainAbove(name) !== undefined) return 'overlap'
    if (this.#hosts.has(name) && (!isDeletion || isAddress)) return 'overlap'
    if (isDeletion) {
      this.#own.delete(`${name} ${type}`)
      return 'applied'
    }
    if (isApex) {
      this.#own.set(`${name} ${type}`, object)
      return 'applied'
    }
    const others = this.#ownAt(name).filter((other) => other !== type)
    if (type === 'CNAME' ? others.length > 0 : others.includes('CNAME')) return 'unfit'
    if (this.#dnameAbove(name)) return 'unfit'
    const names = [...this.#domains.keys(), ...this.#hosts.keys(), ...[...this.#own.values()].map((own) => own.name)]
    if (type === 'DNAME' && names.some((other) => isBelow(other, name))) return 'unfit'
    this.#own.set(`${name} ${type}`, object)
    return 'applied'
  }

  #set(object: ModelEvent['object']): void {
    if (object.kind === 'rrset') this.#own.set(`${object.name} ${object.type}`, object)
    else if (object.kind === 'domain') this.#domains.set(object.name, { live: object })
    else {
      this.#hosts.set(object.name, { live: object })
      for (const type of ['A', 'AAAA']) this.#own.delete(`${object.name} ${type}`)
    }
  }

  #users(host: string): ModelDomain[] {
    return [...this.#domains.values()].flatMap(({ live }) =>
      live !== null && isPublished(live) && live.ns.includes(host) && this.#isInZone(host) ? [live] : [],
    )
  }

  /** Why a domain can't be made here. */
  #clashOfDomain(name: string): RefusalReason | undefined {
    if ([...this.#domains.keys()].some((other) => isBelow(other, name))) return 'overlap'
    if (this.#domainAbove(name) !== undefined) return 'overlap'
    if (this.#dnameAbove(name)) return 'unfit'
    const hasOwn = [...this.#own.values()].some((own) => own.name === name || isBelow(own.name, name))
    return hasOwn ? 'overlap' : undefined
  }

  #clashOfHost(name: string): RefusalReason | undefined {
    if (!this.#isInZone(name)) return undefined
    if (this.#dnameAbove(name)) return 'unfit'
    const types = this.#ownAt(name)
    const isUsed = this.#users(name).length > 0
    const isTaken = types.includes('CNAME') || (!isUsed && (types.includes('A') || types.includes('AAAA')))
    return isTaken ? 'overlap' : undefined
  }

  #ownAt(name: string): string[] {
    return [...this.#own.values()].filter((own) => own.name === name).map(({ type }) => type)
  }

  #domainAbove(name: string): string | undefined {
    return [...this.#domains.keys()].find((other) => isBelow(name, other))
  }

  #dnameAbove(name: string): boolean {
    return [...this.#own.values()].some((own) => own.type === 'DNAME' && isBelow(name, own.name))
  }

  #isInZone(name: string): boolean {
    return isBelow(name, this.#origin)
  }
}

/** One object as both the model and the test's reading of the store write it. */
export function objectLine(
  name: string,
  live: ModelDomain | ModelHost | null,
  next: ModelDomain | ModelHost | null | undefined,
  at: number | undefined,
): string {
  const text = (object: ModelDomain | ModelHost | null) => {
    if (object === null) return 'nothing'
    const data = object.kind === 'host' ? [...object.addrs].sort() : [...object.ns].sort().concat([...object.ds].sort())
    const statuses = object.kind === 'host' ? [] : object.statuses
    return [object.kind, object.registrar, ...statuses, ...data].join(' ')
  }
  return `${name} ${text(live)}${at === undefined ? '' : `; at ${at} ${text(next ?? null)}`}`
}

function isPublished({ ns, statuses }: ModelDomain): boolean {
  return ns.length > 0 && !statuses.some((status) => HOLDS.includes(status))
}

function isBelow(name: string, above: string): boolean {
  return name.endsWith(`.${above}`)
}
