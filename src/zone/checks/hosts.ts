import { randomBytes } from 'node:crypto'
import { RRType } from '../../iana/index.ts'
import { type Name, nameToText, octetText } from '../../wire/index.ts'
import type { Tracker, ZoneCheck } from './check.ts'
import { isAtOrBelowLower, isWildcard, type NodeContext, octetsEqual, Place } from './context.ts'
import { occluded } from './delegation.ts'
import { hasAddress } from './glue.ts'
import { PARTITIONS, type Partitions } from './partitions.ts'
import type { Report } from './report.ts'

export const apexHostWithoutAddress: ZoneCheck = {
  name: 'apex-host-without-address',
  severity: 'error',
  finds: 'A nameserver of the zone itself lies in the zone and has no address there.',
  why: 'The zone’s own nameserver could not be found; an alias is no address.',
  rfc: 'RFC 1034 4.2.1; RFC 2181 10.3; RFC 1912 2.8',
  peers: 'BIND refuses; Knot: error; NSD is silent.',
}

export const hostWithoutAddress: ZoneCheck = {
  name: 'host-without-address',
  severity: 'warning',
  finds:
    'A host in the zone that NS, MX or SRV records name has no address there. One finding a host, at its first use.',
  why:
    'The nameserver or server cannot be found. It may be a host of another delegation, whose glue a server should ' +
    'know but need not (sibling glue); and only those who name it are hurt.',
  rfc: 'RFC 9471 2.2; RFC 2181 10.3; RFC 1912 2.8',
  peers: 'BIND warns and loads (NS, MX, SRV); Knot: error (NS only, not for sibling glue); NSD is silent.',
}

export const hostIsAlias: ZoneCheck = {
  name: 'host-is-alias',
  severity: 'warning',
  finds: 'The host that NS, MX or SRV records name is the owner of a CNAME in the zone. One finding a host.',
  why: 'These records name hosts by their canonical names: mail servers and resolvers need not follow an alias.',
  rfc: 'RFC 2181 10.3; RFC 2782',
  peers: 'BIND warns and loads; Knot: error (NS only); NSD is silent.',
}

/** Octets of a type code that stand before the host's name in the rdata: the preference of MX, three fields of SRV. */
function hostOffset(type: number): number {
  switch (type) {
    case RRType.NS:
      return 0
    case RRType.MX:
      return 2
    case RRType.SRV:
      return 6
    default:
      return -1
  }
}

const HAS_ADDRESS = 1
const IS_ALIAS = 2
/** An address at a cut, which is of use only to those who name it. */
const AT_CUT = 4
const REFERENCE = 8
const REFERENCE_OF_APEX = 16

/** Begins what was met at a host or said of it: flags, hash. An address at a cut adds its type and owner, a reference the host too. */
const FACT_SIZE = 9
const RECENT = 8192
const NOTHING = new Uint8Array(0)
/** Wildcards remembered; far more than a TLD has. Past them a host that only a wildcard gives an address is reported. */
const MAX_WILDCARDS = 100_000

/**
 * Sees that the hosts named in NS, MX and SRV records have addresses, and are no aliases, where the zone would know; and
 * that the addresses at a cut are those of a host that is named. In-domain glue is left to GlueTracker. A host may stand
 * before or after its uses, and may be named by any number of delegations; so hosts and uses are gathered by a hash of
 * the host's name, and compared group by group at the end.
 */
export class HostTracker implements Tracker {
  readonly #origin: Name
  readonly #report: Report
  readonly #gathered: Partitions
  // A seed of its own for each run, so that no one can choose names that share a hash.
  readonly #seed = randomBytes(8)
  readonly #seedHigh = this.#seed.readUInt32LE(0)
  readonly #seedLow = this.#seed.readUInt32LE(4)
  #high = 0
  #low = 0
  readonly #recentHigh = new Uint32Array(RECENT)
  readonly #recentLow = new Uint32Array(RECENT)
  /** Names whose wildcard children have addresses, octets as characters. */
  readonly #wildcardParents = new Set<string>()
  /** Facts to be judged: uses, and addresses at a cut. */
  #open = 0

