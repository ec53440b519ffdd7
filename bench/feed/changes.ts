import type { Random } from '../../test/zones/random.ts'
import type { Delegation, Ds, Host } from './delegations.ts'

/** One change of a domain, as a registry makes it: what it was, and what it is to be. */
export interface DomainChange {
  readonly kind: (typeof KINDS)[number]['kind']
  /** Undefined for a new domain. */
  readonly before: Delegation | undefined
  /** Undefined for one that goes. */
  readonly after: Delegation | undefined
}

/** A registry's day: shares, each with those before it. */
const KINDS = [
  { kind: 'new', upTo: 0.4 },
  { kind: 'ns', upTo: 0.7 },
  { kind: 'ds', upTo: 0.85 },
  { kind: 'delete', upTo: 1 },
] as const
/** A new domain has hosts below it, and DS, as often as those of the zone. */
const WITH_HOSTS = 0.12
const WITH_DS = 0.1
/** Nameserver hosts outside the zone are shared, as those of hosting providers are. */
const PROVIDERS = 2000

/** Makes changes to a zone's delegations; none is changed twice before all have been. */
export class ChangeMaker {
  readonly #origin: string
  readonly #delegations: Delegation[]
  readonly #random: Random
  #next = 0
  #made = 0

  /** @param origin presentation form, fully qualified */
  constructor(origin: string, delegations: readonly Delegation[], random: Random) {
    this.#origin = origin === '.' ? '' : origin
    this.#random = random
    this.#delegations = shuffled(delegations, random)
  }

  next(): DomainChange {
    const share = this.#random.fraction()
    const { kind } = KINDS.find(({ upTo }) => share < upTo)!
    this.#made++
    if (kind === 'new') return { kind, before: undefined, after: this.#newDomain() }
    const place = this.#next
    this.#next = place + 1 === this.#delegations.length ? 0 : place + 1
    const before = this.#delegations[place]!
    if (before.ns.length === 0) {
      // It was deleted when its turn came last: somebody else registers it.
      const after = { ...this.#newDomain(), name: before.name, hosts: [], ns: this.#providerHosts() }
      this.#delegations[place] = after
      return { kind: 'new', before: undefined, after }
    }
    const after = this.#changed(kind, before)
    this.#delegations[place] = after ?? { ...before, ns: [], ds: [], hosts: [] }
    return { kind, before, after }
  }

  #changed(kind: 'ns' | 'ds' | 'delete', before: Delegation): Delegation | undefined {
    switch (kind) {
      case 'delete':
        return undefined
      case 'ns':
        return { ...before, ns: this.#providerHosts(), hosts: [] }
      case 'ds':
        // A third takes its DS back, where it has one.
        return { ...before, ds: before.ds.length > 0 && this.#random.chance(1 / 3) ? [] : [this.#ds()] }
    }
  }

  #newDomain(): Delegation {
    const name = `bench-${this.#made.toString(36)}-${this.#random.below(46_656).toString(36)}.${this.#origin}`
    const hosts = this.#random.chance(WITH_HOSTS) ? [this.#host(`ns1.${name}`), this.#host(`ns2.${name}`)] : []
    const ns = hosts.length > 0 ? hosts.map((host) => host.name) : this.#providerHosts()
    return { name, ns, ds: this.#random.chance(WITH_DS) ? [this.#ds()] : [], hosts }
  }

  #host(name: string): Host {
    return { name, addrs: [`198.51.${this.#random.below(256)}.${this.#random.below(256)}`] }
  }

  #providerHosts(): string[] {
    const provider = this.#random.below(PROVIDERS)
    return [`ns1.hoster${provider}.net.`, `ns2.hoster${provider}.net.`]
  }

  #ds(): Ds {
    return { keyTag: this.#random.below(65_536), algorithm: 13, digestType: 2, digest: this.#random.hex(32) }
  }
}

/** The same in random order. */
export function shuffled<T>(items: readonly T[], random: Random): T[] {
  const order = [...items]
  for (let i = order.length - 1; i > 0; i--) {
    const other = random.below(i + 1)
    const kept = order[i]!
    order[i] = order[other]!
    order[other] = kept
  }
  return order
}
