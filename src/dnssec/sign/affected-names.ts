import { RRType } from '../../iana/index.ts'
import { compareNames, isAtOrBelow, type Name, octetText, parentOf } from '../../wire/index.ts'
import { Place, TypeBitmap } from '../../zone/checks/index.ts'
import type { ZoneNode } from '../../zone/index.ts'
import { isChained, nsec3Types, nsecTypes } from '../denial/index.ts'
import { type ChangedZone, hides, standingIn } from './changed-zone.ts'

/**
 * The names whose signatures or denial a change may touch: the owners changed, the names above them, which may become or
 * cease to be empty non-terminals, and, where a cut or DNAME comes or goes, all names below it. In canonical order.
 */
export function affectedNames(zone: ChangedZone): Name[] {
  const { view } = zone
  const { origin } = view
  const names = new Map<string, Name>([[octetText(origin), origin]])
  const add = (owner: Name) => {
    for (let name: Name | undefined = owner; name !== undefined && name.length > origin.length; name = parentOf(name)) {
      const key = octetText(name)
      if (names.has(key)) break
      names.set(key, name)
    }
  }
  for (const owner of zone.owners) {
    add(owner)
    const atApex = owner.length === origin.length
    if (hides(view.node(owner), atApex) === hides(zone.node(owner), atApex)) continue
    for (let node = view.nodeAfter(owner); node && isAtOrBelow(node.owner, owner); node = view.nodeAfter(node.owner)) {
      add(node.owner)
    }
  }
  return [...names.values()].sort(compareNames)
}

/** What a name's record in the NSEC chain must list; undefined when it has none. */
export function nsecBitmapOf(node: ZoneNode | undefined, standing: number): Uint8Array | undefined {
  // RFC 4035 2.3: an empty non-terminal has no NSEC record.
  if (node === undefined || !isChained(standing)) return undefined
  nsecTypes(node.rrsets, standing, bitmap)
  return bitmap.octets.slice(0, bitmap.length)
}

const bitmap = new TypeBitmap()

/** Finds which names have records in an NSEC3 chain after a change, and what these list. */
export class Nsec3Bitmaps {
  readonly #zone: ChangedZone
  readonly #optOut: boolean
  /** True for a name that has a record in the chain as it was. */
  readonly #wasChained: (name: Name) => boolean
  /** Empty non-terminals that must have a record because of a name below them. */
  readonly #needed = new Set<string>()

  constructor(zone: ChangedZone, optOut: boolean, wasChained: (name: Name) => boolean) {
    this.#zone = zone
    this.#optOut = optOut
    this.#wasChained = wasChained
  }

  /** Names with data come first, all of them that are affected; then those without. */
  of(name: Name, node: ZoneNode | undefined, standing: number): Uint8Array | undefined {
    if (!isChained(standing)) return undefined
    if (node === undefined) return this.#isEmptyNonTerminalNeeded(name) ? new Uint8Array(0) : undefined
    if (!isNeeded(node, standing, this.#optOut)) return undefined
    const { origin } = this.#zone.view
    for (let above = parentOf(name); above !== undefined && above.length > origin.length; above = parentOf(above)) {
      this.#needed.add(octetText(above))
    }
    nsec3Types(node.rrsets, standing, bitmap)
    return bitmap.octets.slice(0, bitmap.length)
  }

  /** RFC 5155 7.1: it has a record unless only delegations that are opted out bring it about. */
  #isEmptyNonTerminalNeeded(name: Name): boolean {
    if (!this.#optOut || this.#needed.has(octetText(name))) return true
    const { view } = this.#zone
    // Without a record before, it had nothing below that needs one, and no change has brought any.
    if (view.node(name) === undefined && isChained(standingIn(view, name)) && !this.#wasChained(name)) return false
    return hasNeededBelow(this.#zone, name)
  }
}

/** Whether a name with data must have an NSEC3 record. */
function isNeeded({ rrsets }: ZoneNode, standing: number, optOut: boolean): boolean {
  return !optOut || standing !== Place.CUT || rrsets.some(({ type }) => type === RRType.DS)
}

function hasNeededBelow(zone: ChangedZone, name: Name): boolean {
  for (let node = zone.nodeAfter(name); node && isAtOrBelow(node.owner, name); node = zone.nodeAfter(node.owner)) {
    const standing = zone.standing(node.owner)
    if (isChained(standing) && isNeeded(node, standing, true)) return true
  }
  return false
}
