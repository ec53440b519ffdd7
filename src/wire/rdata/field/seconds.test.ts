import { expect, test } from 'vitest'
import { secondsFromText } from './seconds.ts'

test.each([
  ['0', 0],
  ['3600', 3600],
  ['14d', 1_209_600],
  ['1h30m', 5400],
  ['1W2D3h4m5s', 788_645],
  ['2147483647', 2 ** 31 - 1],
  ['2147483648', undefined],
  ['4000w', undefined],
  ['', undefined],
  ['1h30', undefined],
  ['1.5h', undefined],
  ['-1', undefined],
  ['1 d', undefined],
  ['d', undefined],
])('%s', (text, seconds) => {
  expect(secondsFromText(text)).toBe(seconds)
})
