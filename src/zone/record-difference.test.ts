import { expect, test } from 'vitest'
import { recordDifference } from './record-difference.ts'
import type { RRset } from './rrset.ts'

const rrset = (rdatas: readonly number[], ttl = 60, signatures: readonly number[] = []): RRset => ({
  type: 16,
  ttl,
  rdatas: rdatas.map((octet) => Uint8Array.of(octet)),
  signatures: signatures.map((octet) => Uint8Array.of(octet)),
})

const far = Array.from({ length: 40 }, (_, i) => i)

test.each<[string, RRset | undefined, RRset | undefined, RRset, RRset]>([
  ['an RRset that came', undefined, rrset([1, 2], 60, [9]), rrset([]), rrset([1, 2], 60, [9])],
  ['one that went', rrset([1, 2], 60, [9]), undefined, rrset([1, 2], 60, [9]), rrset([])],
  ['one record more', rrset([1]), rrset([1, 2]), rrset([]), rrset([2])],
  ['a new signature', rrset([1], 60, [8]), rrset([1], 60, [9]), rrset([], 60, [8]), rrset([], 60, [9])],
  ['another TTL, which makes other records', rrset([1]), rrset([1, 2], 61), rrset([1]), rrset([1, 2], 61)],
  ['a few of many', rrset(far), rrset([...far.slice(1), 99]), rrset([0]), rrset([99])],
])('the difference of records: %s', (_, before, after, removed, added) => {
  expect(recordDifference({ type: 16, before, after })).toEqual({ removed, added })
})
