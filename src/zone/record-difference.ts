import { octetText } from '../wire/index.ts'
import type { RRsetReplacement } from './change.ts'
import type { RRset } from './rrset.ts'

/** Octet strings that are compared each with each at most, before it pays to remember them. */
const FEW_PAIRS = 16

/** Which records, signatures among them, a replacement takes away, and which it adds. */
export function recordDifference({ type, before, after }: Omit<RRsetReplacement, 'owner'>): {
  readonly removed: RRset
  readonly added: RRset
} {
  const was = before ?? { type, ttl: after?.ttl ?? 0, rdatas: [], signatures: [] }
  const is = after ?? { ...was, rdatas: [], signatures: [] }
  // RFC 1995 4 tells of records, TTLs among what they are: one with another TTL is another record.
  if (was.ttl !== is.ttl) return { removed: was, added: is }
  return {
    removed: { ...was, rdatas: without(was.rdatas, is.rdatas), signatures: without(was.signatures, is.signatures) },
    added: { ...is, rdatas: without(is.rdatas, was.rdatas), signatures: without(is.signatures, was.signatures) },
  }
}

/** The octet strings of one list that another does not have; neither has duplicates. */
function without(list: readonly Uint8Array[], others: readonly Uint8Array[]): readonly Uint8Array[] {
  if (list.length === 0 || others.length === 0) return list
  if (list === others) return []
  if (list.length * others.length <= FEW_PAIRS) {
    return list.filter((octets) => !others.some((other) => Buffer.compare(octets, other) === 0))
  }
  const known = new Set(others.map((octets) => octetText(octets)))
  return list.filter((octets) => !known.has(octetText(octets)))
}
