import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { compareNames, nameFromText, nameToText } from '../wire/index.ts'
import { diffZones } from './diff.ts'
import type { RRset, ZoneNode } from './rrset.ts'

const owners = ['zz.', 'a.zz.', 'b.a.zz.', 'b.zz.', '*.b.zz.', 'c.zz.'].map((text) => nameFromText(text))

const rrsets = fc
  .uniqueArray(
    fc.record({
      type: fc.constantFrom(1, 2, 43),
      ttl: fc.constantFrom(60, 3600),
      rdatas: fc.constantFrom([Uint8Array.of(1)], [Uint8Array.of(1), Uint8Array.of(2)]),
      signatures: fc.constantFrom([], [Uint8Array.of(9)]),
    }),
    { selector: ({ type }) => type, minLength: 1 },
  )
  .map((list): RRset[] => list.sort((a, b) => a.type - b.type))

const zone = fc
  .uniqueArray(fc.record({ owner: fc.constantFrom(...owners), rrsets }), { selector: ({ owner }) => nameToText(owner) })
  .map((nodes): ZoneNode[] => nodes.sort((a, b) => compareNames(a.owner, b.owner)))

function asMap(nodes: readonly ZoneNode[]): Map<string, RRset> {
  return new Map(
    nodes.flatMap((node) => node.rrsets.map((rrset) => [`${nameToText(node.owner)} ${rrset.type}`, rrset] as const)),
  )
}

describe('the difference of two versions of a zone', () => {
  it('makes the one into the other, and tells of nothing that is the same', () => {
    fc.assert(
      fc.property(zone, zone, (before, after) => {
        const rrsetsByKey = asMap(before)
        for (const { owner, type, rrset } of diffZones(before, after)) {
          const id = `${nameToText(owner)} ${type}`
          expect(rrsetsByKey.get(id)).not.toEqual(rrset)
          if (rrset === undefined) rrsetsByKey.delete(id)
          else rrsetsByKey.set(id, rrset)
        }
        expect(rrsetsByKey).toEqual(asMap(after))
      }),
    )
  })

  it('of a zone and itself is empty', () => {
    fc.assert(
      fc.property(zone, (nodes) => {
        expect([...diffZones(nodes, nodes)]).toEqual([])
      }),
    )
  })
})
