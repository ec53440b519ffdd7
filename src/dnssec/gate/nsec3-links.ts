import { RRType } from '../../iana/index.ts'
import { base32HexToText, isAtOrBelow, type Name, nameToText, octetText } from '../../wire/index.ts'
import { Place } from '../../zone/checks/index.ts'
import { NSEC3_OPT_OUT, Nsec3, Nsec3Param, type RRset, type ZoneNode } from '../../zone/index.ts'
import { nsec3Owner } from '../denial/index.ts'
import { FutureHashes } from './future-hashes.ts'
import { type FutureZone, hasData, isChainedPlace } from './future-zone.ts'
import { namesAbove, octetsEqual, rrsetOf } from './names.ts'
import { GateRefusal } from './refusal.ts'
import { bitmapProblem } from './type-bitmaps.ts'

/** Walks the parts of an NSEC3 chain that a change touches (RFC 5155 7.1). */
export class Nsec3Links {
  readonly #zone: FutureZone
  readonly #hashes: FutureHashes
  /** Of every record of the chain, as the apex's has it. */
  readonly #flags: number
  readonly #walked = new Set<string>()
  /** Hashes of the names looked at, and whether the name is to have a record. */
  readonly #named = new Map<string, boolean>()

  /** @throws GateRefusal when the zone would have no NSEC3PARAM record for its chain, or no record for its apex */
  constructor(zone: FutureZone) {
    const { view, origin } = zone
    const parameters = view.nsec3
    if (parameters === undefined) throw this.#refuse(origin, 'the zone has no NSEC3 chain')
    this.#zone = zone
    this.#hashes = new FutureHashes(view, parameters, zone.changes)
    const published = zone.rrset(origin, RRType.NSEC3PARAM)?.rdatas ?? []
    // RFC 5155 4.1.2: servers use only those without flags.
    if (!published.some((rdata) => Nsec3Param.flags(rdata) === 0 && this.#hasParameters(rdata))) {
      throw new GateRefusal('chain', origin, RRType.NSEC3PARAM, 'no record has the parameters of the zone’s chain')
    }
    const apex = this.#hashes.of(origin)
    const before = this.#hashes.rrsetBefore(apex)
    if (before === undefined) throw this.#refuse(origin, 'the zone as it is has no record for its apex')
    this.#flags = Nsec3.flags(before.rdatas[0]!)
  }

  /** Records whose next hash was found right. */
  get walked(): number {
    return this.#walked.size
  }

  /**
   * Checks each name and its record, every record changed, and the records before.
   * @throws GateRefusal
   */
  check(names: readonly Name[]): void {
    const zone = this.#zone
    const needed = new Set<string>()
    for (const name of names) {
      if (zone.rrset(name, RRType.NSEC) !== undefined) {
        throw new GateRefusal('chain', name, RRType.NSEC, 'the zone has an NSEC3 chain, and no NSEC records')
      }
      if (!this.#isNeeded(zone.node(name), zone.place(name))) continue
      for (const above of namesAbove(name, zone.origin)) needed.add(octetText(above))
    }
    for (const name of names) this.#checkName(name, needed)
    for (const hash of this.#hashes.changed) this.#checkRecord(hash)
  }

  get #optOut(): boolean {
    return (this.#flags & NSEC3_OPT_OUT) !== 0
  }

  /** Whether a name must have a record for its own data. */
  #isNeeded(node: ZoneNode | undefined, place: number): boolean {
    if (!hasData(node) || !isChainedPlace(place)) return false
    // RFC 5155 6: Opt-Out may leave out unsigned delegations.
    return !this.#optOut || place !== Place.CUT || rrsetOf(node, RRType.DS) !== undefined
  }

  #checkName(name: Name, neededBelow: ReadonlySet<string>): void {
    const zone = this.#zone
    const hash = this.#hashes.of(name)
    const key = octetText(hash)
    const node = zone.node(name)
    const place = zone.place(name)
    const nsec3 = this.#hashes.rrset(hash)
    if (nsec3 !== undefined && isChainedPlace(place)) {
      if (this.#named.get(key)) throw this.#refuse(this.#owner(hash), 'two names would have this hash')
      this.#named.set(key, true)
      const rdata = this.#onlyRdata(hash, nsec3)
      const data = hasData(node) ? node : undefined
      const problem = bitmapProblem(data, place, rdata, Nsec3.bitmapOffset(rdata))
      if (problem !== undefined) {
        throw new GateRefusal('bitmap', this.#owner(hash), RRType.NSEC3, `for ${nameToText(name)}, it ${problem}`)
      }
      this.#walk(hash, rdata)
    } else if (nsec3 !== undefined) {
      throw this.#refuse(this.#owner(hash), `${nameToText(name)} will be no name of the zone, but would have a record`)
    } else {
      const isNeeded = hasData(node) ? this.#isNeeded(node, place) : this.#isNonTerminalNeeded(name, place, neededBelow)
      if (isNeeded) throw this.#refuse(name, `the name would have no NSEC3 record, ${this.#text(hash)}`)
      if (!this.#named.has(key)) this.#named.set(key, false)
    }
  }

  /** Whether an empty non-terminal without a record must have one. */
  #isNonTerminalNeeded(name: Name, place: number, neededBelow: ReadonlySet<string>): boolean {
    if (!isChainedPlace(place)) return false
    // RFC 5155 7.1: unless only delegations that are opted out bring it about.
    if (!this.#optOut || neededBelow.has(octetText(name))) return true
    // If it had no record before, nothing below needs one but what the change brings, and that is known.
    if (this.#hashes.rrsetBefore(this.#hashes.of(name)) === undefined) return false
    const zone = this.#zone
    for (let node = zone.nodeAfter(name); node && isAtOrBelow(node.owner, name); node = zone.nodeAfter(node.owner)) {
      if (this.#isNeeded(node, zone.place(node.owner))) return true
    }
    return false
  }

  /** A record made, changed or removed. */
  #checkRecord(hash: Uint8Array): void {
    const nsec3 = this.#hashes.rrset(hash)
    if (!this.#named.has(octetText(hash))) this.#checkNameless(hash, nsec3)
    if (nsec3 !== undefined) this.#walk(hash, this.#onlyRdata(hash, nsec3))
    const before = this.#hashes.before(hash)
    const record = before === undefined ? undefined : this.#hashes.rrset(before)
    if (before === undefined || record === undefined) throw this.#refuse(this.#owner(hash), 'no record would be left')
    this.#walk(before, this.#onlyRdata(before, record))
  }

  /** The record of a name that the change does not touch must stay as it is, but for the next hash. */
  #checkNameless(hash: Uint8Array, nsec3: RRset | undefined): void {
    const owner = this.#owner(hash)
    const before = this.#hashes.rrsetBefore(hash)
    if (before === undefined && nsec3 === undefined) return
    if (before === undefined) throw this.#refuse(owner, 'it would be new, but is the hash of no name that changes')
    if (nsec3 === undefined) throw this.#refuse(owner, 'it would go, but is the hash of no name that changes')
    const rdata = this.#onlyRdata(hash, nsec3)
    const was = before.rdatas[0]!
    if (octetsEqual(rdata.subarray(Nsec3.bitmapOffset(rdata)), was.subarray(Nsec3.bitmapOffset(was)))) return
    throw new GateRefusal('bitmap', owner, RRType.NSEC3, 'its types would be others, but it is of no name that changes')
  }

  /** Sees that the next record of the chain is the one that this record names: there, and none between. */
  #walk(hash: Uint8Array, rdata: Uint8Array): void {
    const key = octetText(hash)
    if (this.#walked.has(key)) return
    const next = Nsec3.nextHash(rdata)
    const owner = this.#owner(hash)
    if (this.#hashes.rrset(next) === undefined) {
      throw this.#refuse(owner, `its next hash is ${this.#text(next)}, which has no record`)
    }
    const before = this.#hashes.before(next)
    if (before === undefined || !octetsEqual(before, hash)) {
      const between = before === undefined ? 'another record' : this.#text(before)
      throw this.#refuse(owner, `its next hash is ${this.#text(next)}, but ${between} lies between`)
    }
    this.#walked.add(key)
  }

  #onlyRdata(hash: Uint8Array, { rdatas }: RRset): Uint8Array {
    const owner = this.#owner(hash)
    const rdata = rdatas[0]!
    if (rdatas.length !== 1) throw this.#refuse(owner, `there would be ${rdatas.length} records`)
    if (!this.#hasParameters(rdata)) throw this.#refuse(owner, 'its parameters are not those of NSEC3PARAM')
    if (Nsec3.nextHash(rdata).length !== hash.length) throw this.#refuse(owner, 'its next hash is of another length')
    if (Nsec3.flags(rdata) !== this.#flags) {
      throw this.#refuse(owner, `it has flags ${Nsec3.flags(rdata)} where the apex has ${this.#flags}`)
    }
    return rdata
  }

  /** Rdata of NSEC3 and NSEC3PARAM begins alike. */
  #hasParameters(rdata: Uint8Array): boolean {
    const { algorithm, iterations, salt } = this.#hashes.parameters
    return (
      Nsec3.algorithm(rdata) === algorithm &&
      Nsec3.iterations(rdata) === iterations &&
      octetsEqual(Nsec3.salt(rdata), salt)
    )
  }

  #owner(hash: Uint8Array): Name {
    return nsec3Owner(hash, this.#zone.origin)
  }

  #text(hash: Uint8Array): string {
    return base32HexToText(hash, 0, hash.length)
  }

  #refuse(owner: Name, problem: string): GateRefusal {
    return new GateRefusal('chain', owner, RRType.NSEC3, problem)
  }
}
