import { RRType } from '../iana/index.ts'
import {
  canonicalizeRdata,
  compareNames,
  isAtOrBelow,
  lowerName,
  type Name,
  nameToText,
  octetText,
  parentOf,
  parseBase32Hex,
} from '../wire/index.ts'
import { compareOctets } from './key.ts'
import type { RRset, ZoneNode } from './rrset.ts'
import type { Denial, Nsec3Parameters, ZoneView } from './view.ts'

/** One record in uncompressed wire form. */
export interface ZoneRecord {
  readonly owner: Name
  readonly type: number
  /** Seconds. */
  readonly ttl: number
  readonly rdata: Uint8Array
}

/** Records that make no zone: one that lies outside it, or no SOA at its apex. */
export class ZoneContentError extends Error {
  readonly origin: Name
  readonly owner: Name

  constructor(origin: Name, owner: Name, problem: string) {
    super(`zone ${nameToText(origin)}: ${nameToText(owner)} ${problem}`)
    this.name = 'ZoneContentError'
    this.origin = origin
    this.owner = owner
  }
}

interface HashedNode {
  readonly hash: Uint8Array
  readonly node: ZoneNode
}

/**
 * A zone held as plain objects: the model that faster views are tested against, and what tests build their zones with.
 * It takes the records as they are: keeping a zone's rules is the business of the zone checks.
 */
export class MemoryZone implements ZoneView {
  readonly origin: Name
  readonly serial: number
  readonly denial: Denial
  readonly nsec3: Nsec3Parameters | undefined
  /** In canonical order (RFC 4034 6.1), without the owners of NSEC3 records. */
  readonly nodes: readonly ZoneNode[]
  readonly #byName = new Map<string, ZoneNode>()
  readonly #ancestors = new Set<string>()
  readonly #nsecNodes: readonly ZoneNode[]
  readonly #hashed: readonly HashedNode[]

  /** @throws ZoneContentError when a record lies outside the zone or its apex has no SOA */
  constructor(origin: Name, records: Iterable<ZoneRecord>) {
    this.origin = lowerName(origin)
    const { plain, hashed } = group(this.origin, records)
    this.nodes = plain.map(toNode).sort((a, b) => compareNames(a.owner, b.owner))
    for (const node of this.nodes) {
      this.#byName.set(key(node.owner), node)
      let ancestor = node.owner
      while (ancestor.length > this.origin.length) {
        ancestor = parentOf(ancestor)!
        this.#ancestors.add(key(ancestor))
      }
    }
    const apex = this.node(this.origin)
    const soa = rrset(apex, RRType.SOA)?.rdatas[0]
    if (soa === undefined) throw new ZoneContentError(this.origin, this.origin, 'has no SOA record')
    this.serial = new DataView(soa.buffer, soa.byteOffset, soa.length).getUint32(soa.length - 20)
    const nodesOfChain = hashed.map(toNode)
    this.nsec3 = chainParameters(apex, nodesOfChain)
    this.#hashed = this.nsec3 === undefined ? [] : chain(this.nsec3, nodesOfChain)
    this.#nsecNodes = this.nodes.filter((node) => rrset(node, RRType.NSEC) !== undefined)
    const hasNsec = rrset(apex, RRType.NSEC) !== undefined
    this.denial = this.nsec3 !== undefined ? 'nsec3' : hasNsec ? 'nsec' : 'none'
  }

  node(name: Name): ZoneNode | undefined {
    return this.#byName.get(key(name))
  }

  hasBelow(name: Name): boolean {
    return this.#ancestors.has(key(name))
  }

  nodeAfter(name: Name): ZoneNode | undefined {
    return this.nodes[lastAtOrBefore(this.nodes, (node) => compareNames(node.owner, name)) + 1]
  }

  nsecAtOrBefore(name: Name): ZoneNode | undefined {
    return this.#nsecNodes[lastAtOrBefore(this.#nsecNodes, (node) => compareNames(node.owner, name))]
  }

  nsecBefore(name: Name): ZoneNode | undefined {
    // Where a node stands at the name itself, it counts as after it.
    const before = (node: ZoneNode) => compareNames(node.owner, name) || 1
    return this.#nsecNodes[lastAtOrBefore(this.#nsecNodes, before)]
  }

  nsec3Matching(hash: Uint8Array): ZoneNode | undefined {
    const found = this.#hashed[lastAtOrBefore(this.#hashed, (entry) => compareHashes(entry.hash, hash))]
    return found !== undefined && compareHashes(found.hash, hash) === 0 ? found.node : undefined
  }

  nsec3Covering(hash: Uint8Array): ZoneNode | undefined {
    const at = lastAtOrBefore(this.#hashed, (entry) => compareHashes(entry.hash, hash))
    const covering = at < 0 ? this.#hashed.at(-1) : this.#hashed[at]
    // A hash that is an owner of the chain is matched, not covered (RFC 5155 1.3).
    return covering === undefined || compareHashes(covering.hash, hash) === 0 ? undefined : covering.node
  }
}

function key(name: Name): string {
  return octetText(lowerName(name))
}

function rrset(node: ZoneNode | undefined, type: number): RRset | undefined {
  return node?.rrsets.find((candidate) => candidate.type === type)
}

function compareHashes(a: Uint8Array, b: Uint8Array): number {
  return compareOctets(a, 0, a.length, b, 0, b.length)
}

/** Index of the last of the sorted items for which `compare` gives zero or less; -1 when there is none. */
function lastAtOrBefore<T>(items: readonly T[], compare: (item: T) => number): number {
  let low = 0
  let high = items.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (compare(items[middle]!) <= 0) low = middle + 1
    else high = middle
  }
  return low - 1
}

