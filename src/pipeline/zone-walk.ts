import { RRType } from '../iana/index.ts'
import { compareOctets, type ZoneNode } from '../zone/index.ts'

/** What stands at a key, when nodes are gone through in canonical order. */
export interface WalkVisitor {
  /** A zone cut: the highest on its way down from the apex. */
  delegation(node: ZoneNode, key: Uint8Array): void
  /** A name of the zone that is no cut; without a node it is an empty non-terminal. The apex is not visited. */
  name(node: ZoneNode | undefined, key: Uint8Array): void
}

/**
 * Tells, node after node, which are zone cuts, which lie below one (glue, or occluded), and which empty non-terminals
 * (RFC 4592 2.2.2) stand before them.
 */
export class ZoneWalk {
  readonly #visitor: WalkVisitor
  /** Key of the last node that is not below a cut. */
  #last: Uint8Array = new Uint8Array(0)
  /** Key of the last cut, or undefined before the first. */
  #cut: Uint8Array | undefined

  constructor(visitor: WalkVisitor) {
    this.#visitor = visitor
  }

  /** Takes the next node in canonical order. */
  node(node: ZoneNode, key: Uint8Array): void {
    if (key.length === 0) return
    const cut = this.#cut
    if (cut !== undefined && key.length > cut.length && startsWith(key, cut)) return
    this.#emptyNonTerminals(key)
    this.#last = key.slice()
    if (node.rrsets.some(({ type }) => type === RRType.NS)) {
      this.#cut = this.#last
      this.#visitor.delegation(node, key)
    } else this.#visitor.name(node, key)
  }

  /** The ancestors of a key that no node before it had, or was below. */
  #emptyNonTerminals(key: Uint8Array): void {
    for (let end = 1; end < key.length; end++) {
      // 0x00 ends a label.
      if (key[end - 1] !== 0) continue
      const ancestor = key.subarray(0, end)
      if (!startsWith(this.#last, ancestor)) this.#visitor.name(undefined, ancestor)
    }
  }
}

function startsWith(key: Uint8Array, prefix: Uint8Array): boolean {
  return key.length >= prefix.length && compareOctets(key, 0, prefix.length, prefix, 0, prefix.length) === 0
}
