import { RRType } from '../../iana/index.ts'
import type { Name } from '../../wire/index.ts'
import { EmptyNonTerminals, type NodeContext, Place, TypeBitmap } from '../../zone/checks/index.ts'
import { nsec3Types, nsecTypes } from './bitmap.ts'
import type { NsecChain } from './nsec.ts'
import type { Nsec3Names } from './nsec3.ts'

/** True when names that stand there are in an NSEC chain (RFC 4035 2.3), or may be in an NSEC3 chain (RFC 5155 7.1). */
export function isChained(place: number): boolean {
  return place === Place.APEX || place === Place.AUTHORITATIVE || place === Place.CUT
}

/** Leads the nodes of a zone, which come in canonical order, to its chain. */
export interface ChainFeeder {
  /** Takes the node that the context stands at. */
  node(context: NodeContext): void
  finish(): void
}

export class NsecFeeder implements ChainFeeder {
  readonly #chain: NsecChain
  readonly #bitmap = new TypeBitmap()

  constructor(chain: NsecChain) {
    this.#chain = chain
  }

  node(context: NodeContext): void {
    if (!isChained(context.place)) return
    nsecTypes(context.node.rrsets, context.place, this.#bitmap)
    this.#chain.name(context.owner, this.#bitmap)
  }

  finish(): void {
    this.#chain.finish()
  }
}

export class Nsec3Feeder implements ChainFeeder {
  readonly #names: Nsec3Names
  readonly #optOut: boolean
  readonly #bitmap = new TypeBitmap()
  readonly #emptyNonTerminals: EmptyNonTerminals

  /** @param optOut leaves unsigned delegations out, and empty non-terminals that have nothing else below them */
  constructor(origin: Name, names: Nsec3Names, optOut: boolean) {
    this.#names = names
    this.#optOut = optOut
    this.#emptyNonTerminals = new EmptyNonTerminals(origin, (name, needed) => {
      // RFC 5155 7.1: an empty non-terminal has a record unless only opted-out delegations bring it about.
      if (needed) names.name(name)
    })
  }

  node(context: NodeContext): void {
    const { place } = context
    if (!isChained(place)) return
    const needed = !this.#optOut || place !== Place.CUT || context.rrset(RRType.DS) !== undefined
    this.#emptyNonTerminals.name(context.owner, needed)
    if (!needed) return
    nsec3Types(context.node.rrsets, place, this.#bitmap)
    this.#names.name(context.owner, this.#bitmap)
  }

  finish(): void {
    this.#emptyNonTerminals.finish()
  }
}
