import { lowerName, type Name, nameFromText } from '../../wire/index.ts'
import { usageError } from '../exit.ts'

/** The zone that an option names, in lower case. @throws CommandError for the exit code 2 */
export function originOption(text: string): Name {
  try {
    return lowerName(nameFromText(text))
  } catch (error) {
    throw usageError(`--zone ${text}: ${(error as Error).message}`)
  }
}
