import type { ZoneSnapshot } from '../store/index.ts'
import { mergeNodes, type ZoneNode } from '../zone/index.ts'
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
  yield* mergeNodes(nodes(), snapshot.denialNodes())
}
