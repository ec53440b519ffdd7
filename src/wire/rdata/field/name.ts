import { NameError, nameLength } from '../../name.ts'
import { nameTextAt, parseName } from '../../name-text.ts'
import { RdataError } from '../error.ts'
import type { Field } from '../format.ts'
import type { TokenReader } from '../tokens.ts'

/** Reads the reader's current token as a domain name; a {@link NameError} becomes the reader's own failure. */
export function parseNameToken(reader: TokenReader, out: Uint8Array, at: number, expected: string): number {
  const { buf, start, end, origin } = reader.tokens
  try {
    return parseName(buf, start, end, origin, out, at)
  } catch (error) {
    if (!(error instanceof NameError)) throw error
    return reader.fail(`${expected}: ${error.message}`)
  }
}

/** The offset after the uncompressed name at `at`. */
export function measureName(rdata: Uint8Array, at: number, end: number, expected: string): number {
  try {
    return at + nameLength(rdata, at, end)
  } catch (error) {
    if (!(error instanceof NameError)) throw error
    throw new RdataError(expected, error.message)
  }
}

/** One uncompressed domain name. */
export function domainName(label: string): Field {
  const expected = `${label} (a domain name)`
  return {
    isName: true,
    parse(reader, out, at) {
      reader.take(expected)
      return parseNameToken(reader, out, at, expected)
    },
    measure: (rdata, at, end) => measureName(rdata, at, end, expected),
    print: (rdata, at) => nameTextAt(rdata, at),
  }
}

/** Any number of uncompressed domain names, up to the end of the rdata. */
export function domainNames(label: string): Field {
  const expected = `${label} (a domain name)`
  return {
    parse(reader, out, at) {
      let to = at
      while (reader.more()) to = parseNameToken(reader, out, to, expected)
      return to
    },
    measure(rdata, at, end) {
      let next = at
      while (next < end) next = measureName(rdata, next, end, expected)
      return next
    },
    print(rdata, at, end) {
      const names: string[] = []
      for (let next = at; next < end; next += nameLength(rdata, next, end)) names.push(nameTextAt(rdata, next))
      return names.join(' ')
    },
    visitNames(rdata, at, end, _start, visit) {
      for (let next = at; next < end; ) {
        const length = nameLength(rdata, next, end)
        visit(next, length)
        next += length
      }
    },
  }
}
