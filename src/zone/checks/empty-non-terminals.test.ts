import fc from 'fast-check'
import { expect, it } from 'vitest'
import { compareNames, isAtOrBelow, nameFromText, nameToText, parentOf } from '../../wire/index.ts'
import { EmptyNonTerminals } from './empty-non-terminals.ts'

function found(origin: string, names: readonly (readonly [string, boolean])[]): string[] {
  const list: string[] = []
  const tracker = new EmptyNonTerminals(nameFromText(origin), (name, needed) => {
    list.push(`${nameToText(name)}${needed ? '!' : ''}`)
  })
  for (const [name, needed] of names) tracker.name(nameFromText(name), needed)
  tracker.finish()
  return list
}

it('are the ancestors that have no records', () => {
  expect(
    found('zz.', [
      ['zz.', true],
      ['a.zz.', false],
      ['x.y.a.zz.', false],
      ['z.y.a.zz.', true],
      ['co.zz.', false],
      ['a.co.zz.', false],
      ['p.q.r.zz.', false],
    ]),
  ).toEqual(['y.a.zz.!', 'q.r.zz.', 'r.zz.'])
})

it('are told under the root too', () => {
  expect(
    found('.', [
      ['.', true],
      ['a.b.', true],
    ]),
  ).toEqual(['b.!'])
})

it('agree with a search through all names', () => {
  const label = fc.constantFrom('a', 'b', 'c', '*', '-')
  const name = fc.array(label, { maxLength: 5 }).map((labels) => [...labels, 'zz.'].join('.'))
  fc.assert(
    fc.property(fc.array(fc.tuple(name, fc.boolean()), { maxLength: 30 }), (drawn) => {
      const names = [...new Map(drawn)].sort(([a], [b]) => compareNames(nameFromText(a), nameFromText(b)))
      const wires = names.map(([text, needed]) => ({ name: nameFromText(text), needed }))
      const expected = new Set<string>()
      for (const { name: below } of wires) {
        for (let above = parentOf(below)!; above.length > 4; above = parentOf(above)!) {
          if (wires.some((other) => compareNames(other.name, above) === 0)) continue
          const needed = wires.some((other) => other.needed && isAtOrBelow(other.name, above))
          expected.add(`${nameToText(above)}${needed ? '!' : ''}`)
        }
      }
      expect(found('zz.', names).sort()).toEqual([...expected].sort())
    }),
  )
})
