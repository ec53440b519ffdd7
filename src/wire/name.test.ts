import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  compareNames,
  decompressName,
  isAtOrBelow,
  labelCount,
  labelOffsets,
  lowerName,
  type Name,
  NameError,
  nameFromText,
  nameLength,
  namesEqual,
  nameToText,
  parentOf,
  parseName,
  ROOT,
} from './index.ts'

/** Names of random octets, as long as they may be. */
const anyName = fc.array(fc.uint8Array({ minLength: 1, maxLength: 63 }), { maxLength: 12 }).map((labels) => {
  const octets: number[] = []
  for (const label of labels) if (octets.length + label.length + 2 <= 255) octets.push(label.length, ...label)
  return Uint8Array.from([...octets, 0])
})

/** Labels that collide often, for comparisons. */
const closeName = fc
  .array(fc.constantFrom('a', 'A', 'b', 'ab', '*', '\\001', '\\200', 'Z', 'z', '\\.'), { maxLength: 4 })
  .map((labels) => nameFromText(labels.length === 0 ? '.' : `${labels.join('.')}.`))

const label63 = 'x'.repeat(63)

describe('names in presentation form', () => {
  it.each([
    ['.', '00', '.'],
    ['com.', '03636f6d00', 'com.'],
    ['WWW.Example.com.', '03575757074578616d706c6503636f6d00', 'WWW.Example.com.'],
    ['a\\.b.c.', '03612e62016300', 'a\\.b.c.'],
    ['\\000\\255.', '0200ff00', '\\000\\255.'],
    ['a\\032b.', '0361206200', 'a\\032b.'],
    ['\\@.', '014000', '\\@.'],
    ['\\097.', '016100', 'a.'],
    ['!!.', '02212100', '!!.'],
    ['é.', '02c3a900', '\\195\\169.'],
    ['\\\\\\"\\;\\(\\)\\$.', '065c223b28292400', '\\\\\\"\\;\\(\\)\\$.'],
  ])('%s', (text, wire, written) => {
    expect(Buffer.from(nameFromText(text)).toString('hex')).toBe(wire)
    expect(nameToText(nameFromText(text))).toBe(written)
  })

  it('completes names by the origin', () => {
    const origin = nameFromText('zz.')
    expect(nameToText(nameFromText('a.nic', origin))).toBe('a.nic.zz.')
    expect(nameToText(nameFromText('@', origin))).toBe('zz.')
    expect(nameToText(nameFromText('a.', origin))).toBe('a.')
    expect(nameToText(nameFromText('a\\.', origin))).toBe('a\\..zz.')
  })

  it.each([
    ['', 'empty name'],
    ['..', 'empty label'],
    ['.a.', 'empty label'],
    ['a..b.', 'empty label'],
    [`${'x'.repeat(64)}.`, 'label longer than 63 octets'],
    ['x'.repeat(64), 'label longer than 63 octets'],
    [`${label63}.${label63}.${label63}.${'x'.repeat(62)}.`, 'name longer than 255 octets'],
    [`${label63}.${label63}.${label63}.${'x'.repeat(62)}`, 'name longer than 255 octets with its origin'],
    ['x'.repeat(5000), 'name longer than 255 octets'],
    ['a\\', 'malformed escape: \\X or \\DDD up to \\255 may stand in a name'],
    ['a\\25', 'malformed escape: \\X or \\DDD up to \\255 may stand in a name'],
    ['a\\256.', 'malformed escape: \\X or \\DDD up to \\255 may stand in a name'],
    ['a\\2x5.', 'malformed escape: \\X or \\DDD up to \\255 may stand in a name'],
  ])('refuses %s', (text, message) => {
    expect(() => nameFromText(text)).toThrow(new NameError(message))
  })

  it('takes the longest name there is', () => {
    const text = `${label63}.${label63}.${label63}.${'x'.repeat(61)}.`
    expect(nameFromText(text).length).toBe(255)
    expect(nameToText(nameFromText(text))).toBe(text)
    const escaped = nameToText(nameFromText(text).map((octet) => (octet === 0x78 ? 1 : octet)))
    expect(nameFromText(escaped).length).toBe(255)
  })

  it('needs an origin for a name that is not fully qualified', () => {
    const text = new TextEncoder().encode('a@')
    expect(() => parseName(text, 0, 1, undefined, new Uint8Array(1100), 0)).toThrow(NameError)
    expect(() => parseName(text, 1, 2, undefined, new Uint8Array(1100), 0)).toThrow(NameError)
  })

  it('goes through text and back, any octets (property)', () => {
    fc.assert(
      fc.property(anyName, (name) => {
        expect(nameFromText(nameToText(name))).toEqual(name)
      }),
    )
  })

  it('refuses what is no name in wire form', () => {
    for (const octets of [[], [1], [1, 97], [64, 0], [0xc0, 0], new Array(300).fill(1)]) {
      expect(() => nameToText(Uint8Array.from(octets))).toThrow(NameError)
    }
  })
})

