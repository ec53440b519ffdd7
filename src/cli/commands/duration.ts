import { usageError } from '../exit.ts'

const UNITS: Readonly<Record<string, number>> = { '': 1, s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 }

/**
 * A time from the command line, as in `3600`, `90m` or `14d`, in seconds.
 * @throws CommandError when it is none, or more than 68 years
 */
export function periodOption(text: string): number {
  const match = /^(\d{1,10})([smhdw]?)$/i.exec(text)
  const seconds = match === null ? Number.NaN : Number(match[1]) * UNITS[match[2]!.toLowerCase()]!
  if (!(seconds < 2 ** 31)) throw usageError(`${text}: a time is a number with s, m, h, d or w, below 68 years`)
  return seconds
}
