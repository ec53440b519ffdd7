import { describe, expect, test } from 'vitest'
import { RRType } from '../../iana/index.ts'
import { nameFromText } from '../../wire/index.ts'
import { SchedulePeriodError, SignatureSchedule } from './index.ts'
import { NOW } from './sign.fixture.ts'

const periods = { validity: 1_209_600, jitter: 172_800, refresh: 432_000, inceptionOffset: 3600 }
const schedule = new SignatureSchedule(periods)

test('the same RRset is given the same times at the same time', () => {
  const times = () => schedule.timesFor(nameFromText('a.zz.'), RRType.DS, NOW)
  expect(times()).toEqual(times())
  expect(times().inception).toBe(NOW - 3600)
  expect(schedule.timesFor(nameFromText('a.zz.'), RRType.NS, NOW)).not.toEqual(times())
})

test('expirations are spread evenly over the jitter', () => {
  const slots = new Array<number>(10).fill(0)
  for (let i = 0; i < 10_000; i++) {
    const { expiration } = schedule.timesFor(nameFromText(`name-${i}.zz.`), RRType.DS, NOW)
    const early = NOW + periods.validity - expiration
    expect(early).toBeGreaterThanOrEqual(0)
    expect(early).toBeLessThanOrEqual(periods.jitter)
    slots[Math.min(9, Math.floor((10 * early) / periods.jitter))]! += 1
  }
  for (const count of slots) expect(count).toBeGreaterThan(850)
  for (const count of slots) expect(count).toBeLessThan(1150)
})

test('a signature is due when no more than the refresh period is left, also past 2^32 seconds', () => {
  const signature = new Uint8Array(30)
  for (const expiration of [NOW + 432_000, 2 ** 32 + 100]) {
    new DataView(signature.buffer).setUint32(8, expiration % 2 ** 32)
    expect(schedule.dueAt(signature, expiration - 500_000)).toBe(expiration - 432_000)
    expect(schedule.isDue(signature, expiration - 432_001)).toBe(false)
    expect(schedule.isDue(signature, expiration - 432_000)).toBe(true)
  }
})

describe('periods that make no sense are refused', () => {
  test.each([
    { ...periods, validity: 604_800 },
    { ...periods, jitter: -1 },
    { ...periods, refresh: 0.5 },
    { ...periods, validity: 2 ** 31 },
  ])('%j', (wrong) => expect(() => new SignatureSchedule(wrong)).toThrow(SchedulePeriodError))
})
