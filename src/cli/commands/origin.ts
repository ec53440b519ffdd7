import { isAtOrBelow, lowerName, type Name, nameFromText, nameToText } from '../../wire/index.ts'
import { usageError } from '../exit.ts'

/** The zone that an option names, in lower case. @throws CommandError for the exit code 2 */
export function originOption(text: string): Name {
  try {
    return lowerName(nameFromText(text))
  } catch (error) {
    throw usageError(`--zone ${text}: ${(error as Error).message}`)
  }
}

/** A name in a zone that an option gives, in lower case. @throws CommandError for the exit code 2 */
export function nameOption(option: string, text: string, origin: Name): Name {
  let name: Name
  try {
    name = lowerName(nameFromText(text))
  } catch (error) {
    throw usageError(`${option} ${text}: ${(error as Error).message}`)
  }
  if (isAtOrBelow(name, origin)) return name
  throw usageError(`${option} ${text}: it is not in the zone ${nameToText(origin)}; write it in full`)
}
