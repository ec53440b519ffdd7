import { domainToASCII } from 'node:url'
import { isAtOrBelow, lowerInPlace, type Name, NameError, nameFromText, nameToText } from '../../wire/index.ts'
import { quoted, refuse } from './refuse.ts'

// biome-ignore lint/suspicious/noControlCharactersInRegex: what is not ASCII is meant
const NOT_ASCII = /[^\x00-\x7f]/

/**
 * Reads a name as an event gives it: fully qualified with or without its last dot, ASCII only. Labels may hold any octet
 * (RFC 2181 11), those that mean something else in text as escapes (`\.`, `\046`; RFC 1035 5.1).
 * @param path where in the event it stands
 * @returns lower case
 * @throws FeedRefusal
 */
export function readName(text: string, path: string): Name {
  if (NOT_ASCII.test(text)) refuse('name', path, `${quoted(text)} is not ASCII: ${aLabelAdvice(text)}`)
  if (text === '.' || text === '@') refuse('name', path, `${quoted(text)} is no name that can stand here: write it out`)
  let name: Name
  try {
    name = nameFromText(text)
  } catch (error) {
    if (error instanceof NameError) refuse('name', path, `${quoted(text)} is no domain name: ${error.message}`)
    throw error
  }
  lowerInPlace(name, 0, name.length)
  return name
}

/** RFC 5890 2.3.2.1: in the DNS an internationalised label stands as its A-label. */
function aLabelAdvice(text: string): string {
  const ascii = domainToASCII(text)
  return ascii === ''
    ? 'internationalised labels are given as A-labels (xn--…), and these can have none; octets beyond ASCII as \\DDD'
    : `internationalised labels are given as A-labels; write ${quoted(ascii)} if that is what the registry registered`
}

/** {@link readName}, as `nameToText` writes it. */
export function readNameText(text: string, path: string): string {
  return nameToText(readName(text, path))
}

/**
 * {@link readNameText} for a name that must lie in the zone.
 * @param origin lower case
 */
export function readOwner(text: string, path: string, origin: Name): string {
  const name = readName(text, path)
  if (!isAtOrBelow(name, origin)) {
    const zone = nameToText(origin)
    refuse('out-of-zone', path, `${quoted(text)} is not in the zone ${zone}: send it to the feed of its own zone`)
  }
  return nameToText(name)
}
