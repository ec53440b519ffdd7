import { RRType } from '../iana/index.ts'
import { type Name, nameToText, octetText, parentOf } from '../wire/index.ts'
import type { ZoneNode } from '../zone/index.ts'
import { nsec3Hash } from './nsec3-hash.ts'
import { findRRset, nextCloserName, wildcardBelow } from './search.ts'
import { Section, type Sections } from './sections.ts'

/** A name that does not exist has the hash of one that does, so no proof can be given (RFC 5155 7.2.9). */
export class HashCollisionError extends Error {
  readonly owner: Name

  constructor(owner: Name) {
    super(`the NSEC3 hash of ${nameToText(owner)}, which does not exist, is that of another name`)
    this.name = 'HashCollisionError'
    this.owner = owner
  }
}

function hashOf(sections: Sections, name: Name): Uint8Array {
  const key = octetText(name)
  let hash = sections.hashes.get(key)
  if (hash === undefined) {
    hash = nsec3Hash(name, sections.view.nsec3!)
    sections.hashes.set(key, hash)
  }
  return hash
}

function put(sections: Sections, node: ZoneNode | undefined): void {
  const nsec3 = node && findRRset(node, RRType.NSEC3)
  if (nsec3 !== undefined) sections.put(Section.Authority, node!.owner, nsec3)
}

/** The node whose NSEC3 matches a name; undefined when opt-out left it without one (RFC 5155 7.1). */
export function findMatching(sections: Sections, name: Name): ZoneNode | undefined {
  return sections.view.nsec3Matching(hashOf(sections, name))
}

function putMatching(sections: Sections, name: Name): void {
  put(sections, findMatching(sections, name))
}

/** @throws HashCollisionError when the name, which does not exist, is matched */
function putCovering(sections: Sections, name: Name): void {
  const hash = hashOf(sections, name)
  if (sections.view.nsec3Matching(hash) !== undefined) throw new HashCollisionError(name)
  put(sections, sections.view.nsec3Covering(hash))
}

/**
 * The closest encloser that can be shown: in an opt-out zone an empty non-terminal above insecure delegations alone
 * has no NSEC3, and an ancestor must serve (RFC 5155 7.2.4: closest provable encloser). The apex always has one.
 */
export function closestProvableEncloser(sections: Sections, closestEncloser: Name): Name {
  let encloser = closestEncloser
  while (encloser.length > sections.view.origin.length && findMatching(sections, encloser) === undefined) {
    encloser = parentOf(encloser)!
  }
  return encloser
}

/**
 * RFC 5155 7.2.1, closest encloser proof: one NSEC3 matches the closest encloser, one covers the next closer name.
 * @param encloser a closest provable encloser of `name`
 */
export function putClosestEncloserProof(sections: Sections, name: Name, encloser: Name): void {
  putMatching(sections, encloser)
  putCovering(sections, nextCloserName(name, encloser))
}

/**
 * RFC 5155 7.2.3 and 7.2.4, NODATA, and 7.2.7, referral to an unsigned zone: the NSEC3 that matches the name, or, when
 * opt-out left it without one, the closest provable encloser proof.
 */
export function proveNoDataByNsec3(sections: Sections, name: Name): void {
  const matching = findMatching(sections, name)
  if (matching !== undefined) put(sections, matching)
  else if (name.length > sections.view.origin.length) {
    putClosestEncloserProof(sections, name, closestProvableEncloser(sections, parentOf(name)!))
  }
}

/** RFC 5155 7.2.2: the name does not exist, nor the wildcard at its closest encloser. */
export function proveNoNameByNsec3(sections: Sections, name: Name, closestEncloser: Name): void {
  const encloser = closestProvableEncloser(sections, closestEncloser)
  putClosestEncloserProof(sections, name, encloser)
  const wildcard = wildcardBelow(encloser)
  if (wildcard === undefined) return
  // Above an encloser without an NSEC3 a wildcard may exist, which does not stand for this name (RFC 4592 3.3.1).
  if (encloser.length === closestEncloser.length) putCovering(sections, wildcard)
  else put(sections, findMatching(sections, wildcard) ?? sections.view.nsec3Covering(hashOf(sections, wildcard)))
}

/** RFC 5155 7.2.6: no name closer than the wildcard exists; the wildcard's signature tells its closest encloser. */
export function proveExpansionByNsec3(sections: Sections, name: Name, closestEncloser: Name): void {
  putCovering(sections, nextCloserName(name, closestEncloser))
}

/** RFC 5155 7.2.5: the closest encloser proof, and the NSEC3 that matches the wildcard, whose types lack this one. */
export function proveWildcardNoDataByNsec3(
  sections: Sections,
  name: Name,
  closestEncloser: Name,
  wildcard: Name,
): void {
  const encloser = closestProvableEncloser(sections, closestEncloser)
  putClosestEncloserProof(sections, name, encloser)
  // Opt-out may have left a wildcard that is an empty non-terminal without an NSEC3: then its absence is shown.
  const matching = findMatching(sections, wildcard)
  put(sections, matching ?? sections.view.nsec3Covering(hashOf(sections, wildcard)))
}
