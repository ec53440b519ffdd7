/** Rdata of every record type, between wire form and presentation form, each type described once by its fields. */
import type { Name } from '../name.ts'
import { lowerInPlace } from '../name.ts'
import { RdataError } from './error.ts'
import { hexToText, parseRemainingHex } from './field/hex.ts'
import { readDecimal } from './field/integer.ts'
import type { NameVisitor, RdataFormat } from './format.ts'
import { TextTokens } from './text-tokens.ts'
import { type RdataTokens, TokenReader } from './tokens.ts'
import { rdataFormats } from './type/index.ts'

export { RdataError } from './error.ts'
export { parseIpv4, parseIpv6 } from './field/address.ts'
export { base32HexToText, parseBase32Hex } from './field/base32hex.ts'
export { readSeconds, secondsFromText } from './field/seconds.ts'
export { readSignatureTime, signatureTimeToText } from './field/time.ts'
export { bitmapTypes } from './field/type-code.ts'
export type { NameVisitor } from './format.ts'
export type { RdataTokens } from './tokens.ts'

/** RFC 1035 4.1.3: RDLENGTH has 16 bits. */
export const MAX_RDATA_LENGTH = 65_535

// Nearly all types lie below; an array with holes up to TA and DLV would be a hash table to the engine.
const LOW_TYPES = 512
const lowFormats: (RdataFormat | undefined)[] = new Array(LOW_TYPES).fill(undefined)
const highFormats = new Map<number, RdataFormat>()
for (const format of rdataFormats) {
  if (format.type < LOW_TYPES) lowFormats[format.type] = format
  else highFormats.set(format.type, format)
}

function formatOf(type: number): RdataFormat | undefined {
  return type < LOW_TYPES ? lowFormats[type] : highFormats.get(type)
}

const reader = new TokenReader()

/** RFC 3597 5: a lone \# says that a length and hexadecimal digits follow. */
function isGenericMarker(tokens: RdataTokens): boolean {
  const { buf, start, end, quoted } = tokens
  return !quoted && end - start === 2 && buf[start] === 0x5c && buf[start + 1] === 0x23
}

function parseGeneric(type: number, out: Uint8Array, at: number): number {
  const expected = 'length of the rdata (0 to 65535)'
  const { buf, start, end } = reader.take(expected)
  const length = readDecimal(buf, start, end, MAX_RDATA_LENGTH)
  if (length === -1) reader.fail(expected)
  const to = parseRemainingHex(reader, out, at, 'rdata (hexadecimal digits)')
  if (to - at !== length) reader.fail(`rdata of ${length} octets, as its length says (not ${to - at})`)
  const problem = findProblem(type, out, at, to)
  if (problem !== undefined) reader.fail(`rdata with ${problem.expected}, found ${problem.found}`)
  return to
}

/**
 * Reads rdata in presentation form into wire form, or in the unknown form `\# length hex` (RFC 3597 5), which every
 * type takes. It fails through `tokens.fail`, also when tokens are left over. Not re-entrant.
 * @param type the record type; one without a format of its own takes only the unknown form
 * @param tokens not yet advanced to the first token
 * @param out takes the wire form from `at` on; must have room for 65,535 octets there
 * @returns the offset after the rdata in `out`
 */
export function parseRdata(type: number, tokens: RdataTokens, out: Uint8Array, at: number): number {
  reader.begin(tokens)
  const format = formatOf(type)
  if (reader.more()) {
    if (isGenericMarker(tokens)) return parseGeneric(type, out, at)
    reader.hold()
  }
  if (format === undefined)
    return reader.fail('\\# and the rdata in hexadecimal (RFC 3597), as the type has no form of its own')
  const { fields } = format
  let to = at
  for (let i = 0; i < fields.length; i++) to = fields[i]!.parse(reader, out, to, at)
  if (to - at > MAX_RDATA_LENGTH) reader.fail('rdata of at most 65535 octets')
  if (format.broken !== undefined) {
    const expected = format.broken(out, at, to)
    if (expected !== undefined) reader.fail(expected)
  }
  if (reader.more()) reader.fail('the end of the record')
  return to
}

/**
 * Reads rdata from text; blanks, line ends, parentheses and comments separate tokens.
 * @param origin completes names that do not end in a dot; without it they are refused
 * @throws RdataError
 */
export function rdataFromText(type: number, text: string, origin?: Name): Uint8Array {
  const tokens = new TextTokens(text, origin)
  // Text cannot become more octets than it has, but for names completed by the origin and the headers of fields.
  const out = new Uint8Array(MAX_RDATA_LENGTH + 2 * tokens.buf.length + 8192)
  return out.slice(0, parseRdata(type, tokens, out, 0))
}

