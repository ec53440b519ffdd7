import { RRType } from '../../iana/index.ts'
import { compareNames } from '../../wire/index.ts'
import {
  changedNodes,
  mergeNodes,
  Nsec3,
  type RRsetChange,
  ZoneDigest,
  type ZoneNode,
  type ZoneView,
} from '../../zone/index.ts'
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
  for (const node of changedNodes(mergeNodes(dataNodes(view), chainNodes(view)), changes)) {
    for (const { digest } of digests) digest.node(node)
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
