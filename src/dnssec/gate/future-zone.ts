import { RRType } from '../../iana/index.ts'
import { compareNames, isAtOrBelow, type Name, octetText, parentOf } from '../../wire/index.ts'
import { Place } from '../../zone/checks/index.ts'
import type { RRset, RRsetChange, ZoneNode, ZoneView } from '../../zone/index.ts'
import { checkForm } from './changed-records.ts'
import { firstAfter, firstAtOrAfter, rrsetOf } from './names.ts'
import { Predecessors } from './predecessors.ts'

interface ChangedOwner {
  readonly owner: Name
  readonly rrsets: Map<number, RRset | undefined>
}

/**
 * The zone as it will be published: the view, with the changes laid over it. Everything is there, signatures and NSEC
 * records too; NSEC3 records are in `FutureHashes`.
 */
export class FutureZone {
  readonly view: ZoneView
  readonly origin: Name
  /** One for each RRset: of several, the last. */
  readonly changes: readonly RRsetChange[]
  /** The owners of changes but those of NSEC3 records, in canonical order. */
  readonly owners: readonly Name[]
  readonly #changed = new Map<string, ChangedOwner>()
  readonly #nodes = new Map<string, ZoneNode | undefined>()
  /** By names that have no data left: the node that comes after them. */
  readonly #afterGone = new Map<string, ZoneNode | undefined>()
  readonly #hidden = new Map<string, number>()
  readonly #nsecOwners: readonly Name[]
  readonly #nsecsBefore: Predecessors<Name>

  /** @throws GateRefusal for a change that no zone can hold */
  constructor(view: ZoneView, changes: readonly RRsetChange[]) {
    this.view = view
    this.origin = view.origin
    const effective = new Map<string, RRsetChange>()
    for (const change of changes) {
      checkForm(change, view.origin)
      effective.set(`${change.type} ${octetText(change.owner)}`, change)
    }
    this.changes = [...effective.values()]
    for (const { owner, type, rrset } of this.changes) {
      if (type === RRType.NSEC3) continue
      const key = octetText(owner)
      const entry = this.#changed.get(key) ?? { owner, rrsets: new Map<number, RRset | undefined>() }
      entry.rrsets.set(type, rrset)
      this.#changed.set(key, entry)
    }
    this.owners = [...this.#changed.values()].map(({ owner }) => owner).sort(compareNames)
    this.#nsecOwners = this.owners.filter((owner) => this.#changedRRset(owner, RRType.NSEC) !== undefined)
    this.#nsecsBefore = new Predecessors({
      before: (name) => view.nsecBefore(name)?.owner,
      isGone: (name) => this.rrset(name, RRType.NSEC) === undefined,
      key: octetText,
    })
  }

  /** The node as it will be, or undefined when it has no record left. */
  node(name: Name): ZoneNode | undefined {
    const key = octetText(name)
    let node = this.#nodes.get(key)
    if (node === undefined && !this.#nodes.has(key)) {
      node = this.#overlaid(this.view.node(name), name, this.#changed.get(key))
      this.#nodes.set(key, node)
    }
    return node
  }

  rrset(name: Name, type: number): RRset | undefined {
    return rrsetOf(this.node(name), type)
  }

  /** The first node with data after a name, in canonical order; it need not be authoritative. */
  nodeAfter(name: Name): ZoneNode | undefined {
    const passed: string[] = []
    let found: ZoneNode | undefined
    for (let from = name; ; ) {
      const before = this.view.nodeAfter(from)
      const changed = this.owners[firstAfter(this.owners, from, compareNames)]
      const order = before === undefined ? 1 : changed === undefined ? -1 : compareNames(before.owner, changed)
      const owner = order < 0 ? before!.owner : changed
      if (owner === undefined) break
      const node = order < 0 ? before : this.node(owner)
      if (hasData(node)) {
        found = node
        break
      }
      // Runs of names that have gone are passed once.
      const key = octetText(owner)
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

  hasDataBelow(name: Name): boolean {
    const next = this.nodeAfter(name)
    return next !== undefined && isAtOrBelow(next.owner, name)
  }

  /** One bit of `Place` for a name that has data or is an empty non-terminal; 0 for what is no name of the zone. */
  place(name: Name): number {
    const node = this.node(name)
    if (!hasData(node) && !this.hasDataBelow(name)) return 0
    return this.#hides(name) || ownPlace(node, name.length === this.origin.length)
  }

  /** The owner of the last NSEC record before a name; undefined before the apex. */
  nsecBefore(name: Name): Name | undefined {
    const kept = this.#nsecsBefore.of(name)
    const made = this.#nsecOwners[firstAtOrAfter(this.#nsecOwners, name, compareNames) - 1]
    if (kept === undefined || made === undefined) return kept ?? made
    return compareNames(kept, made) > 0 ? kept : made
  }

  #changedRRset(owner: Name, type: number): RRset | undefined {
    return this.#changed.get(octetText(owner))?.rrsets.get(type)
  }

  #overlaid(before: ZoneNode | undefined, owner: Name, changed: ChangedOwner | undefined): ZoneNode | undefined {
    if (changed === undefined) return before
    const rrsets: RRset[] = (before?.rrsets ?? []).filter(({ type }) => !changed.rrsets.has(type))
    for (const rrset of changed.rrsets.values()) if (rrset !== undefined) rrsets.push(rrset)
    if (rrsets.length === 0) return undefined
    return { owner, rrsets: rrsets.sort((a, b) => a.type - b.type) }
  }

  /** What a name is hidden by: BELOW_CUT or BELOW_DNAME, or 0. */
  #hides(name: Name): number {
    const above = parentOf(name)
    if (above === undefined || name.length === this.origin.length) return 0
    const key = octetText(above)
    let hidden = this.#hidden.get(key)
    if (hidden === undefined) {
      hidden = this.#hides(above) || hidesBelow(this.node(above), above.length === this.origin.length)
      this.#hidden.set(key, hidden)
    }
    return hidden
  }
}

/** Whether a node has more than what signing adds to it. */
export function hasData(node: ZoneNode | undefined): boolean {
  return node?.rrsets.some(({ type }) => type !== RRType.NSEC && type !== RRType.RRSIG) ?? false
}

/** What a node makes of the names below it (RFC 1034 4.2.1; RFC 6672 2.4): BELOW_CUT, BELOW_DNAME, or 0 for nothing. */
export function hidesBelow(node: ZoneNode | undefined, atApex: boolean): number {
  if (!atApex && rrsetOf(node, RRType.NS) !== undefined) return Place.BELOW_CUT
  return rrsetOf(node, RRType.DNAME) !== undefined ? Place.BELOW_DNAME : 0
}

function ownPlace(node: ZoneNode | undefined, atApex: boolean): number {
  if (atApex) return Place.APEX
  return rrsetOf(node, RRType.NS) !== undefined ? Place.CUT : Place.AUTHORITATIVE
}

/** True where names with data are in the chain of denial (RFC 4035 2.3; RFC 5155 7.1). */
export function isChainedPlace(place: number): boolean {
  return (place & (Place.APEX | Place.AUTHORITATIVE | Place.CUT)) !== 0
}
