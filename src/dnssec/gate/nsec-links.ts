import { RRType } from '../../iana/index.ts'
import { type Name, nameLength, namesEqual, nameToText, octetText } from '../../wire/index.ts'
import type { RRset } from '../../zone/index.ts'
import { type FutureZone, hasData, isChainedPlace } from './future-zone.ts'
import { GateRefusal } from './refusal.ts'
import { bitmapProblem } from './type-bitmaps.ts'

/** Walks the parts of an NSEC chain that a change touches (RFC 4035 2.3). */
export class NsecLinks {
  readonly #zone: FutureZone
  readonly #walked = new Set<string>()

  constructor(zone: FutureZone) {
    this.#zone = zone
  }

  /** Records whose next name was found right. */
  get walked(): number {
    return this.#walked.size
  }

  /**
   * Checks each name, its record, and the record before it.
   * @throws GateRefusal
   */
  check(names: readonly Name[]): void {
    const zone = this.#zone
    const hashed = zone.changes.find(({ type }) => type === RRType.NSEC3)
    if (hashed !== undefined) {
      throw new GateRefusal('chain', hashed.owner, RRType.NSEC3, 'the zone has an NSEC chain, and no NSEC3 records')
    }
    for (const name of names) {
      const node = zone.node(name)
      const place = zone.place(name)
      const nsec = zone.rrset(name, RRType.NSEC)
      if (!hasData(node) || !isChainedPlace(place)) {
        if (nsec !== undefined) throw refuse(name, 'it would deny from a name that has no data of the zone')
      } else {
        if (nsec === undefined) throw refuse(name, 'the name would have no NSEC record')
        const rdata = onlyRdata(name, nsec)
        const problem = bitmapProblem(node, place, rdata, nameLength(rdata, 0))
        if (problem !== undefined) throw new GateRefusal('bitmap', name, RRType.NSEC, problem)
        this.#walk(name, nsec)
      }
      if (name.length === zone.origin.length) continue
      const before = zone.nsecBefore(name)
      if (before === undefined) throw refuse(name, 'no NSEC record would stand before it, not even the apex’s')
      this.#walk(before, zone.rrset(before, RRType.NSEC)!)
    }
  }

  #walk(owner: Name, nsec: RRset): void {
    const key = octetText(owner)
    if (this.#walked.has(key)) return
    const rdata = onlyRdata(owner, nsec)
    const next = rdata.subarray(0, nameLength(rdata, 0))
    const expected = this.#nextWithData(owner)
    if (!namesEqual(next, expected)) {
      throw refuse(owner, `its next name is ${nameToText(next)} where ${nameToText(expected)} will come next`)
    }
    this.#walked.add(key)
  }

  /** The next name that must be in the chain; after the last comes the apex (RFC 4034 4.1.1). */
  #nextWithData(owner: Name): Name {
    const zone = this.#zone
    for (let node = zone.nodeAfter(owner); node !== undefined; node = zone.nodeAfter(node.owner)) {
      if (isChainedPlace(zone.place(node.owner))) return node.owner
    }
    return zone.origin
  }
}

function onlyRdata(owner: Name, { rdatas }: RRset): Uint8Array {
  if (rdatas.length !== 1) throw refuse(owner, `the name would have ${rdatas.length} NSEC records`)
  return rdatas[0]!
}

function refuse(owner: Name, problem: string): GateRefusal {
  return new GateRefusal('chain', owner, RRType.NSEC, problem)
}
