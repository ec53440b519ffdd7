import { RRType } from '../../iana/index.ts'
import { compareNames, type Name } from '../../wire/index.ts'
import { Nsec3, type RRset, type RRsetChange, ZoneDigest, type ZoneNode, type ZoneView } from '../../zone/index.ts'
import { NSEC3_HASH_LENGTH } from '../denial/index.ts'

/**
 * The digests of a whole zone as changes leave it (RFC 8976 3).
 * @param changes signed, those of the chain among them
 * @param hashes algorithms, of `ZonemdHash`
 */
export function changedDigests(
  view: ZoneView,
  changes: readonly RRsetChange[],
  hashes: readonly number[],
): Map<number, Uint8Array> {
  const digests = hashes.map((hash) => ({ hash, digest: new ZoneDigest(view.origin, hash) }))
  const before = merged(dataNodes(view), chainNodes(view))
  for (const node of merged(before, changedNodes(changes))) {
    const rrsets = node.rrsets.filter((rrset) => rrset.rdatas.length > 0)
    if (rrsets.length > 0) for (const { digest } of digests) digest.node({ owner: node.owner, rrsets })
  }
  return new Map(digests.map(({ hash, digest }) => [hash, digest.digest()]))
}

function* dataNodes(view: ZoneView): Generator<ZoneNode> {
  for (let node = view.node(view.origin); node !== undefined; node = view.nodeAfter(node.owner)) yield node
}

/** The nodes of the NSEC3 chain in the order of their hashes, which is that of their owners. */
function* chainNodes(view: ZoneView): Generator<ZoneNode> {
  if (view.denial !== 'nsec3') return
  const zero = new Uint8Array(NSEC3_HASH_LENGTH)
  const first = view.nsec3Matching(zero) ?? view.nsec3Matching(nextHash(view.nsec3Covering(zero)!))!
  let node = first
  do {
    yield node
    node = view.nsec3Matching(nextHash(node))!
  } while (compareNames(node.owner, first.owner) !== 0)
}

function nextHash({ rrsets }: ZoneNode): Uint8Array {
  return Nsec3.nextHash(rrsets.find(({ type }) => type === RRType.NSEC3)!.rdatas[0]!)
}

/** What becomes of each owner; an RRset that is removed has no records. */
function changedNodes(changes: readonly RRsetChange[]): ZoneNode[] {
  const sorted = [...changes].sort((a, b) => compareNames(a.owner, b.owner) || a.type - b.type)
  const nodes: { owner: Name; rrsets: RRset[] }[] = []
  for (const { owner, type, rrset } of sorted) {
    const last = nodes.at(-1)
    const node = last !== undefined && compareNames(last.owner, owner) === 0 ? last : { owner, rrsets: [] }
    if (node !== last) nodes.push(node)
    node.rrsets.push(rrset ?? { type, ttl: 0, rdatas: [], signatures: [] })
  }
  return nodes
}

/** Two sequences of nodes in canonical order as one; where both have an RRset, that of the second counts. */
function* merged(nodes: Iterable<ZoneNode>, others: Iterable<ZoneNode>): Generator<ZoneNode> {
  const waiting = others[Symbol.iterator]()
  let other = waiting.next()
  for (const node of nodes) {
    let merged = node
    while (!other.done) {
      const order = compareNames(other.value.owner, node.owner)
      if (order > 0) break
      if (order < 0) yield other.value
      else merged = overlaid(node, other.value)
      other = waiting.next()
    }
    yield merged
  }
  for (; !other.done; other = waiting.next()) yield other.value
}

function overlaid(node: ZoneNode, over: ZoneNode): ZoneNode {
  const kept = node.rrsets.filter(({ type }) => !over.rrsets.some((rrset) => rrset.type === type))
  return { owner: node.owner, rrsets: [...kept, ...over.rrsets].sort((a, b) => a.type - b.type) }
}
