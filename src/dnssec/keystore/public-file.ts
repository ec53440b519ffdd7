import { classFromText, RRClass, RRType } from '../../iana/index.ts'
import { lowerName, type Name, nameFromText, nameToText, rdataFromText, rdataToText } from '../../wire/index.ts'
import { Dnskey, DnskeyFlag, keyTag } from '../../zone/index.ts'
import { KeyFileError } from './errors.ts'
import type { KeyTiming } from './key-store.ts'
import { TIMING_LINES, timeForPeople, timeToText } from './timing.ts'

/** BIND's public key files: a DNSKEY record as master files write it, and comments. */

export interface PublicFile {
  /** The zone, lower case. */
  readonly origin: Name
  readonly dnskey: Uint8Array
  /** Comment lines that tell no moment, and are kept. */
  readonly comments: readonly string[]
  /** The record's line. */
  readonly record: string
}

const TIMING_COMMENT = new RegExp(`^; (?:${TIMING_LINES.map(([label]) => label).join('|')}): `)

/**
 * Reads a public key file.
 * @param file for messages
 * @throws KeyFileError
 */
export function parsePublicFile(file: string, text: string): PublicFile {
  const comments: string[] = []
  let record: { readonly line: number; readonly text: string } | undefined
  for (const [index, raw] of text.split('\n').entries()) {
    const line = raw.trimEnd()
    if (line === '') continue
    if (line.startsWith(';')) {
      if (!TIMING_COMMENT.test(line)) comments.push(line)
    } else if (record === undefined) record = { line: index + 1, text: line }
    else if (/^[ \t]/.test(line)) record = { line: record.line, text: `${record.text} ${line.replace(/;.*$/, '')}` }
    else throw new KeyFileError(file, index + 1, 'a second record: a key file holds one DNSKEY record')
  }
  if (record === undefined) throw new KeyFileError(file, 0, 'there is no DNSKEY record in it')
  return { ...readRecord(file, record.line, record.text), comments, record: record.text }
}

function readRecord(file: string, line: number, text: string): { origin: Name; dnskey: Uint8Array } {
  const [owner, ...words] = text.split(/[ \t]+/)
  const optional = (word: string) => /^\d+[a-z0-9]*$/i.test(word) || classFromText(word) === RRClass.IN
  while (words.length > 0 && optional(words[0]!)) words.shift()
  if (words.shift()?.toUpperCase() !== 'DNSKEY') {
    throw new KeyFileError(file, line, "a key file holds 'ZONE IN DNSKEY FLAGS 3 ALGORITHM KEY'")
  }
  try {
    if (!owner!.endsWith('.')) throw new Error(`the owner ${owner} is not fully qualified: a dot must end it`)
    const origin = lowerName(nameFromText(owner!))
    const dnskey = rdataFromText(RRType.DNSKEY, words.join(' '))
    // RFC 4034 2.1.1, 2.1.2: no other key may sign the zone.
    if (!Dnskey.isZoneKey(dnskey)) throw new Error('the flags and protocol are not those of a zone key')
    return { origin, dnskey }
  } catch (error) {
    throw new KeyFileError(file, line, (error as Error).message, { cause: error })
  }
}

/** Text of a public key file for a new key. */
export function printPublicFile(origin: Name, dnskey: Uint8Array, timing: KeyTiming): string {
  const zone = nameToText(origin)
  const kind = (Dnskey.flags(dnskey) & DnskeyFlag.SECURE_ENTRY_POINT) === 0 ? 'zone-signing' : 'key-signing'
  return printText(
    [`; This is a ${kind} key, keyid ${keyTag(dnskey)}, for ${zone}`],
    timing,
    `${zone} IN DNSKEY ${rdataToText(RRType.DNSKEY, dnskey)}`,
  )
}

/** Text of the same file with other moments. */
export function publicFileWithTiming({ comments, record }: PublicFile, timing: KeyTiming): string {
  return printText(comments, timing, record)
}

function printText(comments: readonly string[], timing: KeyTiming, record: string): string {
  const moments = TIMING_LINES.flatMap(([label, field]) => {
    const seconds = timing[field]
    return seconds === undefined ? [] : [`; ${label}: ${timeToText(seconds)} (${timeForPeople(seconds)})`]
  })
  return `${[...comments, ...moments, record].join('\n')}\n`
}
