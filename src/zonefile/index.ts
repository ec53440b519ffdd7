/** Zone files (master files, RFC 1035 5): reading and writing. */
export { parseZoneFile, parseZoneText } from './parser.ts'
export { PrintError, printRecord, RecordPrinter } from './printer.ts'
export { formatProblem, type ZoneFileProblem } from './problem.ts'
export type { ParsedRecord, ParseOptions, ParseResult } from './types.ts'