interface Owner {
  readonly owner: Name
  readonly records: ZoneRecord[]
}

/** Records by owner, those of NSEC3 chains (NSEC3 and the signatures over it) apart from all others. */
function group(origin: Name, records: Iterable<ZoneRecord>): { plain: Owner[]; hashed: Owner[] } {
  const plain = new Map<string, Owner>()
  const hashed = new Map<string, Owner>()
  for (const record of records) {
    const owner = lowerName(record.owner)
    if (!isAtOrBelow(owner, origin)) throw new ZoneContentError(origin, owner, 'lies outside the zone')
    const type = record.type === RRType.RRSIG ? coveredType(record.rdata) : record.type
    const owners = type === RRType.NSEC3 ? hashed : plain
    const id = key(owner)
    const group = owners.get(id) ?? { owner, records: [] }
    group.records.push(record)
    owners.set(id, group)
  }
  return { plain: [...plain.values()], hashed: [...hashed.values()] }
}

function coveredType(signature: Uint8Array): number {
  return (signature[0]! << 8) | signature[1]!
}

function toNode({ owner, records }: Owner): ZoneNode {
  const types = new Set(records.map((record) => record.type).filter((type) => type !== RRType.RRSIG))
  const rrsets = [...types]
    .sort((a, b) => a - b)
    .map((type): RRset => {
      const own = records.filter((record) => record.type === type)
      const signatures = records.filter((record) => record.type === RRType.RRSIG && coveredType(record.rdata) === type)
      return {
        type,
        ttl: own[0]!.ttl,
        rdatas: canonicalSet(type, own),
        signatures: canonicalSet(RRType.RRSIG, signatures),
      }
    })
  return { owner, rrsets }
}

function canonicalSet(type: number, records: readonly ZoneRecord[]): Uint8Array[] {
  const sorted = records
    .map((record) => {
      const rdata = record.rdata.slice()
      canonicalizeRdata(type, rdata, 0, rdata.length)
      return rdata
    })
    .sort(compareHashes)
  return sorted.filter((rdata, index) => index === 0 || compareHashes(rdata, sorted[index - 1]!) !== 0)
}

const SHA1 = 1

/** The first of the apex's NSEC3PARAM records that a server may use (RFC 5155 4.1.2) and whose chain is there. */
function chainParameters(apex: ZoneNode | undefined, nodes: readonly ZoneNode[]): Nsec3Parameters | undefined {
  return rrset(apex, RRType.NSEC3PARAM)
    ?.rdatas.filter((rdata) => rdata[0] === SHA1 && rdata[1] === 0)
    .map((rdata) => ({
      algorithm: SHA1,
      iterations: (rdata[2]! << 8) | rdata[3]!,
      salt: rdata.slice(5, 5 + rdata[4]!),
    }))
    .find((parameters) => chain(parameters, nodes).length > 0)
}

/** The chain with these parameters, ascending by hash; a zone may hold others while it changes its parameters. */
function chain(parameters: Nsec3Parameters, nodes: readonly ZoneNode[]): HashedNode[] {
  const hashed: HashedNode[] = []
  for (const node of nodes) {
    const hash = hashOfOwner(node.owner)
    const nsec3 = rrset(node, RRType.NSEC3)
    if (nsec3 === undefined || hash === undefined) continue
    const rdatas = nsec3.rdatas.filter((rdata) => hasParameters(rdata, parameters))
    if (rdatas.length === 0) continue
    hashed.push({ hash, node: { owner: node.owner, rrsets: [{ ...nsec3, rdatas }] } })
  }
  return hashed.sort((a, b) => compareHashes(a.hash, b.hash))
}

function hasParameters(nsec3: Uint8Array, parameters: Nsec3Parameters): boolean {
  const iterations = (nsec3[2]! << 8) | nsec3[3]!
  const salt = nsec3.subarray(5, 5 + nsec3[4]!)
  return (
    nsec3[0] === parameters.algorithm &&
    iterations === parameters.iterations &&
    compareHashes(salt, parameters.salt) === 0
  )
}

const HASH_LABEL_LENGTH = 32
const HASH_LENGTH = 20

/** The 20 octets that the first label spells in base32hex (RFC 5155 1.3); undefined when it spells none. */
function hashOfOwner(owner: Name): Uint8Array | undefined {
  if (owner[0] !== HASH_LABEL_LENGTH) return undefined
  const hash = new Uint8Array(HASH_LENGTH)
  return parseBase32Hex(owner, 1, 1 + HASH_LABEL_LENGTH, hash, 0) === HASH_LENGTH ? hash : undefined
}
