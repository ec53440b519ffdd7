import { RRType } from '../../iana/index.ts'
import { compareNames, isAtOrBelow, lowerName, type Name, nameToText, octetText, parentOf } from '../../wire/index.ts'
import { Place } from '../../zone/checks/index.ts'
import type { RRset, RRsetChange, ZoneNode, ZoneView } from '../../zone/index.ts'
import { isMadeBySigning } from './apex.ts'

/** A change that no zone can take: it lies outside, or is of a type that signing itself makes. */
export class UnfitChangeError extends Error {
  override readonly name = 'UnfitChangeError'
  readonly owner: Name

  constructor(owner: Name, problem: string) {
    super(`${nameToText(owner)}: ${problem}`)
    this.owner = owner
  }
}

/** Where a name stands; 0 when it is no name of the zone, not even an empty non-terminal. */
export type Standing = number

interface ChangedOwner {
  readonly owner: Name
  readonly rrsets: Map<number, RRset | undefined>
}

/**
 * The data of a signed zone as changes leave it: what signing makes is not shown, but RRsets that did not change have their
 * signatures. The zone itself stays as it is.
 */
export class ChangedZone {
  readonly view: ZoneView
  readonly #changed = new Map<string, ChangedOwner>()
  /** The owners changed, in canonical order. */
  readonly owners: readonly Name[]
  readonly #occluded = new Map<string, number>()
  readonly #below = new Map<string, boolean>()
  /** By names that have no data left: the node that comes after them. */
  readonly #afterGone = new Map<string, ZoneNode | undefined>()

  /** @throws UnfitChangeError */
  constructor(view: ZoneView, changes: readonly RRsetChange[]) {
    this.view = view
    for (const { owner, type, rrset } of changes) {
      const name = lowerName(owner)
      if (!isAtOrBelow(name, view.origin)) throw new UnfitChangeError(name, 'the name lies outside the zone')
      if (isMadeBySigning(type, name.length === view.origin.length) && type !== RRType.DNSKEY) {
        throw new UnfitChangeError(name, 'signatures, denial and digests are made by signing')
      }
      const key = octetText(name)
      const entry = this.#changed.get(key) ?? { owner: name, rrsets: new Map<number, RRset | undefined>() }
      entry.rrsets.set(type, rrset !== undefined && rrset.rdatas.length > 0 ? canonical(rrset) : undefined)
      this.#changed.set(key, entry)
    }
    this.owners = [...this.#changed.values()].map(({ owner }) => owner).sort(compareNames)
  }

  /** Whether this RRset is among the changes. */
  isChanged(owner: Name, type: number): boolean {
    return this.#changed.get(octetText(owner))?.rrsets.has(type) ?? false
  }

  /** The node's data, or undefined when it has none. Ascending by type. */
  node(owner: Name): ZoneNode | undefined {
    const before = this.view.node(owner)
    const changed = this.#changed.get(octetText(owner))
    return dataOf(owner, before, changed?.rrsets, this.view.origin)
  }

  /** The first node with data after a name, in canonical order. */
  nodeAfter(name: Name): ZoneNode | undefined {
    const passed: string[] = []
    let found: ZoneNode | undefined
    for (let from = name; ; ) {
      const before = this.view.nodeAfter(from)
      const changed = this.owners[firstAfter(this.owners, from)]
      const owner =
        before === undefined || (changed !== undefined && compareNames(changed, before.owner) < 0)
          ? changed
          : before.owner
      found = owner === undefined ? undefined : this.node(owner)
      if (owner === undefined || found !== undefined) break
      const key = octetText(owner)
      // Runs of names that have gone are passed once.
      if (this.#afterGone.has(key)) {
        found = this.#afterGone.get(key)
        break
      }
      passed.push(key)
      from = owner
    }
    for (const key of passed) this.#afterGone.set(key, found)
    return found
  }

  hasBelow(name: Name): boolean {
    const key = octetText(name)
    let found = this.#below.get(key)
    if (found === undefined) {
      const next = this.nodeAfter(name)
      found = next !== undefined && isAtOrBelow(next.owner, name)
      this.#below.set(key, found)
    }
    return found
  }

  /** One bit of `Place`, for a name that has data or is an empty non-terminal; 0 for no name of the zone. */
  standing(name: Name): Standing {
    const node = this.node(name)
    if (node === undefined && !this.hasBelow(name)) return 0
    return this.#hidden(name) || ownPlace(node, name.length === this.view.origin.length)
  }

  /** BELOW_CUT or BELOW_DNAME when data above hides the name, else 0. */
  #hidden(name: Name): number {
    const above = parentOf(name)
    if (name.length === this.view.origin.length || above === undefined) return 0
    const key = octetText(above)
    let hidden = this.#occluded.get(key)
    if (hidden === undefined) {
      hidden = this.#hidden(above) || hides(this.node(above), above.length === this.view.origin.length)
      this.#occluded.set(key, hidden)
    }
    return hidden
  }
}

