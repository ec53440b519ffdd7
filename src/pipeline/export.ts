import { openZone } from '../store/index.ts'
import { compareNames, type Name } from '../wire/index.ts'
import type { ZoneNode } from '../zone/index.ts'
import { RecordPrinter } from '../zonefile/index.ts'
import { printNode } from './print-node.ts'

/** Octets of text handed over at a time. */
const PIECE = 1 << 20

export interface ExportOptions {
  readonly dataDir: string
  readonly origin: Name
  /** Takes the text piece by piece; a piece is valid during the call only. */
  write(text: Uint8Array): void
}

/**
 * Writes the version of a zone that is to be served as canonical text: SOA first, owners in canonical order
 * (RFC 4034 6.1), types ascending, each RRset before its signatures. Loading it gives the identical zone.
 * @throws StoreError when the zone is not in the data folder
 */
export async function exportZone({ dataDir, origin, write }: ExportOptions): Promise<void> {
  const snapshot = openZone(dataDir, origin)
  try {
    const printer = new RecordPrinter(PIECE + (PIECE >> 2))
    for (const node of inOrder(snapshot.nodes(), snapshot.denialNodes())) {
      printNode(printer, node)
      if (printer.length >= PIECE) {
        write(printer.text)
        printer.clear()
      }
    }
    write(printer.text)
  } finally {
    snapshot.close()
  }
}

/** Two sequences of nodes, each in canonical order, as one; nodes of the same owner become one. */
function* inOrder(nodes: Iterable<{ readonly node: ZoneNode }>, others: Iterable<ZoneNode>): Generator<ZoneNode> {
  const waiting = others[Symbol.iterator]()
  let other = waiting.next()
  for (let { node } of nodes) {
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
