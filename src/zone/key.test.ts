import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { compareNames, lowerName, type Name, nameFromText, nameToText } from '../wire/index.ts'
import { compareOctets, nameOfKey, sortKey } from './key.ts'

const origin = nameFromText('zz.')

const label = fc.oneof(
  fc.uint8Array({ minLength: 1, maxLength: 12 }),
  // Octets that the encoding escapes, and that fold, come often.
  fc.array(fc.constantFrom(0, 1, 2, 0x41, 0x61, 0x2a), { minLength: 1, maxLength: 4 }).map((a) => Uint8Array.from(a)),
)

const name: fc.Arbitrary<Name> = fc.array(label, { maxLength: 5 }).map((labels) => {
  const octets = labels.flatMap((octets) => [octets.length, ...octets])
  return Uint8Array.from([...octets, ...origin])
})

function compareKeys(a: Uint8Array, b: Uint8Array): number {
  return Math.sign(compareOctets(a, 0, a.length, b, 0, b.length))
}

describe('sort keys', () => {
  it('order names as RFC 4034 6.1 does in its example', () => {
    const example = nameFromText('example.')
    const names = ['example', 'a.example', 'yljkjljk.a.example', 'Z.a.example', 'zABC.a.EXAMPLE', 'z.example']
    const rest = ['\\001.z.example', '*.z.example', '\\200.z.example']
    const keys = [...names, ...rest].map((text) => sortKey(nameFromText(`${text}.`), example))
    for (let i = 1; i < keys.length; i++) expect(compareKeys(keys[i - 1]!, keys[i]!)).toBe(-1)
  })

  it('order any two names as compareNames does', () => {
    fc.assert(
      fc.property(name, name, (a, b) => {
        expect(compareKeys(sortKey(a, origin), sortKey(b, origin))).toBe(Math.sign(compareNames(a, b)))
      }),
    )
  })

  it('give the name back, in lower case', () => {
    fc.assert(
      fc.property(name, (a) => {
        const key = sortKey(a, origin)
        expect(nameToText(nameOfKey(key, 0, key.length, origin))).toBe(nameToText(lowerName(a)))
      }),
    )
  })

  it('begin with the keys of all ancestors, and the apex has the empty key', () => {
    expect(sortKey(origin, origin)).toHaveLength(0)
    const parent = sortKey(nameFromText('example.zz.'), origin)
    const child = sortKey(nameFromText('www.example.zz.'), origin)
    expect(child.subarray(0, parent.length)).toEqual(parent)
    const neighbour = sortKey(nameFromText('www.example2.zz.'), origin)
    expect(neighbour.subarray(0, parent.length)).not.toEqual(parent)
  })
})
