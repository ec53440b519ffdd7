import { usageError } from '../exit.ts'

/**
 * A moment from the command line after `--at`, in seconds since 1970.
 * @throws CommandError when it is none
 */
export function momentOption(text: string): number {
  if (/^\d{1,10}$/.test(text)) return Number(text)
  const [, year, month, day, hour, minute, second] = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)$/.exec(text) ?? []
  const time = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`)
  if (Number.isNaN(time)) throw usageError(`--at ${text}: write YYYYMMDDHHMMSS, or seconds since 1970`)
  return time / 1000
}
