import { expect, test } from 'vitest'
import { RRType } from '../../iana/index.ts'
import { rdataFromText, rdataToText } from '../../wire/index.ts'
import { nextSerial, soaMinimum, soaSerial, withSerial } from './index.ts'

const NOON = Date.UTC(2026, 10, 22, 12) / 1000

test.each([
  ['increment', 7, 8],
  ['increment', 2 ** 32 - 1, 0],
  ['date', 7, 2026112200],
  ['date', 2026112200, 2026112201],
  ['date', 2026112299, 2026112300],
  // A serial of a scheme that was ahead of the date goes on from where it is.
  ['date', 2030010100, 2030010101],
  ['unix', 7, NOON],
  ['unix', NOON, NOON + 1],
  ['unix', 2026112200, 2026112201],
  ['keep', 7, 7],
] as const)('%s after %i is %i', (scheme, current, next) => expect(nextSerial(current, scheme, NOON)).toBe(next))

test('the numbers in SOA rdata', () => {
  const soa = rdataFromText(RRType.SOA, 'ns.zz. host.zz. 5 1800 900 604800 300')
  expect(soaSerial(soa)).toBe(5)
  expect(soaMinimum(soa)).toBe(300)
  expect(rdataToText(RRType.SOA, withSerial(soa, 4294967295))).toBe('ns.zz. host.zz. 4294967295 1800 900 604800 300')
  expect(soaSerial(soa)).toBe(5)
})
