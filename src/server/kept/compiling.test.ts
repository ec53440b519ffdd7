import { setFlagsFromString } from 'node:v8'
import { afterAll, expect, test } from 'vitest'
import { compileLate, inHaste, makeHaste } from './compiling.ts'

setFlagsFromString('--allow-natives-syntax')
const statusOf = new Function('f', 'return %GetOptimizationStatus(f)') as (f: unknown) => number
/** Bits of that status: optimised, marked for it, marked for a thread to do it, a thread is at it. */
const OPTIMISED = (1 << 6) | (1 << 8) | (1 << 9) | (1 << 10)
afterAll(() => setFlagsFromString('--interrupt-budget=67584'))

let made = 0

/** Whether a new function is optimised, or about to be, when it has run some hundred KB of its bytecode. */
function isOptimised(): boolean {
  const sum = new Function(
    'numbers',
    // A text of its own, so that nothing known of the ones before is used again.
    `let sum = ${made++}; for (let i = 0; i < numbers.length; i++) sum += numbers[i] & 7; return sum`,
  ) as (numbers: readonly number[]) => number
  const numbers = Array.from({ length: 50 }, (_, i) => i)
  for (let i = 0; i < 400; i++) sum(numbers)
  return (statusOf(sum) & OPTIMISED) !== 0
}

test('functions are optimised late, but at once while somebody is in haste', async () => {
  compileLate()
  expect(isOptimised()).toBe(false)
  const first = {}
  const second = {}
  makeHaste(first, true)
  expect(isOptimised()).toBe(true)
  makeHaste(second, true)
  makeHaste(first, false)
  expect(isOptimised()).toBe(true)
  makeHaste(second, false)
  expect(isOptimised()).toBe(false)
  expect(await inHaste(async () => isOptimised())).toBe(true)
  expect(isOptimised()).toBe(false)
  await expect(inHaste(() => Promise.reject(new Error('no')))).rejects.toThrow('no')
  expect(isOptimised()).toBe(false)
})
