import type { Name } from '../wire/index.ts'
import type { ZoneFileProblem } from './problem.ts'

/** One record of a zone file in wire form, case kept. It is reused: valid only during the callback it is given to. */
export interface ParsedRecord {
  /** Holds owner and rdata. */
  buf: Uint8Array
  ownerStart: number
  ownerLength: number
  type: number
  /** Always IN. */
  klass: number
  /** Seconds. */
  ttl: number
  rdataStart: number
  rdataLength: number
  /** The line on which the record begins, from 1; of a generated record, its directive's. */
  line: number
  /** The file that line is of: the zone file or one that it includes. */
  file: string
}

/** How to read a zone file. */
export interface ParseOptions {
  /** The origin until the first $ORIGIN (RFC 1035 5.1). */
  readonly origin: Name
  /** What problems call the file; for {@link parseZoneText} also what $INCLUDE paths are relative to. */
  readonly file: string
  /** TTL in seconds of records before any $TTL, explicit TTL or SOA record; without it they are problems. */
  readonly defaultTtl?: number
  /** Problems listed before reading stops; 100 unless told. */
  readonly maxErrors?: number
  /** Records that all $GENERATE directives together may make; 16,777,216 (the addresses of an IPv4 /8) unless told. */
  readonly maxGenerated?: number
  /** Whether $INCLUDE is obeyed; it is, for files, and is not, for text, unless told. */
  readonly include?: boolean
  /** Called for each record without fault, in the order of the file. What it throws ends the parsing. */
  onRecord(record: ParsedRecord): void
  /** Called for each problem as it is found. */
  onProblem?(problem: ZoneFileProblem): void
  /**
   * Called about once a megabyte of text.
   * @param bytes octets of the file read so far; of a compressed file, compressed ones
   * @param total octets of the file; 0 when not known (a pipe)
   */
  onProgress?(bytes: number, total: number): void
}

/** What came of reading a zone file. */
export interface ParseResult {
  /** Records given to the callback. */
  readonly records: number
  /** Octets of text read, included files counted. */
  readonly bytes: number
  /** In the order found; the zone is not to be used unless this is empty. */
  readonly problems: readonly ZoneFileProblem[]
  /** There are more problems than are listed: reading stopped at the limit. */
  readonly truncatedProblems: boolean
}