describe('names in wire form', () => {
  const www = nameFromText('WWW.Example.com.')

  it('are compared without case', () => {
    expect(namesEqual(www, nameFromText('www.eXAMPLE.COM.'))).toBe(true)
    expect(namesEqual(www, nameFromText('www.example.con.'))).toBe(false)
    expect(nameToText(lowerName(www))).toBe('www.example.com.')
    // RFC 4343 3: only ASCII letters have case; '[' is 0x5b and '{' 0x7b.
    expect(namesEqual(nameFromText('[.'), nameFromText('{.'))).toBe(false)
  })

  it('have labels and parents', () => {
    expect(labelCount(www)).toBe(3)
    expect(labelCount(ROOT)).toBe(0)
    const offsets: number[] = []
    expect(labelOffsets(www, offsets)).toBe(4)
    expect(offsets).toEqual([0, 4, 12, 16])
    expect(nameToText(parentOf(www)!)).toBe('Example.com.')
    expect(parentOf(ROOT)).toBeUndefined()
    expect(nameLength(Uint8Array.from([9, ...www, 9]), 1)).toBe(17)
  })

  it('know what lies below what', () => {
    const below = (a: string, b: string) => isAtOrBelow(nameFromText(a), nameFromText(b))
    expect(below('www.example.com.', 'EXAMPLE.com.')).toBe(true)
    expect(below('example.com.', 'example.com.')).toBe(true)
    expect(below('example.com.', '.')).toBe(true)
    expect(below('com.', 'example.com.')).toBe(false)
    expect(below('xexample.com.', 'example.com.')).toBe(false)
    // Octets of a label that look like the ancestor's labels do not make it one.
    expect(below('a\\003com.', 'com.')).toBe(false)
  })

  it('are in the canonical order of RFC 4034 6.1', () => {
    const ordered = [
      '.',
      'example.',
      'a.example.',
      'yljkjljk.a.example.',
      'Z.a.example.',
      'zABC.a.EXAMPLE.',
      'z.example.',
      '\\001.z.example.',
      '*.z.example.',
      '\\200.z.example.',
    ].map((text) => nameFromText(text))
    const shuffled = [...ordered].reverse().sort(compareNames)
    expect(shuffled.map(nameToText)).toEqual(ordered.map(nameToText))
  })

  it('are ordered as their reversed lower-case labels are (property)', () => {
    const key = (name: Name): string => {
      const labels: string[] = []
      for (let at = 0; name[at] !== 0; at += name[at]! + 1) {
        labels.unshift(Buffer.from(lowerName(name).subarray(at + 1, at + 1 + name[at]!)).toString('hex'))
      }
      return labels.join(' ')
    }
    fc.assert(
      fc.property(closeName, closeName, (a, b) => {
        const expected = key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : 0
        expect(Math.sign(compareNames(a, b))).toBe(expected)
        expect(namesEqual(a, b)).toBe(expected === 0)
      }),
      { numRuns: 1000 },
    )
  })
})

describe('names in messages', () => {
  const message = Uint8Array.from([
    ...new Array(12).fill(0),
    ...[1, 0x66, 3, 0x69, 0x73, 0x69, 4, 0x61, 0x72, 0x70, 0x61, 0], // 12: f.isi.arpa
    ...[3, 0x66, 0x6f, 0x6f, 0xc0, 12], // 24: foo.f.isi.arpa
    ...[0xc0, 24], // 30
    ...[0xc0, 18], // 32: arpa
    ...[0xc0, 34], // 34: to itself
    ...[0xc0, 38, 0xc0, 36], // 36 and 38: to each other
    ...[0x40, 0], // 40
    ...[2, 0x61], // 42: cut short
  ])
  const at = (offset: number) => decompressName(message, offset, message.length)

  it('are read through pointers (RFC 1035 4.1.4)', () => {
    expect([12, 24, 30, 32].map((offset) => nameToText(at(offset).name))).toEqual([
      'f.isi.arpa.',
      'foo.f.isi.arpa.',
      'foo.f.isi.arpa.',
      'arpa.',
    ])
    expect([12, 24, 30, 32].map((offset) => at(offset).next)).toEqual([24, 30, 32, 34])
  })

  it.each([34, 36, 38, 40, 42, 43, 44])('are refused at offset %i', (offset) => {
    expect(() => at(offset)).toThrow(NameError)
  })

  it('are refused when pointers make them too long', () => {
    // Each of these is one label and a pointer to the one before: 128 labels make more than 255 octets.
    const octets = [1, 0x61, 0, 0]
    for (let i = 1; i < 128; i++) octets.push(1, 0x61, 0xc0 | ((octets.length - 4) >> 8), octets.length - 4)
    const long = Uint8Array.from(octets)
    expect(decompressName(long, long.length - 8, long.length).name.length).toBe(255)
    expect(() => decompressName(long, long.length - 4, long.length)).toThrow(NameError)
  })

  it('never take a loop, whatever the octets (property)', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom(0, 1, 2, 3, 0xc0, 4, 8, 12), { maxLength: 60 }),
        fc.nat(59),
        (octets, offset) => {
          try {
            const { name, next } = decompressName(Uint8Array.from(octets), offset, octets.length)
            expect(nameLength(name, 0)).toBe(name.length)
            expect(next).toBeLessThanOrEqual(octets.length)
          } catch (error) {
            expect(error).toBeInstanceOf(NameError)
          }
        },
      ),
      { numRuns: 1000 },
    )
  })
})
