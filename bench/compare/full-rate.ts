import { spread } from './statistics.ts'

/** The share of the warm rate that counts as the full one. */
export const FULL_SHARE = 0.9

const TENTHS = 10
const TENTH_MS = 100

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}

/**
 * The rate of a warm load: of its tenths of a second the median, which a short disturbance does not move.
 * @param tenths replies in each tenth of a second
 * @returns replies a second; undefined of a load without a reply, or shorter than a tenth
 */
export function warmRate(tenths: readonly number[]): number | undefined {
  const median = spread(tenths)?.median
  return median === undefined || median === 0 ? undefined : median * TENTHS
}

/** Replies in each full second of a load. */
export function bySecond(tenths: readonly number[]): number[] {
  return Array.from({ length: Math.floor(tenths.length / TENTHS) }, (_, second) =>
    sum(tenths.slice(second * TENTHS, (second + 1) * TENTHS)),
  )
}

/**
 * How long a load went on before the rate was full: at the first tenth from which on the next second, and all the rest of
 * the load together, come to FULL_SHARE of the warm rate. The rest counts so that a good second before a stall is not taken
 * for the end of it.
 * @param tenths replies in each tenth of a second
 * @param warm replies a second
 * @returns milliseconds from the beginning of the load; Infinity when it was not reached
 */
export function fullRateAfter(tenths: readonly number[], warm: number): number {
  const enough = (part: readonly number[]) => sum(part) >= (FULL_SHARE * warm * part.length) / TENTHS
  for (let from = 0; from + TENTHS <= tenths.length; from++) {
    if (enough(tenths.slice(from, from + TENTHS)) && enough(tenths.slice(from))) return from * TENTH_MS
  }
  return Number.POSITIVE_INFINITY
}
