import { RRType } from '../iana/index.ts'
import type { DenialEdit, NodeEdit } from '../store/index.ts'
import { isAtOrBelow, lowerName, type Name, octetText } from '../wire/index.ts'
import { type RRset, type RRsetChange, sortKey, ZoneContentError } from '../zone/index.ts'
import { type Chain, chainHash, hashBelow } from './chain.ts'

/** Changes as the tables of a store take them: by owner, and by hash, each in ascending order. */
export interface SortedChanges {
  readonly nodes: readonly NodeEdit[]
  readonly denials: readonly DenialEdit[]
}

/**
 * Sorts changes out. An NSEC3 RRset of the chain in use goes to the table of denial; any other, of a chain being made or
 * taken away, stays with its owner.
 * @throws ZoneContentError for an owner outside the zone, or an RRset that is none
 */
export function sortChanges(changes: Iterable<RRsetChange>, origin: Name, chain: Chain | undefined): SortedChanges {
  const owners = new Map<string, { key: Uint8Array; changes: Map<number, RRset | undefined> }>()
  const hashes = new Map<string, DenialEdit>()
  for (const { owner, type, rrset } of changes) {
    if (!isAtOrBelow(owner, origin)) throw new ZoneContentError(origin, owner, 'lies outside the zone')
    if (rrset !== undefined && (rrset.type !== type || rrset.rdatas.length === 0)) {
      throw new ZoneContentError(origin, owner, `has an RRset of type ${type} that is none`)
    }
    const key = sortKey(owner, origin)
    const id = octetText(key)
    let node = rrset
    const name = lowerName(owner)
    const hash = type === RRType.NSEC3 && chain !== undefined ? hashBelow(name, origin) : undefined
    if (hash !== undefined) {
      const isOfChain = chainHash(name, origin, rrset, chain) !== undefined
      hashes.set(id, { hash, rrset: isOfChain ? rrset : undefined })
      if (isOfChain) node = undefined
    }
    const entry = owners.get(id) ?? { key, changes: new Map<number, RRset | undefined>() }
    entry.changes.set(type, node)
    owners.set(id, entry)
  }
  return {
    nodes: [...owners.values()]
      .sort((a, b) => Buffer.compare(a.key, b.key))
      .map(({ key, changes }) => ({ key, edit: (rrsets) => edited(rrsets, changes) })),
    denials: [...hashes.values()].sort((a, b) => Buffer.compare(a.hash, b.hash)),
  }
}

function edited(rrsets: readonly RRset[], changes: ReadonlyMap<number, RRset | undefined>): RRset[] {
  const kept = rrsets.filter(({ type }) => !changes.has(type))
  const added = [...changes.values()].filter((rrset) => rrset !== undefined)
  return [...kept, ...added].sort((a, b) => a.type - b.type)
}