/** Follows the fields through the wire form. @throws RdataError at the first that is malformed */
function checkFields(format: RdataFormat, rdata: Uint8Array, start: number, end: number): void {
  let at = start
  for (const field of format.fields) at = field.measure(rdata, at, end, start)
  if (at !== end) throw new RdataError('the end of the rdata', `${end - at} more octets`)
  const expected = format.broken?.(rdata, start, end)
  if (expected !== undefined) throw new RdataError(expected, 'other rdata')
}

function findProblem(type: number, rdata: Uint8Array, start: number, end: number): RdataError | undefined {
  const format = formatOf(type)
  if (format === undefined) return undefined
  try {
    checkFields(format, rdata, start, end)
    return undefined
  } catch (error) {
    if (error instanceof RdataError) return error
    throw error
  }
}

/**
 * Checks the wire form of rdata; that of a type without a format of its own is always well-formed.
 * @throws RdataError when it is malformed
 */
export function checkRdata(type: number, rdata: Uint8Array): void {
  const format = formatOf(type)
  if (format !== undefined) checkFields(format, rdata, 0, rdata.length)
}

/** Rdata in the unknown form `\# length hex` (RFC 3597 5). */
export function rdataToGenericText(rdata: Uint8Array): string {
  return rdata.length === 0 ? '\\# 0' : `\\# ${rdata.length} ${hexToText(rdata, 0, rdata.length)}`
}

function printFields(format: RdataFormat, rdata: Uint8Array): string {
  const words: string[] = []
  let at = 0
  for (const field of format.fields) {
    const next = field.measure(rdata, at, rdata.length, 0)
    const word = field.print(rdata, at, next, 0)
    if (word !== '') words.push(word)
    at = next
  }
  return words.join(' ')
}

/**
 * Rdata in presentation form, one line. The unknown form stands in where the type has no form of its own, the wire form
 * is malformed, or it holds what no text of the type can say.
 */
export function rdataToText(type: number, rdata: Uint8Array): string {
  const format = formatOf(type)
  if (format === undefined) return rdataToGenericText(rdata)
  try {
    checkFields(format, rdata, 0, rdata.length)
    return printFields(format, rdata)
  } catch (error) {
    if (error instanceof RdataError) return rdataToGenericText(rdata)
    throw error
  }
}

function visitNames(format: RdataFormat, rdata: Uint8Array, start: number, end: number, visit: NameVisitor): void {
  let at = start
  for (const field of format.fields) {
    const next = field.measure(rdata, at, end, start)
    if (field.isName) visit(at, next - at)
    else field.visitNames?.(rdata, at, next, start, visit)
    at = next
  }
}

/**
 * Visits every domain name in rdata, in order.
 * @throws RdataError when the wire form is malformed
 */
export function forEachName(type: number, rdata: Uint8Array, visit: NameVisitor): void {
  const format = formatOf(type)
  if (format !== undefined) visitNames(format, rdata, 0, rdata.length, visit)
}

/**
 * Brings the rdata in `buf` from `start` up to `end` into canonical form (RFC 4034 6.2, RFC 6840 5.1) in place: names
 * are lower-cased in the types listed there and kept in all others.
 * @throws RdataError when the wire form is malformed
 */
export function canonicalizeRdata(type: number, buf: Uint8Array, start: number, end: number): void {
  const format = formatOf(type)
  if (format?.lowerCasedNames !== true) return
  let at = start
  for (const field of format.fields) {
    const next = field.measure(buf, at, end, start)
    if (field.isName) lowerInPlace(buf, at, next)
    else field.visitNames?.(buf, at, next, start, (offset, length) => lowerInPlace(buf, offset, offset + length))
    at = next
  }
}

/** True when names in rdata of this type may be compressed: RFC 3597 4 allows it for the types of RFC 1035 only. */
export function isCompressible(type: number): boolean {
  return formatOf(type)?.compressible === true
}

/** Where the names of a compressible type's rdata lie. */
export interface CompressibleNames {
  /** Octets before the first name. */
  readonly offset: number
  /** Names, one right after the other. */
  readonly count: number
}

const compressibleNames: (CompressibleNames | undefined)[] = new Array(LOW_TYPES).fill(undefined)
for (const { type, fields, compressible } of rdataFormats) {
  if (!compressible) continue
  const first = fields.findIndex((field) => field.isName)
  const offset = fields.slice(0, first).reduce((octets, field) => octets + field.size!, 0)
  compressibleNames[type] = { offset, count: fields.filter((field) => field.isName).length }
}

/** Where the names lie that may be compressed in rdata of this type; undefined when none may be. */
export function compressibleNamesOf(type: number): CompressibleNames | undefined {
  return type < LOW_TYPES ? compressibleNames[type] : undefined
}
