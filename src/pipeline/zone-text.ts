import type { ZoneSnapshot } from '../store/index.ts'
import { compareNames, nameToText } from '../wire/index.ts'
import type { RRset, RRsetChange, ZoneNode } from '../zone/index.ts'
import { RecordPrinter } from '../zonefile/index.ts'
import { printNode } from './print-node.ts'

/** Octets of text handed over at a time. */
const PIECE = 1 << 20

/**
 * Canonical text of nodes: one record a line, each RRset before its signatures.
 * @returns pieces, each valid until the next is asked for
 */
export function* zoneText(nodes: Iterable<ZoneNode>): Generator<Uint8Array> {
  const printer = new RecordPrinter(PIECE + (PIECE >> 2))
  for (const node of nodes) {
    printNode(printer, node)
    if (printer.length < PIECE) continue
    yield printer.text
    printer.clear()
  }
  yield printer.text
}

/** All nodes of a zone in canonical order, those of its NSEC3 chain among them. */
export function* nodesOf(snapshot: ZoneSnapshot): Generator<ZoneNode> {
  const nodes = function* () {
    for (const { node } of snapshot.nodes()) yield node
  }
  yield* inOrder(nodes(), snapshot.denialNodes())
}

/** The nodes of a zone in canonical order as changes leave them. */
export function* changedNodes(snapshot: ZoneSnapshot, changes: readonly RRsetChange[]): Generator<ZoneNode> {
  const changed = new Map<string, Map<number, RRset | undefined>>()
  const owners = new Map<string, ZoneNode>()
  for (const { owner, type, rrset } of changes) {
    const name = nameToText(owner)
    const rrsets = changed.get(name) ?? new Map<number, RRset | undefined>()
    rrsets.set(type, rrset)
    changed.set(name, rrsets)
    owners.set(name, { owner, rrsets: [] })
  }
  const touched = [...owners.values()].sort((a, b) => compareNames(a.owner, b.owner))
  for (const node of inOrder(nodesOf(snapshot), touched)) {
    const to = changed.get(nameToText(node.owner))
    if (to === undefined) {
      yield node
      continue
    }
    const kept = node.rrsets.filter(({ type }) => !to.has(type))
    const rrsets = [...kept, ...[...to.values()].filter((rrset) => rrset !== undefined)]
    if (rrsets.length > 0) yield { owner: node.owner, rrsets: rrsets.sort((a, b) => a.type - b.type) }
  }
}

/** Two sequences of nodes, each in canonical order, as one; nodes of the same owner become one. */
function* inOrder(nodes: Iterable<ZoneNode>, others: Iterable<ZoneNode>): Generator<ZoneNode> {
  const waiting = others[Symbol.iterator]()
  let other = waiting.next()
  for (let node of nodes) {
    while (!other.done) {
      const order = compareNames(other.value.owner, node.owner)
      if (order > 0) break
      if (order < 0) yield other.value
      else node = merged(node, other.value)
      other = waiting.next()
    }
    yield node
  }
  for (; !other.done; other = waiting.next()) yield other.value
}

function merged(a: ZoneNode, b: ZoneNode): ZoneNode {
  return { owner: a.owner, rrsets: [...a.rrsets, ...b.rrsets].sort((x, y) => x.type - y.type) }
}
