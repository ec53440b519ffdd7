import { describe, expect, it } from 'vitest'
import {
  classFromText,
  classToText,
  isMetaType,
  RRType,
  rcodeToText,
  typeFromOctets,
  typeFromText,
  typeToText,
} from './index.ts'

describe('record types', () => {
  it.each(Object.entries(RRType))('%s reads and prints as %i', (name, code) => {
    expect(typeFromText(name)).toBe(code)
    expect(typeFromText(name.toLowerCase())).toBe(code)
    expect(typeToText(code)).toBe(name)
  })

  it('reads and prints types without a mnemonic (RFC 3597 5)', () => {
    expect(typeToText(65280)).toBe('TYPE65280')
    expect(typeFromText('TYPE65280')).toBe(65280)
    expect(typeFromText('type1')).toBe(RRType.A)
    for (const text of ['', 'TYPE', 'TYPE65536', 'TYPE-1', 'TYPE1x', 'B', 'AA', 'NSEC4', 'TYPE000001']) {
      expect(typeFromText(text), text).toBeUndefined()
    }
  })

  it('reads from the middle of a buffer', () => {
    const buf = new TextEncoder().encode('x rrsig y')
    expect(typeFromOctets(buf, 2, 7)).toBe(RRType.RRSIG)
    expect(typeFromOctets(buf, 2, 6)).toBe(-1)
    expect(typeFromOctets(buf, 2, 2)).toBe(-1)
  })

  it('knows what cannot stand in a zone', () => {
    for (const type of [0, RRType.OPT, RRType.ANY, RRType.AXFR, RRType.TSIG, RRType.NXNAME]) {
      expect(isMetaType(type)).toBe(true)
    }
    for (const type of [RRType.A, RRType.URI, RRType.SPF, 65280]) expect(isMetaType(type)).toBe(false)
  })
})

describe('classes and codes', () => {
  it('reads and prints classes', () => {
    expect(classFromText('in')).toBe(1)
    expect(classFromText('CLASS3')).toBe(3)
    expect(classFromText('CLASS65536')).toBeUndefined()
    expect(classFromText('XX')).toBeUndefined()
    expect(classToText(1)).toBe('IN')
    expect(classToText(9)).toBe('CLASS9')
  })

  it('prints response codes', () => {
    expect(rcodeToText(16)).toBe('BADVERS')
    expect(rcodeToText(15)).toBe('RCODE15')
  })
})
