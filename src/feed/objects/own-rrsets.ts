import { RRType } from '../../iana/index.ts'
import { isAtOrBelow, type Name, nameToText, parentOf } from '../../wire/index.ts'
import type { RRset } from '../../zone/index.ts'
import type { FeedReader } from '../reader.ts'

interface Owner {
  readonly owner: Name
  /** By type; undefined is removed. */
  readonly rrsets: Map<number, RRset | undefined>
}

/** The operator's own RRsets: the zone's, as a batch has made of them. */
export class OwnRRsets {
  readonly #reader: FeedReader
  readonly #owners = new Map<string, Owner>()
  /** Names at or above which the batch put an RRset; some may be gone again. */
  readonly #aboveNew = new Set<string>()

  constructor(reader: FeedReader) {
    this.#reader = reader
  }

  set(owner: Name, text: string, type: number, rrset: RRset | undefined): void {
    let entry = this.#owners.get(text)
    if (entry === undefined) {
      entry = { owner, rrsets: new Map() }
      this.#owners.set(text, entry)
    }
    entry.rrsets.set(type, rrset)
    if (rrset === undefined) return
    const { origin } = this.#reader
    for (let name = owner; name.length > origin.length; name = parentOf(name)!) this.#aboveNew.add(nameToText(name))
  }

  /** Whether the batch has put or removed the RRset. */
  touched(text: string, type: number): boolean {
    return this.#owners.get(text)?.rrsets.has(type) === true
  }

  /** The RRset as the batch has made it; what the feed itself publishes counts where the batch has not touched it. */
  rrset(owner: Name, text: string, type: number): RRset | undefined {
    const entry = this.#owners.get(text)
    if (entry?.rrsets.has(type)) return entry.rrsets.get(type)
    return this.#reader.node(owner)?.rrsets.find((rrset) => rrset.type === type)
  }

  /**
   * Types of the operator's RRsets at a name below the apex.
   * @param hasHost whether the addresses that the zone has there are a host object's
   */
  types(owner: Name, text: string, hasHost: () => boolean): number[] {
    const touched = this.#owners.get(text)?.rrsets
    const types: number[] = []
    for (const { type } of this.#reader.node(owner)?.rrsets ?? []) {
      if (touched?.has(type) || isOfDelegation(type) || isOfSigning(type)) continue
      if (!(isAddress(type) && hasHost())) types.push(type)
    }
    for (const [type, rrset] of touched ?? []) if (rrset !== undefined) types.push(type)
    return types
  }

  /** Owners at or below a name that may have RRsets of the operator's own. */
  *ownersAtOrBelow(top: Name, text: string): Generator<{ readonly owner: Name; readonly text: string }> {
    yield { owner: top, text }
    for (let node = this.#reader.nodeAfter(top); node !== undefined; node = this.#reader.nodeAfter(node.owner)) {
      if (!isAtOrBelow(node.owner, top)) break
      yield { owner: node.owner, text: nameToText(node.owner) }
    }
    if (!this.#aboveNew.has(text)) return
    for (const [text, { owner, rrsets }] of this.#owners) {
      const isThere = [...rrsets.values()].some((rrset) => rrset !== undefined)
      if (isThere && isAtOrBelow(owner, top)) yield { owner, text }
    }
  }

  *changes(): Generator<{
    readonly owner: Name
    readonly text: string
    readonly type: number
    readonly rrset: RRset | undefined
  }> {
    for (const [text, { owner, rrsets }] of this.#owners) {
      for (const [type, rrset] of rrsets) yield { owner, text, type, rrset }
    }
  }
}

export function isAddress(type: number): boolean {
  return type === RRType.A || type === RRType.AAAA
}

export function isOfDelegation(type: number): boolean {
  return type === RRType.NS || type === RRType.DS
}

/** Types that signing makes at any name; signatures themselves go with what they cover. */
export function isOfSigning(type: number): boolean {
  return type === RRType.NSEC || type === RRType.NSEC3 || type === RRType.RRSIG
}

/** Types whose RRsets the feed may not set: signing makes them (RFC 4034, 5155, 7344, 8976), or they are a delegation's. */
const FORBIDDEN: ReadonlySet<number> = new Set([
  RRType.DNSKEY,
  RRType.RRSIG,
  RRType.SIG,
  RRType.NXT,
  RRType.NSEC,
  RRType.NSEC3,
  RRType.NSEC3PARAM,
  RRType.CDS,
  RRType.CDNSKEY,
  RRType.ZONEMD,
  RRType.DS,
])

/** Why an RRset of this type can't be the operator's own at a name; undefined when it can. */
export function typeFault(type: number, atApex: boolean, isDeletion: boolean): string | undefined {
  if (type === RRType.DS) return 'DS stands with a delegation: send it with the domain'
  if (FORBIDDEN.has(type)) return 'signing makes records of this type'
  if (type === RRType.NS && !atApex) return 'NS away from the apex is a delegation: send a domain'
  if (type === RRType.SOA && !atApex) return 'SOA stands at the apex only (RFC 1035 5.2)'
  if ((type === RRType.SOA || type === RRType.NS) && isDeletion)
    return 'a zone has SOA and NS at its apex (RFC 1034 4.2.1)'
  if ((type === RRType.CNAME || type === RRType.DNAME) && atApex)
    return 'the apex has other records, and names below it'
  return undefined
}
