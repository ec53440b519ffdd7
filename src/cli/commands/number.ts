import { usageError } from '../exit.ts'

const MOST = 2 ** 32 - 1

/** A serial, a revision or a count from the command line. @throws CommandError for the exit code 2 */
export function numberOption(option: string, text: string): number {
  const value = Number(text)
  if (!/^\d+$/.test(text) || value > MOST) throw usageError(`${option} ${text}: write a whole number from 0 to ${MOST}`)
  return value
}
