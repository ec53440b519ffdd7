import { RRType } from '../../iana/index.ts'
import { compareNames, lowerName, type Name, nameLength, octetText, parseBase32Hex } from '../../wire/index.ts'
import { compareOctets, Nsec3, type RRset, type ZoneNode, type ZoneView } from '../../zone/index.ts'
import type { ChainView } from './chain-edit.ts'
import { NSEC3_HASH_LENGTH } from './nsec3.ts'

/** The chain that a zone's view should hold is not whole: the zone must be signed anew. */
export class BrokenChainError extends Error {
  override readonly name = 'BrokenChainError'
}

/** The NSEC chain of a zone; positions are owner names. */
export function nsecChainOf(view: ZoneView): ChainView<Name> {
  const rdataAt = (owner: Name): Uint8Array => rdataOf(view.node(owner), RRType.NSEC)
  return {
    before: (owner) => view.nsecBefore(owner)?.owner ?? broken(),
    next: (owner) => {
      const rdata = rdataAt(owner)
      return lowerName(rdata.subarray(0, nameLength(rdata, 0)))
    },
    bitmap: (owner) => {
      const rdata = rdataAt(owner)
      return rdata.subarray(nameLength(rdata, 0))
    },
    compare: compareNames,
    key: octetText,
  }
}

/** The NSEC3 chain of a zone; positions are hashes. */
export function nsec3ChainOf(view: ZoneView): ChainView<Uint8Array> {
  const rdataAt = (hash: Uint8Array): Uint8Array => rdataOf(view.nsec3Matching(hash), RRType.NSEC3)
  return {
    before: (hash) => {
      const below = lessByOne(hash)
      return hashOfNode(view.nsec3Matching(below) ?? view.nsec3Covering(below) ?? broken())
    },
    next: (hash) => Nsec3.nextHash(rdataAt(hash)),
    bitmap: (hash) => {
      const rdata = rdataAt(hash)
      return rdata.subarray(Nsec3.bitmapOffset(rdata))
    },
    compare: (a, b) => compareOctets(a, 0, a.length, b, 0, b.length),
    key: octetText,
  }
}

/** The hash that the owner of an NSEC3 node spells. */
export function hashOfNode({ owner }: ZoneNode): Uint8Array {
  const hash = new Uint8Array(NSEC3_HASH_LENGTH)
  return parseBase32Hex(owner, 1, 1 + owner[0]!, hash, 0) === NSEC3_HASH_LENGTH ? hash : broken()
}

/** The hash before this one; before the first comes the last. */
function lessByOne(hash: Uint8Array): Uint8Array {
  const less = hash.slice()
  for (let i = less.length - 1; i >= 0; i--) {
    less[i] = less[i]! - 1
    if (hash[i] !== 0) break
  }
  return less
}

function rdataOf(node: ZoneNode | undefined, type: number): Uint8Array {
  const rrset: RRset | undefined = node?.rrsets.find((candidate) => candidate.type === type)
  return rrset?.rdatas[0] ?? broken()
}

function broken(): never {
  throw new BrokenChainError('the chain of denial in the zone is not whole: sign all of the zone anew')
}
