import { RRType } from '../iana/index.ts'
import { labelOffsets, type Name } from '../wire/index.ts'
import type { RRset, ZoneNode, ZoneView } from '../zone/index.ts'

/** Where the way down from the apex to a name ends (RFC 1034 4.3.2, step 3). */
export type Match =
  /** Step 3b: a zone cut at or above the name; the highest, since below it nothing is ours. */
  | { readonly kind: 'cut'; readonly cut: ZoneNode }
  /** RFC 6672 3.2 step 3c: a DNAME above the name. */
  | { readonly kind: 'dname'; readonly node: ZoneNode; readonly dname: RRset }
  /** Step 3a: the name exists; without a node it is an empty non-terminal (RFC 4592 2.2.2). */
  | { readonly kind: 'exists'; readonly node: ZoneNode | undefined }
  /** Step 3c: it does not; the longest of its ancestors that does is its closest encloser (RFC 4592 3.3.1). */
  | { readonly kind: 'absent'; readonly closestEncloser: Name }

/** The RRset of one type at a node. */
export function findRRset(node: ZoneNode, type: number): RRset | undefined {
  for (const rrset of node.rrsets) if (rrset.type === type) return rrset
  return undefined
}

const offsets = new Uint16Array(128)

/**
 * Walks down from the apex to a name in the zone.
 * @param name lower case, at or below the zone's origin
 */
export function search(view: ZoneView, name: Name, qtype: number): Match {
  const labels = labelOffsets(name, offsets)
  const apexAt = name.length - view.origin.length
  let closestEncloser = view.origin
  for (let label = labels - 1; label >= 0; label--) {
    const at = offsets[label]!
    if (at > apexAt) continue
    const ancestor = at === 0 ? name : name.subarray(at)
    const node = view.node(ancestor)
    if (node === undefined) {
      if (!view.hasBelow(ancestor)) return { kind: 'absent', closestEncloser }
    } else {
      // RFC 4035 3.1.4.1: at the name of a cut DS is the parent's own data.
      const isCut = at !== apexAt && findRRset(node, RRType.NS) !== undefined && !(at === 0 && qtype === RRType.DS)
      if (isCut) return { kind: 'cut', cut: node }
      const dname = at === 0 ? undefined : findRRset(node, RRType.DNAME)
      if (dname !== undefined) return { kind: 'dname', node, dname }
      if (at === 0) return { kind: 'exists', node }
    }
    closestEncloser = ancestor
  }
  return { kind: 'exists', node: undefined }
}

/** The wildcard that stands for the missing names below an encloser (RFC 4592 3.3.1); undefined when it were too long. */
export function wildcardBelow(closestEncloser: Name): Name | undefined {
  if (closestEncloser.length > 253) return undefined
  const wildcard = new Uint8Array(closestEncloser.length + 2)
  wildcard[0] = 1
  wildcard[1] = 0x2a
  wildcard.set(closestEncloser, 2)
  return wildcard
}

/** Whether a wildcard stands right below an encloser, be it an empty non-terminal (RFC 4592 4.9). */
export function hasWildcard(view: ZoneView, closestEncloser: Name): boolean {
  const wildcard = wildcardBelow(closestEncloser)
  return wildcard !== undefined && (view.node(wildcard) !== undefined || view.hasBelow(wildcard))
}

/** The ancestor of `name`, or the name itself, that is one label longer than `encloser` (RFC 5155 1.3, next closer). */
export function nextCloserName(name: Name, encloser: Name): Name {
  let at = 0
  while (name.length - at - name[at]! - 1 > encloser.length) at += name[at]! + 1
  return name.subarray(at)
}
