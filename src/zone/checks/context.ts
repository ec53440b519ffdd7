import { RRType } from '../../iana/index.ts'
import { labelCount, type Name } from '../../wire/index.ts'
import type { RRset, ZoneNode } from '../rrset.ts'

/** Where a node stands in its zone; bits, so that a check can ask for several. */
export const Place = {
  APEX: 1,
  /** Authoritative data other than the apex's. */
  AUTHORITATIVE: 2,
  /** The owner of the NS RRset of a delegation. */
  CUT: 4,
  /** Glue, or data occluded by the delegation. */
  BELOW_CUT: 8,
  BELOW_DNAME: 16,
  /** Owns nothing but NSEC3 records (RFC 5155 3): no name of the zone. */
  NSEC3: 32,
} as const

export const AUTHORITATIVE_PLACES = Place.APEX | Place.AUTHORITATIVE

const NO_OCTETS = new Uint8Array(0)

/** A name that is kept while nodes stream by, without a new array each time. */
export class HeldName {
  /** As long as the longest so far: one node alone is often looked at. */
  #octets = NO_OCTETS
  #name: Name = NO_OCTETS

  get name(): Name {
    return this.#name
  }

  set(name: Name): void {
    if (name.length > this.#octets.length) this.#octets = this.#name = new Uint8Array(name.length)
    this.#octets.set(name)
    if (this.#name.length !== name.length) this.#name = this.#octets.subarray(0, name.length)
  }
}

/** True when `name` lies strictly below `ancestor`; both in lower case, as owners of nodes are. */
export function isBelow(name: Name, ancestor: Name): boolean {
  return name.length > ancestor.length && isAtOrBelowLower(name, ancestor)
}

/** True when `name` is `ancestor` or lies below it; both in lower case. */
export function isAtOrBelowLower(name: Name, ancestor: Name): boolean {
  const offset = name.length - ancestor.length
  if (offset < 0) return false
  let at = 0
  while (at < offset) at += name[at]! + 1
  if (at !== offset) return false
  for (let i = 0; i < ancestor.length; i++) if (name[offset + i] !== ancestor[i]) return false
  return true
}

/** True when the octets are the same: names in lower case, or canonical rdata. */
export function octetsEqual(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false
  return true
}

/** The RRset of this type, or undefined. */
export function findRRset(node: ZoneNode, type: number): RRset | undefined {
  const rrsets = node.rrsets
  for (let i = 0; i < rrsets.length; i++) if (rrsets[i]!.type === type) return rrsets[i]
  return undefined
}

/** True when the leftmost label is `*` (RFC 4592 2.1.1). */
export function isWildcard(owner: Name): boolean {
  return owner[0] === 1 && owner[1] === 0x2a
}

const noNode: ZoneNode = { owner: Uint8Array.of(0), rrsets: [] }

/** The node at hand and where it stands. One object is used for all nodes: what it refers to is valid during one call. */
export class NodeContext {
  readonly origin: Name
  readonly originLabels: number
  node: ZoneNode = noNode
  /** One bit of `Place`. */
  place = 0
  /** True when the apex has keys and signatures: then every authoritative RRset must be signed (RFC 4035 2). */
  signed = false
  readonly #cut = new HeldName()
  readonly #dname = new HeldName()

  constructor(origin: Name) {
    this.origin = origin
    this.originLabels = labelCount(origin)
  }

  get owner(): Name {
    return this.node.owner
  }

  /** The delegation that the node at hand is, or lies below. */
  get cut(): Name {
    return this.#cut.name
  }

  /** The RRset of this type at the node, or undefined. */
  rrset(type: number): RRset | undefined {
    return findRRset(this.node, type)
  }

  /** Moves on to the next node in canonical order, in which a name's descendants follow it at once (RFC 4034 6.1). */
  enter(node: ZoneNode): void {
    this.node = node
    this.place = this.#placeOf(node)
  }

  #placeOf(node: ZoneNode): number {
    const owner = node.owner
    if (owner.length === this.origin.length) {
      const keys = findRRset(node, RRType.DNSKEY)
      this.signed = keys !== undefined && node.rrsets.some(({ signatures }) => signatures.length > 0)
      if (findRRset(node, RRType.DNAME) !== undefined) this.#dname.set(owner)
      return Place.APEX
    }
    if (this.#cut.name.length > 0 && isBelow(owner, this.#cut.name)) return Place.BELOW_CUT
    let hasNs = false
    let hasDname = false
    let hasNsec3 = false
    let hasOther = false
    const rrsets = node.rrsets
    for (let i = 0; i < rrsets.length; i++) {
      const type = rrsets[i]!.type
      if (type === RRType.NS) hasNs = true
      else if (type === RRType.NSEC3) hasNsec3 = true
      else {
        if (type === RRType.DNAME) hasDname = true
        // Signatures that cover nothing make no name of the zone.
        if (type !== RRType.RRSIG) hasOther = true
      }
    }
    // RFC 5155 3: the owner is the hash as one label below the apex.
    if (hasNsec3 && !hasNs && !hasOther && isOneLabelBelow(owner, this.origin)) return Place.NSEC3
    if (this.#dname.name.length > 0 && isBelow(owner, this.#dname.name)) return Place.BELOW_DNAME
    if (hasNs) {
      this.#cut.set(owner)
      return Place.CUT
    }
    if (hasDname) this.#dname.set(owner)
    return Place.AUTHORITATIVE
  }
}

function isOneLabelBelow(owner: Name, origin: Name): boolean {
  return owner[0]! + 1 + origin.length === owner.length
}
