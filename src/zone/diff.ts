import { compareNames } from '../wire/index.ts'
import type { RRsetChange } from './change.ts'
import { compareOctets } from './key.ts'
import type { RRset, ZoneNode } from './rrset.ts'

/**
 * The changes that make one version of a zone into another, RRset by RRset with their signatures. Nodes of both come in
 * canonical order (RFC 4034 6.1), each owner once; NSEC3 owners may be among them or come in a call of their own.
 */
export function* diffZones(before: Iterable<ZoneNode>, after: Iterable<ZoneNode>): Generator<RRsetChange> {
  const olds = before[Symbol.iterator]()
  const news = after[Symbol.iterator]()
  let old = olds.next()
  let now = news.next()
  while (!old.done || !now.done) {
    const order = old.done ? 1 : now.done ? -1 : compareNames(old.value.owner, now.value.owner)
    yield* diffNodes(order <= 0 ? old.value : undefined, order >= 0 ? now.value : undefined)
    if (order <= 0) old = olds.next()
    if (order >= 0) now = news.next()
  }
}

/** The changes from one node of an owner to another; undefined stands for no node. */
export function* diffNodes(before: ZoneNode | undefined, after: ZoneNode | undefined): Generator<RRsetChange> {
  const owner = (before ?? after)?.owner
  if (owner === undefined) return
  const kept = after?.rrsets ?? []
  for (const { type } of before?.rrsets ?? []) {
    if (!kept.some((rrset) => rrset.type === type)) yield { owner, type, rrset: undefined }
  }
  for (const rrset of kept) {
    const was = before?.rrsets.find(({ type }) => type === rrset.type)
    if (was === undefined || !sameRRset(was, rrset)) yield { owner, type: rrset.type, rrset }
  }
}

/** Whether two RRsets are the same: type, TTL, rdata and signatures. */
export function sameRRset(a: RRset, b: RRset): boolean {
  return a.type === b.type && sameData(a, b) && sameRdatas(a.signatures, b.signatures)
}

/** Whether two RRsets of one type have the same data; their signatures may differ. */
export function sameData(a: RRset, b: RRset): boolean {
  return a.ttl === b.ttl && sameRdatas(a.rdatas, b.rdatas)
}

function sameRdatas(a: readonly Uint8Array[], b: readonly Uint8Array[]): boolean {
  return (
    a.length === b.length && a.every((rdata, i) => compareOctets(rdata, 0, rdata.length, b[i]!, 0, b[i]!.length) === 0)
  )
}
