import fc from 'fast-check'
import { expect, it } from 'vitest'
import { RRType, typeToText } from '../../iana/index.ts'
import { rdataFromText } from '../../wire/index.ts'
import { bitmapText, TypeBitmap } from './type-bitmap.ts'

const ROOT_LENGTH = 1

it('is what the reader of NSEC records makes of the same types', () => {
  const type = fc.oneof(fc.integer({ min: 1, max: 260 }), fc.integer({ min: 1, max: 65_535 }))
  fc.assert(
    fc.property(fc.uniqueArray(type, { maxLength: 40 }), (types) => {
      types.sort((a, b) => a - b)
      const bitmap = new TypeBitmap()
      bitmap.add(5)
      bitmap.clear()
      for (const code of types) bitmap.add(code)
      const nsec = rdataFromText(RRType.NSEC, `. ${types.map((code) => `TYPE${code}`).join(' ')}`)
      expect(bitmap.equals(nsec, ROOT_LENGTH, nsec.length)).toBe(true)
      expect(bitmap.text()).toBe(types.map(typeToText).join(' ') || 'no types')
      expect(bitmapText(nsec, ROOT_LENGTH, nsec.length)).toBe(bitmap.text())
      bitmap.add(65_535)
      if (!types.includes(65_535)) expect(bitmap.equals(nsec, ROOT_LENGTH, nsec.length)).toBe(false)
    }),
  )
})
