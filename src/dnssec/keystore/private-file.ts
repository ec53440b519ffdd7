import { algorithmToText } from '../../iana/index.ts'
import { Dnskey } from '../../zone/index.ts'
import { canSign, isRsa, type PrivateJwk, paddedPrivateNumber, publicJwkOf } from './algorithm.ts'
import { KeyFileError, KeyMismatchError } from './errors.ts'
import type { KeyTiming } from './key-store.ts'
import { TIMING_LINES, timeFromText, timeToText, timingField } from './timing.ts'

/** BIND's private key files: a line `Label: value` for each number, and from version 1.3 on for each moment. */

const FORMAT = 'Private-key-format'
const WRITTEN_FORMAT = 'v1.3'

/** Labels of RSA's numbers and their names in RFC 7518 6.3. */
const RSA_LABELS: readonly (readonly [label: string, member: 'n' | 'e' | 'd' | 'p' | 'q' | 'dp' | 'dq' | 'qi'])[] = [
  ['Modulus', 'n'],
  ['PublicExponent', 'e'],
  ['PrivateExponent', 'd'],
  ['Prime1', 'p'],
  ['Prime2', 'q'],
  ['Exponent1', 'dp'],
  ['Exponent2', 'dq'],
  ['Coefficient', 'qi'],
]
const PRIVATE_KEY = 'PrivateKey'

interface Line {
  readonly number: number
  readonly label: string
  readonly value: string
}

/** A private key file, read but not yet trusted. */
export interface PrivateFile {
  readonly file: string
  readonly lines: readonly Line[]
  readonly algorithm: number
  readonly timing: KeyTiming
}

/**
 * Reads a private key file of version 1.
 * @param file for messages
 * @throws KeyFileError
 */
export function parsePrivateFile(file: string, text: string): PrivateFile {
  const lines: Line[] = []
  for (const [index, raw] of text.split('\n').entries()) {
    const line = raw.trimEnd()
    if (line === '' || line.startsWith(';')) continue
    const colon = line.indexOf(':')
    if (colon <= 0) throw new KeyFileError(file, index + 1, "a line is 'Label: value', with a colon")
    lines.push({ number: index + 1, label: line.slice(0, colon), value: line.slice(colon + 1).trim() })
  }
  const [format] = lines
  if (format?.label !== FORMAT || !/^v1\.\d+$/.test(format.value)) {
    throw new KeyFileError(file, 1, `a private key file begins with '${FORMAT}: ${WRITTEN_FORMAT}'`)
  }
  return { file, lines, algorithm: readAlgorithm(file, lines), timing: readTiming(file, lines) }
}

function readAlgorithm(file: string, lines: readonly Line[]): number {
  const line = onlyLine(file, lines, 'Algorithm')
  const number = Number(/^\d{1,3}(?= |$)/.exec(line.value)?.[0] ?? Number.NaN)
  if (!canSign(number)) {
    const found = Number.isNaN(number) ? `'${line.value}'` : `${number} (${algorithmToText(number)})`
    throw new KeyFileError(file, line.number, `the algorithm is ${found}: 8, 10, 13, 14, 15 and 16 can sign here`)
  }
  return number
}

function readTiming(file: string, lines: readonly Line[]): KeyTiming {
  const timing: { -readonly [field in keyof KeyTiming]: number } = {}
  for (const { number, label, value } of lines) {
    const field = timingField(label)
    if (field === undefined) continue
    const seconds = timeFromText(value)
    if (seconds === undefined) throw new KeyFileError(file, number, `${label}: '${value}' is no time YYYYMMDDHHmmSS`)
    timing[field] = seconds
  }
  return timing
}

function onlyLine(file: string, lines: readonly Line[], label: string): Line {
  const found = lines.filter((line) => line.label === label)
  if (found.length > 1) throw new KeyFileError(file, found[1]!.number, `${label} stands here a second time`)
  if (found.length === 1) return found[0]!
  const engine = lines.find((line) => line.label === 'Engine' || line.label === 'Label')
  if (engine !== undefined) {
    throw new KeyFileError(file, engine.number, 'the private key is in a hardware module, which is not supported')
  }
  throw new KeyFileError(file, 0, `the line ${label} is missing`)
}

/** Standard base64, with its padding. */
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/

function readNumber({ file, lines }: PrivateFile, label: string): { octets: Uint8Array; line: number } {
  const { number, value } = onlyLine(file, lines, label)
  if (value === '' || !BASE64.test(value)) throw new KeyFileError(file, number, `${label} is no base64`)
  return { octets: Buffer.from(value, 'base64'), line: number }
}

/**
 * The private key, with the public numbers it needs.
 * @param dnskey the public key beside it
 * @throws KeyFileError, KeyMismatchError when the algorithm or the public numbers differ
 */
export function privateJwkOf(read: PrivateFile, dnskey: Uint8Array): PrivateJwk {
  const publicJwk = publicJwkOf(dnskey)
  if (publicJwk === undefined || read.algorithm !== Dnskey.algorithm(dnskey)) throw new KeyMismatchError(read.file)
  if (!isRsa(read.algorithm)) {
    const { octets, line } = readNumber(read, PRIVATE_KEY)
    const padded = paddedPrivateNumber(read.algorithm, octets)
    if (padded === undefined) throw new KeyFileError(read.file, line, `${PRIVATE_KEY} has a wrong length`)
    return { ...publicJwk, d: Buffer.from(padded).toString('base64url') }
  }
  const jwk: PrivateJwk = { kty: 'RSA' }
  for (const [label, member] of RSA_LABELS) {
    const { octets } = readNumber(read, label)
    // RFC 7518 2: base64url numbers have no leading zero, which some programs write.
    const first = octets.findIndex((octet) => octet !== 0)
    jwk[member] = Buffer.from(octets.subarray(Math.max(first, 0))).toString('base64url')
  }
  if (jwk.n !== publicJwk.n || jwk.e !== publicJwk.e) throw new KeyMismatchError(read.file)
  return jwk
}

/** Text of a private key file for a new key. */
export function printPrivateFile(algorithm: number, jwk: PrivateJwk, timing: KeyTiming): string {
  const base64 = (member: string | undefined) => Buffer.from(member ?? '', 'base64url').toString('base64')
  const numbers: [string, string][] = isRsa(algorithm)
    ? RSA_LABELS.map(([label, member]) => [label, base64(jwk[member])])
    : [[PRIVATE_KEY, base64(jwk.d)]]
  const head: [string, string][] = [
    [FORMAT, WRITTEN_FORMAT],
    ['Algorithm', `${algorithm} (${algorithmToText(algorithm)})`],
  ]
  return printLines([...head, ...numbers, ...timingLines(timing)])
}

/** Text of the same file with other moments. Lines that zonecut does not know stay as they are. */
export function withTiming({ lines }: PrivateFile, timing: KeyTiming): string {
  const kept = lines.filter(({ label }) => label !== FORMAT && timingField(label) === undefined)
  const known = kept.map(({ label, value }): [string, string] => [label, value])
  // Version 1.2, of ldns, has no moments: BIND would not read them.
  return printLines([[FORMAT, WRITTEN_FORMAT], ...known, ...timingLines(timing)])
}

function timingLines(timing: KeyTiming): [string, string][] {
  return TIMING_LINES.flatMap(([label, field]): [string, string][] => {
    const seconds = timing[field]
    return seconds === undefined ? [] : [[label, timeToText(seconds)]]
  })
}

function printLines(lines: readonly (readonly [string, string])[]): string {
  return `${lines.map(([label, value]) => `${label}: ${value}`).join('\n')}\n`
}
