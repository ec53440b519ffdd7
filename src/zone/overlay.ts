import { compareNames, type Name } from '../wire/index.ts'
import type { RRsetChange } from './change.ts'
import type { RRset, ZoneNode } from './rrset.ts'

/** Nodes in canonical order as changes leave them, those without records left out. */
export function* changedNodes(nodes: Iterable<ZoneNode>, changes: readonly RRsetChange[]): Generator<ZoneNode> {
  for (const { owner, rrsets } of mergeNodes(nodes, nodesOfChanges(changes))) {
    const kept = rrsets.filter(({ rdatas }) => rdatas.length > 0)
    if (kept.length > 0) yield { owner, rrsets: kept }
  }
}

/** Two sequences of nodes in canonical order as one; where both have an RRset, that of the second counts. */
export function* mergeNodes(nodes: Iterable<ZoneNode>, others: Iterable<ZoneNode>): Generator<ZoneNode> {
  const waiting = others[Symbol.iterator]()
  let other = waiting.next()
  for (let node of nodes) {
    while (!other.done) {
      const order = compareNames(other.value.owner, node.owner)
      if (order > 0) break
      if (order < 0) yield other.value
      else node = overlaid(node, other.value)
      other = waiting.next()
    }
    yield node
  }
  for (; !other.done; other = waiting.next()) yield other.value
}

/** What becomes of each owner; an RRset that is removed has no records. */
function nodesOfChanges(changes: readonly RRsetChange[]): ZoneNode[] {
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

function overlaid(node: ZoneNode, over: ZoneNode): ZoneNode {
  const kept = node.rrsets.filter(({ type }) => !over.rrsets.some((rrset) => rrset.type === type))
  return { owner: node.owner, rrsets: [...kept, ...over.rrsets].sort((a, b) => a.type - b.type) }
}
