import type { DenialReplacement, NodeChange } from '../store/index.ts'
import { ownerOfHash } from '../store/index.ts'
import type { Name } from '../wire/index.ts'
import { compareOctets, nameOfKey, type RRsetReplacement, sameRRset, sortKey } from '../zone/index.ts'

interface Keyed {
  readonly key: Uint8Array
  readonly replacement: RRsetReplacement
}

/**
 * What an update made of RRsets, in canonical order of the owners: of nodes, which come in the order of their sort keys, and
 * of the NSEC3 chain, which comes in the order of its hashes. Digits of base32hex sort as the hashes do (RFC 4648 7).
 */
export function replacementsOf(
  nodes: readonly NodeChange[],
  denials: readonly DenialReplacement[],
  origin: Name,
): RRsetReplacement[] {
  const merged: RRsetReplacement[] = []
  const hashed = denials.map((denial) => denialReplacement(denial, origin))
  let at = 0
  for (const node of nodes) {
    while (at < hashed.length && compare(hashed[at]!.key, node.key) < 0) merged.push(hashed[at++]!.replacement)
    const beside = at < hashed.length && compare(hashed[at]!.key, node.key) === 0 ? hashed[at++] : undefined
    merged.push(...nodeReplacements(node, origin, beside?.replacement))
  }
  while (at < hashed.length) merged.push(hashed[at++]!.replacement)
  return merged
}

function denialReplacement({ hash, before, after }: DenialReplacement, origin: Name): Keyed {
  const owner = ownerOfHash(hash, origin)
  const type = (before ?? after)!.type
  return { key: sortKey(owner, origin), replacement: { owner, type, before, after } }
}

/** @param chained what became of the NSEC3 RRset of the chain at the same owner */
function nodeReplacements(
  { key, before, after }: NodeChange,
  origin: Name,
  chained: RRsetReplacement | undefined,
): RRsetReplacement[] {
  const owner = nameOfKey(key, 0, key.length, origin)
  const replacements: RRsetReplacement[] = chained === undefined ? [] : [chained]
  const add = (replacement: RRsetReplacement) => {
    const same = replacements.findIndex(({ type }) => type === replacement.type)
    if (same < 0) replacements.push(replacement)
    // An RRset that came into the chain, or left it, moved from one table to the other.
    else {
      const other = replacements[same]!
      replacements[same] = {
        ...replacement,
        before: other.before ?? replacement.before,
        after: other.after ?? replacement.after,
      }
    }
  }
  for (const was of before) {
    const is = after.find(({ type }) => type === was.type)
    if (is === was || (is !== undefined && sameRRset(was, is))) continue
    add({ owner, type: was.type, before: was, after: is })
  }
  for (const is of after) {
    if (before.some(({ type }) => type === is.type)) continue
    add({ owner, type: is.type, before: undefined, after: is })
  }
  return replacements.sort((a, b) => a.type - b.type)
}

function compare(a: Uint8Array, b: Uint8Array): number {
  return compareOctets(a, 0, a.length, b, 0, b.length)
}
