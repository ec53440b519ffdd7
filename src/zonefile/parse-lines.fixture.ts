import { nameFromText } from '../wire/index.ts'
import { parseZoneFile, parseZoneText } from './parser.ts'
import { printRecord } from './printer.ts'
import { formatProblem } from './problem.ts'
import type { ParsedRecord, ParseOptions, ParseResult } from './types.ts'

/** A zone file's records as canonical lines, and its problems as `file:line:column: message`. */
export interface ParsedLines {
  readonly records: string[]
  readonly problems: string[]
  readonly result: ParseResult
}

type Options = Partial<Omit<ParseOptions, 'origin'>> & { readonly origin?: string }

/** The record as a canonical line, its tabs as blanks to be readable in tests. */
export function recordLine({ buf, ownerStart, ownerLength, ttl, type, rdataStart, rdataLength }: ParsedRecord): string {
  const owner = buf.slice(ownerStart, ownerStart + ownerLength)
  return printRecord(owner, ttl, type, buf.slice(rdataStart, rdataStart + rdataLength)).replaceAll('\t', ' ')
}

function collect(options: Options, parse: (options: ParseOptions) => ParseResult): ParsedLines {
  const records: string[] = []
  const { origin = 'zz.', ...rest } = options
  const result = parse({
    file: 'zz.zone',
    onRecord: (record) => records.push(recordLine(record)),
    ...rest,
    origin: nameFromText(origin),
  })
  return { records, problems: result.problems.map(formatProblem), result }
}

export function linesOfText(text: string | Uint8Array, options: Options = {}): ParsedLines {
  return collect(options, (complete) => parseZoneText(text, complete))
}

export function linesOfFile(path: string, options: Options = {}): ParsedLines {
  return collect(options, (complete) => parseZoneFile(path, complete))
}
