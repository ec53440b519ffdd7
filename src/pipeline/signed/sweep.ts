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
  /** The largest TTL seen so far of a signed RRset, or in an unsigned zone of any. */
  maxTtl = 0
  done = false
  /** Nodes looked at so far. */
  looked = 0
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
    const end = this.looked + SLICE_NODES
    const isFull = () => this.looked >= end || found.length >= SLICE_RENEWALS
    if (!this.#inChain) {
      for (const { node, key } of snapshot.nodes(this.#afterKey)) {
        if (isFull()) return found
        this.#look(snapshot, node, context, found)
        this.#afterKey = key.slice()
        this.looked++
      }
      this.#inChain = true
    }
    for (const node of snapshot.denialNodes(this.#afterHash)) {
      if (isFull()) return found
      this.#look(snapshot, node, context, found)
      this.#afterHash = hashOfNode(node)
      this.looked++
    }
    this.done = true
    return found
  }

  /** A TTL that the zone has come to show behind the sweep. */
  note(ttl: number): void {
    this.maxTtl = Math.max(this.maxTtl, ttl)
  }

  #look(snapshot: ZoneSnapshot, node: ZoneNode, context: SigningContext, found: RRsetChange[]): void {
    const isUnsigned = this.keys.length === 0
    for (const { ttl, signatures } of node.rrsets) if (signatures.length > 0 || isUnsigned) this.note(ttl)
    for (const change of renewals(snapshot, [node], context)) {
      found.push(change)
      this.note(change.rrset!.ttl)
    }
  }
}
