import { z } from 'zod'
import { secondsFromText } from '../wire/index.ts'

export const EXPECT_TEXT = 'expected text; put it in quotes when it looks like a number'
const EXPECT_PERIOD = 'expected a time: seconds, or numbers with units, as in 14d or 1h30m, below 68 years'

/** Kinds of values that several keys have. */
export const text = () => z.string({ error: EXPECT_TEXT }).min(1, 'must not be empty')

export const wholeNumber = (least: number, most: number, unit: string) => {
  const error = `expected a whole number from ${least} to ${most}${unit === '' ? '' : ` (${unit})`}`
  return z.number({ error }).int(error).min(least, error).max(most, error)
}

export const oneOf = <const T extends readonly [string, ...string[]]>(values: T) =>
  z.enum(values, { error: `expected one of ${values.join(', ')}` })

/** Turns what a parser throws into a problem of the value it was given. */
export const readableBy = (parse: (value: string) => unknown) =>
  text().superRefine((value, context) => {
    try {
      parse(value)
    } catch (error) {
      context.addIssue({ code: 'custom', message: (error as Error).message })
    }
  })

/** A span of time, which becomes seconds. */
export const period = () =>
  z.union([z.string(), z.number()], { error: EXPECT_PERIOD }).transform((value, context): number => {
    const seconds = secondsFromText(String(value))
    if (seconds !== undefined) return seconds
    context.addIssue({ code: 'custom', message: EXPECT_PERIOD })
    return z.NEVER
  })

/** A span of time, or `never`, which becomes undefined. */
export const periodOrNever = () =>
  z.union([z.literal('never').transform(() => undefined), period()], { error: `${EXPECT_PERIOD}; or never` })