/** Where a name of a zone stands: one bit of `Place`, or 0 for no name of the zone. */
export function standingIn(view: ZoneView, name: Name): Standing {
  const node = view.node(name)
  if (node === undefined && !view.hasBelow(name)) return 0
  for (let above = parentOf(name); above !== undefined && above.length >= view.origin.length; above = parentOf(above)) {
    const hidden = hides(view.node(above), above.length === view.origin.length)
    if (hidden !== 0) return hidden
  }
  return ownPlace(node, name.length === view.origin.length)
}

function ownPlace(node: ZoneNode | undefined, atApex: boolean): number {
  if (atApex) return Place.APEX
  return hides(node, false) === Place.BELOW_CUT ? Place.CUT : Place.AUTHORITATIVE
}

/** What data of a node makes of the names below it (RFC 1034 4.2.1; RFC 6672 2.4); 0 for nothing. */
export function hides(node: ZoneNode | undefined, atApex: boolean): number {
  let hidden = 0
  for (const { type } of node?.rrsets ?? []) {
    if (type === RRType.NS && !atApex) return Place.BELOW_CUT
    if (type === RRType.DNAME) hidden = Place.BELOW_DNAME
  }
  return hidden
}

/** The node as changes leave it, without what signing makes but DNSKEY. */
function dataOf(
  owner: Name,
  before: ZoneNode | undefined,
  changed: ReadonlyMap<number, RRset | undefined> | undefined,
  origin: Name,
): ZoneNode | undefined {
  const atApex = owner.length === origin.length
  const isData = (type: number) => type === RRType.DNSKEY || !isMadeBySigning(type, atApex)
  const rrsets: RRset[] = []
  for (const rrset of before?.rrsets ?? []) {
    if (isData(rrset.type) && !changed?.has(rrset.type)) rrsets.push(rrset)
  }
  for (const rrset of changed?.values() ?? []) if (rrset !== undefined) rrsets.push({ ...rrset, signatures: [] })
  if (rrsets.length === 0) return undefined
  return { owner: before?.owner ?? owner, rrsets: rrsets.sort((a, b) => a.type - b.type) }
}

/** The RRset in canonical order (RFC 4034 6.3), each record once (RFC 2181 5). */
function canonical(rrset: RRset): RRset {
  const sorted = [...rrset.rdatas].sort(Buffer.compare)
  const rdatas = sorted.filter((rdata, i) => i === 0 || Buffer.compare(rdata, sorted[i - 1]!) !== 0)
  return { ...rrset, rdatas }
}

/** Index of the first of the sorted names after this one. */
function firstAfter(names: readonly Name[], name: Name): number {
  let low = 0
  let high = names.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (compareNames(names[middle]!, name) <= 0) low = middle + 1
    else high = middle
  }
  return low
}
