import { UnfitChangeError } from '../dnssec/sign/index.ts'
import { type Name, octetText } from '../wire/index.ts'
import { nodeErrors } from '../zone/checks/index.ts'
import type { RRset, RRsetChange, ZoneNode } from '../zone/index.ts'

/** A zone as far as a change needs it. */
export interface FitView {
  readonly origin: Name
  node(name: Name): ZoneNode | undefined
}

/**
 * Checks that changes leave no node that a zone would be refused for when it is loaded.
 * @param changes of several to one RRset the last counts
 * @throws UnfitChangeError naming the first such node
 */
export function checkFit(view: FitView, changes: readonly RRsetChange[]): void {
  const owners = new Map<string, { readonly owner: Name; readonly rrsets: Map<number, RRset | undefined> }>()
  for (const { owner, type, rrset } of changes) {
    const key = octetText(owner)
    const entry = owners.get(key) ?? { owner, rrsets: new Map<number, RRset | undefined>() }
    entry.rrsets.set(type, rrset)
    owners.set(key, entry)
  }
  for (const { owner, rrsets: changed } of owners.values()) {
    const kept = (view.node(owner)?.rrsets ?? []).filter(({ type }) => !changed.has(type))
    const added = [...changed.values()].filter((rrset) => rrset !== undefined && rrset.rdatas.length > 0)
    const rrsets = [...kept, ...(added as RRset[])].sort((a, b) => a.type - b.type)
    if (rrsets.length === 0) continue
    const [error] = nodeErrors(view.origin, { owner, rrsets })
    if (error !== undefined) throw new UnfitChangeError(owner, `${error.message} (${error.check})`)
  }
}
