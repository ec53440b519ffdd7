import { expect, test } from 'vitest'
import { parseTtl, TTL_MALFORMED, TTL_TOO_LARGE } from './ttl.ts'

test.each([
  ['0', 0],
  ['86400', 86_400],
  ['000300', 300],
  ['2147483647', 0x7fffffff],
  ['1h30m', 5400],
  ['1H30M', 5400],
  ['1w2d3h4m5s', 788_645],
  ['30m1h', 5400],
  ['1h1h', 7200],
  ['0s', 0],
  ['2147483648', TTL_TOO_LARGE],
  ['4294967296', TTL_TOO_LARGE],
  ['99999999999999999999999999', TTL_TOO_LARGE],
  ['9999999w', TTL_TOO_LARGE],
  ['24855d3h14m8s', TTL_TOO_LARGE],
  ['24855d3h14m7s', 0x7fffffff],
  ['', TTL_MALFORMED],
  ['1h30', TTL_MALFORMED],
  ['h', TTL_MALFORMED],
  ['1hh', TTL_MALFORMED],
  ['1y', TTL_MALFORMED],
  ['-1', TTL_MALFORMED],
  ['+1', TTL_MALFORMED],
  ['1.5h', TTL_MALFORMED],
  ['0x10', TTL_MALFORMED],
])('%s', (text, expected) => {
  const octets = new TextEncoder().encode(`x${text}5`)
  expect(parseTtl(octets, 1, octets.length - 1)).toBe(expected)
})
