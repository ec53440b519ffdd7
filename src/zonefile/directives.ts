import { type Name, parseName } from '../wire/index.ts'
import { type GenerateRange, parseRange, parseTemplate, type Template, TemplateError } from './generate.ts'
import { ZoneFileFault } from './problem.ts'
import { type RecordReader, readTtl } from './record-reader.ts'
import type { Scanner } from './scanner.ts'

/** $INCLUDE: a file to read next, and the origin that it starts with (RFC 1035 5.1). */
export interface IncludeDirective {
  readonly kind: 'include'
  readonly path: string
  readonly origin: Name
}

/** $GENERATE: records to make, one for each number of a range. */
export interface GenerateDirective {
  readonly kind: 'generate'
  readonly range: GenerateRange
  readonly owner: Template
  /** Seconds; -1 when the directive leaves it out. */
  readonly explicitTtl: number
  readonly type: number
  readonly rdata: Template
  readonly origin: Name | undefined
  readonly line: number
}

/** What is left to do once a directive has been read; undefined when it is done. */
export type Directive = IncludeDirective | GenerateDirective | undefined

const KNOWN = '$ORIGIN, $TTL, $INCLUDE or $GENERATE'
const nameBuffer = new Uint8Array(2048)

/**
 * Reads the directive whose name is the scanner's current token, to its end, and obeys it where that concerns the file
 * at hand only. While the scanner is starved the result is void.
 * @throws ZoneFileFault, NameError: the directive is faulty, at the scanner's current token
 */
export function readDirective(scanner: Scanner, reader: RecordReader): Directive {
  switch (tokenOctets(scanner).toUpperCase()) {
    case '$ORIGIN':
      return readOrigin(scanner)
    case '$TTL':
      return readDefaultTtl(scanner, reader)
    case '$INCLUDE':
      return readInclude(scanner)
    case '$GENERATE':
      return readGenerate(scanner, reader)
    default:
      return scanner.fail(`${KNOWN}, or \\$ to begin an owner name with a dollar sign`)
  }
}

/** The current token, one character an octet. */
function tokenOctets({ buf, start, end }: Scanner): string {
  return Buffer.from(buf.buffer, buf.byteOffset + start, end - start).toString('latin1')
}

function take(scanner: Scanner, expected: string): void {
  if (!scanner.next()) scanner.fail(expected)
}

function takeEnd(scanner: Scanner, after: string): void {
  if (scanner.next()) scanner.fail(`nothing more after ${after}`)
}

function readName({ buf, start, end, origin }: Scanner): Name {
  return nameBuffer.slice(0, parseName(buf, start, end, origin, nameBuffer, 0))
}

function readOrigin(scanner: Scanner): undefined {
  take(scanner, 'a domain name as the origin')
  const origin = readName(scanner)
  takeEnd(scanner, 'the origin')
  if (!scanner.starved) scanner.origin = origin
}

function readDefaultTtl(scanner: Scanner, reader: RecordReader): undefined {
  take(scanner, 'a TTL')
  const ttl = readTtl(scanner)
  takeEnd(scanner, 'the TTL')
  if (!scanner.starved) reader.defaultTtl = ttl
}

function readInclude(scanner: Scanner): Directive {
  take(scanner, 'the path of a file')
  const path = unescaped(tokenOctets(scanner))
  if (path === '' || path.includes('\0')) scanner.fail('the path of a file')
  let origin = scanner.origin
  if (scanner.next()) {
    origin = readName(scanner)
    takeEnd(scanner, 'the origin')
  }
  return origin && { kind: 'include', path, origin }
}

/** Decodes RFC 1035 5.1's escapes in a path, which is taken as UTF-8. */
function unescaped(text: string): string {
  const octets = text.replace(/\\(?:([0-9]{3})|(.))/gs, (_, number: string | undefined, character: string) =>
    number === undefined ? character : String.fromCharCode(Number(number) & 0xff),
  )
  return Buffer.from(octets, 'latin1').toString('utf8')
}

function readGenerate(scanner: Scanner, reader: RecordReader): Directive {
  take(scanner, 'a range of numbers')
  const range = parseRange(tokenOctets(scanner))
  if (range === undefined) scanner.fail('a range of numbers such as 1-254 or 0-100/2')
  take(scanner, 'an owner name with $ for the number')
  const owner = readTemplate(tokenOctets(scanner))
  take(scanner, 'a TTL, a class or a record type')
  reader.readTtlClassType(scanner)
  const { explicitTtl, type } = reader
  take(scanner, 'rdata with $ for the number')
  const rdata = readTemplate(rdataText(scanner))
  return { kind: 'generate', range, owner, explicitTtl, type, rdata, origin: scanner.origin, line: scanner.recordLine }
}

/**
 * The text of a directive's rdata. BIND takes one token, so that rdata of several stand in quotes, which then are not
 * the rdata's own; several tokens are taken as they stand.
 */
function rdataText(scanner: Scanner): string {
  const first = tokenOctets(scanner)
  const firstQuoted = scanner.quoted
  let text = firstQuoted ? `"${first}"` : first
  let several = false
  while (scanner.next()) {
    several = true
    text += scanner.quoted ? ` "${tokenOctets(scanner)}"` : ` ${tokenOctets(scanner)}`
  }
  return firstQuoted && !several ? first.replaceAll('\\"', '"') : text
}

function readTemplate(text: string): Template {
  try {
    return parseTemplate(text)
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error
    throw new ZoneFileFault(
      '$' + '{offset,width,base}, width and base left out or base one of d, o, x, X, n and N',
      error.message,
    )
  }
}
