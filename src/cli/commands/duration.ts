import { secondsFromText } from '../../wire/index.ts'
import { usageError } from '../exit.ts'

/**
 * A time from the command line, as in `3600`, `1h30m` or `14d`, in seconds.
 * @throws CommandError when it is none, or 68 years or more
 */
export function periodOption(text: string): number {
  const seconds = secondsFromText(text)
  if (seconds === undefined) throw usageError(`${text}: a time is numbers with s, m, h, d or w, below 68 years`)
  return seconds
}
