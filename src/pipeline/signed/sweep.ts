import { hashOfNode } from '../../dnssec/denial/index.ts'
import { renewals, type SigningContext } from '../../dnssec/sign/index.ts'
import type { ZoneSnapshot } from '../../store/index.ts'
import type { RRsetChange, ZoneNode } from '../../zone/index.ts'

/** Nodes looked at, and RRsets signed anew, in one slice at most: a few milliseconds, and one small commit. */
export const SLICE_NODES = 1000
const SLICE_RENEWALS = 100

/**
 * A look at every signature of a zone, slice after slice, each in the version that the one before left: what is due or
 * missing is signed anew. So no list of due times has to be kept, and no wave comes of many signatures that are due at once.
 */
export class Sweep {
  /** When it began, in seconds since 1970. */
  readonly at: number
  readonly fingerprint: string
  /** Ids of the keys that are to sign the zone. */
  readonly keys: readonly string[]
  /** The largest TTL of a signed RRset seen so far. */
  maxTtl = 0
  done = false
  #afterKey: Uint8Array | undefined
  #afterHash: Uint8Array | undefined
  #inChain = false

  constructor(at: number, fingerprint: string, keys: readonly string[]) {
    this.at = at
    this.fingerprint = fingerprint
    this.keys = keys
  }

  /** What is to be signed anew among the next nodes. The sweep has passed them when this returns. */
  slice(snapshot: ZoneSnapshot, context: SigningContext): RRsetChange[] {
    const found: RRsetChange[] = []
    let looked = 0
    const isFull = () => looked >= SLICE_NODES || found.length >= SLICE_RENEWALS
    if (!this.#inChain) {
      for (const { node, key } of snapshot.nodes(this.#afterKey)) {
        if (isFull()) return found
        this.#look(snapshot, node, context, found)
        this.#afterKey = key.slice()
        looked++
      }
      this.#inChain = true
    }
    for (const node of snapshot.denialNodes(this.#afterHash)) {
      if (isFull()) return found
      this.#look(snapshot, node, context, found)
      this.#afterHash = hashOfNode(node)
      looked++
    }
    this.done = true
    return found
  }

  #look(snapshot: ZoneSnapshot, node: ZoneNode, context: SigningContext, found: RRsetChange[]): void {
    for (const { ttl, signatures } of node.rrsets) if (signatures.length > 0) this.maxTtl = Math.max(this.maxTtl, ttl)
    for (const change of renewals(snapshot, [node], context)) {
      found.push(change)
      this.maxTtl = Math.max(this.maxTtl, change.rrset!.ttl)
    }
  }
}
