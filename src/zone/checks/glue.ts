import { RRType } from '../../iana/index.ts'
import { type Name, nameToText } from '../../wire/index.ts'
import type { Tracker, ZoneCheck } from './check.ts'
import { HeldName, isAtOrBelowLower, type NodeContext, octetsEqual, Place } from './context.ts'
import type { Report } from './report.ts'

export const glueMissing: ZoneCheck = {
  name: 'glue-missing',
  severity: 'warning',
  finds: 'A nameserver of a delegation lies at or below that delegation and has no address in the zone.',
  why:
    'Its address can be learnt from nobody else, so this nameserver cannot be reached through the referral. ' +
    'The delegation may have others, and the rest of the zone is sound.',
  rfc: 'RFC 1034 4.2.1; RFC 9471 2.1',
  peers: 'BIND warns and loads; Knot: error; NSD is silent.',
}

/** Nameservers whose glue is awaited at once; an RRset has at most about 30,000 NS records. */
const INITIAL_ROOM = 1024

/** Sees that every delegation has its in-domain glue (RFC 9471 2.1), which follows its cut in canonical order. */
export class GlueTracker implements Tracker {
  readonly #report: Report
  readonly #cut = new HeldName()
  /** Names of the hosts whose addresses are awaited, one after another. */
  #hosts: Uint8Array = new Uint8Array(INITIAL_ROOM)
  #hostsLength = 0
  /** For each host, 1 when its address was seen. */
  #found: Uint8Array = new Uint8Array(INITIAL_ROOM)
  #count = 0
  #missing = 0

  constructor(report: Report) {
    this.#report = report
  }

  node(context: NodeContext): void {
    if (context.place === Place.BELOW_CUT) {
      if (this.#missing > 0 && hasAddress(context)) this.#arrived(context.owner)
      return
    }
    if (this.#count > 0) this.finish()
    if (context.place === Place.CUT) this.#enterCut(context)
  }

  finish(): void {
    if (this.#missing > 0) {
      for (let at = 0, host = 0; host < this.#count; host++) {
        const length = nameLengthAt(this.#hosts, at)
        const name = this.#hosts.subarray(at, at + length)
        at += length
        if (this.#found[host] === 1) continue
        this.#report.add(
          glueMissing,
          this.#cut.name,
          RRType.NS,
          () => `nameserver ${nameToText(name)} lies inside the delegation and has no address (glue)`,
        )
      }
    }
    this.#count = 0
    this.#hostsLength = 0
    this.#missing = 0
  }

  #enterCut(context: NodeContext): void {
    const owner = context.owner
    const hosts = context.rrset(RRType.NS)!.rdatas
    for (let i = 0; i < hosts.length; i++) if (isAtOrBelowLower(hosts[i]!, owner)) this.#await(hosts[i]!)
    if (this.#count === 0) return
    this.#cut.set(owner)
    if (hasAddress(context)) this.#arrived(owner)
  }

  #await(host: Name): void {
    if (this.#hostsLength + host.length > this.#hosts.length) this.#hosts = doubled(this.#hosts)
    if (this.#count === this.#found.length) this.#found = doubled(this.#found)
    this.#hosts.set(host, this.#hostsLength)
    this.#hostsLength += host.length
    this.#found[this.#count++] = 0
    this.#missing++
  }

  #arrived(owner: Name): void {
    for (let at = 0, host = 0; host < this.#count; host++) {
      const length = nameLengthAt(this.#hosts, at)
      if (length === owner.length && octetsEqual(this.#hosts.subarray(at, at + length), owner) && !this.#found[host]) {
        this.#found[host] = 1
        this.#missing--
        return
      }
      at += length
    }
  }
}

export function hasAddress(context: NodeContext): boolean {
  const rrsets = context.node.rrsets
  for (let i = 0; i < rrsets.length; i++) {
    const type = rrsets[i]!.type
    if (type === RRType.A || type === RRType.AAAA) return true
  }
  return false
}

function nameLengthAt(buf: Uint8Array, at: number): number {
  let end = at
  while (buf[end]! !== 0) end += buf[end]! + 1
  return end + 1 - at
}

function doubled(array: Uint8Array): Uint8Array {
  const larger = new Uint8Array(array.length * 2)
  larger.set(array)
  return larger
}