  constructor(origin: Name, report: Report, gathered: Partitions) {
    this.#origin = origin
    this.#report = report
    this.#gathered = gathered
  }

  node(context: NodeContext): void {
    if (context.place === Place.BELOW_DNAME || context.place === Place.NSEC3) return
    const owner = context.owner
    const rrsets = context.node.rrsets
    const isBelowCut = context.place === Place.BELOW_CUT
    let flags = 0
    for (let i = 0; i < rrsets.length; i++) {
      const { type, rdatas } = rrsets[i]!
      if (type === RRType.A || type === RRType.AAAA) {
        flags |= HAS_ADDRESS
        if (context.place === Place.CUT && !isOwnNameserver(context)) this.#hidden(owner, type)
      } else if (isBelowCut) continue
      else if (type === RRType.CNAME) flags |= IS_ALIAS
      else {
        const at = hostOffset(type)
        if (at === -1 || (context.place === Place.CUT && type !== RRType.NS)) continue
        for (let j = 0; j < rdatas.length; j++)
          this.#use(context, type, at === 0 ? rdatas[j]! : rdatas[j]!.subarray(at))
      }
    }
    if (flags === 0) return
    this.#hash(owner)
    this.#write(flags, FACT_SIZE)
    if (isWildcard(owner) && hasAddress(context) && this.#wildcardParents.size < MAX_WILDCARDS) {
      this.#wildcardParents.add(octetText(owner, 2))
    }
  }

  finish(): void {
    if (this.#open > 0) {
      for (let partition = 0; partition < PARTITIONS; partition++) this.#judge(this.#gathered.read(partition))
    }
    this.#gathered.close()
  }

  #use(context: NodeContext, type: number, host: Name): void {
    // RFC 7505 3 and RFC 2782: the root as a target says that there is no such service.
    if (host.length === 1 || !isAtOrBelowLower(host, this.#origin)) return
    if (context.place === Place.CUT && isAtOrBelowLower(host, context.owner)) return
    const ofApex = context.place === Place.APEX && type === RRType.NS
    this.#hash(host)
    // Hosting companies' nameservers come up again and again: one use is enough to check.
    const slot = this.#low & (RECENT - 1)
    if (!ofApex && this.#recentHigh[slot] === this.#high && this.#recentLow[slot] === this.#low) return
    this.#recentHigh[slot] = this.#high
    this.#recentLow[slot] = this.#low
    this.#open++
    this.#writeOf(ofApex ? REFERENCE | REFERENCE_OF_APEX : REFERENCE, type, context.owner, host)
  }

  #hidden(owner: Name, type: number): void {
    this.#open++
    this.#hash(owner)
    this.#writeOf(AT_CUT, type, owner, NOTHING)
  }

  /** Writes with a type and one or two names. */
  #writeOf(flags: number, type: number, owner: Name, host: Uint8Array): void {
    const at = this.#write(flags, FACT_SIZE + 2 + owner.length + host.length)
    const buffer = this.#gathered.buffer
    buffer[at] = type >>> 8
    buffer[at + 1] = type & 0xff
    buffer.set(owner, at + 2)
    buffer.set(host, at + 2 + owner.length)
  }

