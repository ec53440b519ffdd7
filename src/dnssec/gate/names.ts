import type { Name } from '../../wire/index.ts'
import { compareOctets, type RRset, type ZoneNode } from '../../zone/index.ts'

export function compareWhole(a: Uint8Array, b: Uint8Array): number {
  return compareOctets(a, 0, a.length, b, 0, b.length)
}

export function octetsEqual(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && compareWhole(a, b) === 0
}

export function rrsetOf(node: ZoneNode | undefined, type: number): RRset | undefined {
  return node?.rrsets.find((rrset) => rrset.type === type)
}

/** Index of the first of the sorted items that comes after this one. */
export function firstAfter<P>(items: readonly P[], item: P, compare: (a: P, b: P) => number): number {
  let low = 0
  let high = items.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (compare(items[middle]!, item) <= 0) low = middle + 1
    else high = middle
  }
  return low
}

/** Index of the first of the sorted items that is this one or comes after it. */
export function firstAtOrAfter<P>(items: readonly P[], item: P, compare: (a: P, b: P) => number): number {
  let low = 0
  let high = items.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (compare(items[middle]!, item) < 0) low = middle + 1
    else high = middle
  }
  return low
}

/** The names above a name and below the origin, the nearest first; views of the name. */
export function* namesAbove(name: Name, origin: Name): Generator<Name> {
  for (let at = name[0]! + 1; name.length - at > origin.length; at += name[at]! + 1) yield name.subarray(at)
}