  #write(flags: number, size: number): number {
    const at = this.#gathered.reserve(this.#high >>> 24, size)
    const buffer = this.#gathered.buffer
    buffer[at] = flags
    for (let i = 0; i < 4; i++) {
      buffer[at + 1 + i] = this.#high >>> (24 - 8 * i)
      buffer[at + 5 + i] = this.#low >>> (24 - 8 * i)
    }
    return at + FACT_SIZE
  }

  /** A 64-bit hash: two rounds of murmur's mixing, seeded apart. */
  #hash(name: Name): void {
    let high = this.#seedHigh
    let low = this.#seedLow
    for (let i = 0; i < name.length; i++) {
      high = Math.imul(high ^ name[i]!, 0x85ebca6b)
      low = Math.imul(low ^ name[i]!, 0xc2b2ae35)
      high ^= low >>> 13
      low ^= high >>> 16
    }
    high = Math.imul(high ^ (high >>> 16), 0xc2b2ae35)
    low = Math.imul(low ^ (low >>> 16), 0x85ebca6b)
    this.#high = (high ^ (low >>> 15)) >>> 0
    this.#low = (low ^ (high >>> 13)) >>> 0
  }

  #judge(records: Uint8Array): void {
    const view = new DataView(records.buffer, records.byteOffset, records.length)
    // The group is part of the hash: with 52 of its bits in an exact number, two hosts all but never share one.
    const flagsByHost = new Map<number, number>()
    const named = new Set<number>()
    const keyAt = (at: number) => (view.getUint32(at + 1) & 0xfffff) * 0x1_0000_0000 + view.getUint32(at + 5)
    for (let at = 0; at < records.length; at = recordEnd(records, at)) {
      const key = keyAt(at)
      if (records[at]! >= REFERENCE) named.add(key)
      if (records[at]! >= AT_CUT) continue
      flagsByHost.set(key, (flagsByHost.get(key) ?? 0) | records[at]!)
    }
    const reported = new Set<number>()
    for (let at = 0; at < records.length; at = recordEnd(records, at)) {
      if (records[at]! < AT_CUT) continue
      const key = keyAt(at)
      if (records[at] === AT_CUT) {
        if (!named.has(key)) this.#complainOfHidden(records, at + FACT_SIZE)
        continue
      }
      const flags = flagsByHost.get(key) ?? 0
      if (flags === HAS_ADDRESS) continue
      const ofApex = (records[at]! & REFERENCE_OF_APEX) !== 0
      if (!ofApex && reported.has(key)) continue
      reported.add(key)
      this.#complain(records, at + FACT_SIZE, flags, ofApex)
    }
  }

  #complainOfHidden(records: Uint8Array, at: number): void {
    const owner = records.subarray(at + 2, nameEnd(records, at + 2))
    this.#report.add(
      occluded,
      owner,
      (records[at]! << 8) | records[at + 1]!,
      () => 'hidden by the delegation at the same name, and nothing in the zone names it as a host',
    )
  }

  #complain(records: Uint8Array, at: number, flags: number, ofApex: boolean): void {
    const type = (records[at]! << 8) | records[at + 1]!
    const hostAt = nameEnd(records, at + 2)
    const owner = records.subarray(at + 2, hostAt)
    const host = records.subarray(hostAt, nameEnd(records, hostAt))
    const isAlias = (flags & IS_ALIAS) !== 0
    if (!isAlias && this.#isGivenByWildcard(host)) return
    const check = ofApex ? apexHostWithoutAddress : isAlias ? hostIsAlias : hostWithoutAddress
    this.#report.add(check, owner, type, () =>
      isAlias
        ? `names ${nameToText(host)}, which is an alias (CNAME)`
        : `names ${nameToText(host)}, which has no address in the zone`,
    )
  }

  /** True when a wildcard may give the host its addresses (RFC 4592 3.3.1); closer names that stop it are not sought. */
  #isGivenByWildcard(host: Name): boolean {
    if (this.#wildcardParents.size === 0) return false
    for (let at = host[0]! + 1; at < host.length; at += host[at]! + 1) {
      if (this.#wildcardParents.has(octetText(host, at))) return true
    }
    return false
  }
}

/** True when the delegation's own name is one of its nameservers, so that addresses at the cut are its glue. */
function isOwnNameserver(context: NodeContext): boolean {
  return context.rrset(RRType.NS)!.rdatas.some((host) => octetsEqual(host, context.owner))
}

function nameEnd(buf: Uint8Array, at: number): number {
  let end = at
  while (buf[end]! !== 0) end += buf[end]! + 1
  return end + 1
}

function recordEnd(records: Uint8Array, at: number): number {
  if (records[at]! < AT_CUT) return at + FACT_SIZE
  const end = nameEnd(records, at + FACT_SIZE + 2)
  return records[at]! < REFERENCE ? end : nameEnd(records, end)
}
