import { realpathSync, statSync } from 'node:fs'
import { dirname, isAbsolute, join } from 'node:path'
import type { Name } from '../wire/index.ts'
import { type Directive, type IncludeDirective, readDirective } from './directives.ts'
import { GeneratedRecords } from './generated-records.ts'
import { GunzipError } from './gunzip.ts'
import { ZoneFileFault, type ZoneFileProblem } from './problem.ts'
import { isFault, ProblemList, problemAt, problemOfFile } from './problem-list.ts'
import { Outcome, type OwnerMemory, RecordReader } from './record-reader.ts'
import { Scanner } from './scanner.ts'
import { MemorySource, openSource, type Source } from './source.ts'
import type { ParseOptions, ParseResult } from './types.ts'

/**
 * Octets of a file in memory at a time, and so the most that one record's text may take, comments within it counted:
 * four times what the longest rdata takes with each octet written as \DDD.
 */
const BUFFER_OCTETS = 1024 * 1024
/** How deep $INCLUDE may nest: NSD's limit. */
const MAX_INCLUDE_DEPTH = 10
/** Files that one zone file may include in all, so that files that include each other's likes come to an end. */
const MAX_INCLUDES = 10_000
const MAX_ERRORS = 100
const MAX_GENERATED = 16_777_216

/** A file being read; the last one opened is read first. */
interface OpenFile {
  /** As problems call it. */
  readonly file: string
  /** Without symbolic links; undefined for text that is no file. */
  readonly path: string | undefined
  readonly source: Source
  readonly scanner: Scanner
  /** The including file's owner, to be taken up again. */
  readonly suspended: OwnerMemory
}

/** Reads one zone file with the files that it includes. */
class ZoneFileParser {
  readonly #options: ParseOptions
  readonly #include: boolean
  readonly #list: ProblemList
  readonly #reader: RecordReader
  readonly #files: OpenFile[] = []
  /** One per depth, made when first needed. */
  readonly #scanners: Scanner[] = []
  #generated: GeneratedRecords | undefined
  #includes = 0
  #records = 0
  #bytes = 0

  readonly #capacity: number

  /** @param capacity octets of a file in memory at a time */
  constructor(options: ParseOptions, include: boolean, capacity: number = BUFFER_OCTETS) {
    this.#options = options
    this.#capacity = capacity
    this.#include = options.include ?? include
    this.#list = new ProblemList(options.maxErrors ?? MAX_ERRORS, options.onProblem?.bind(options))
    this.#reader = new RecordReader(options.defaultTtl ?? -1)
  }

  parse(open: () => Source, path: string | undefined): ParseResult {
    const { file, origin } = this.#options
    try {
      this.#push(file, path && resolvedPath(path), open(), origin)
    } catch (error) {
      if (!isSystemError(error)) throw error
      this.#list.add(problemOfFile(file, 'a readable file', `cannot be read: ${error.message}`))
    }
    try {
      while (this.#files.length > 0 && !this.#list.truncated) this.#readRecords(this.#files.at(-1)!)
    } finally {
      while (this.#files.length > 0) this.#pop()
    }
    const { problems, truncated } = this.#list
    return { records: this.#records, bytes: this.#bytes, problems, truncatedProblems: truncated }
  }

  #push(file: string, path: string | undefined, source: Source, origin: Name): void {
    const depth = this.#files.length
    const scanner = this.#scanners[depth] ?? new Scanner(this.#capacity)
    this.#scanners[depth] = scanner
    scanner.open(source, origin)
    this.#files.push({ file, path, source, scanner, suspended: this.#reader.suspendOwner() })
    this.#reader.record.file = file
  }

  #pop(): void {
    const { source, scanner, suspended } = this.#files.pop()!
    source.close()
    this.#bytes += scanner.octets
    this.#reader.resumeOwner(suspended)
    this.#reader.record.file = this.#files.at(-1)?.file ?? ''
  }

  /** Reads records until the file ends, another begins, or the octets in memory run out and are renewed. */
  #readRecords(open: OpenFile): void {
    const { scanner } = open
    const reader = this.#reader
    const { record } = reader
    const options = this.#options
    while (scanner.begin()) {
      let outcome: Outcome = Outcome.Nothing
      let directive: Directive
      let problem: ZoneFileProblem | undefined
      try {
        outcome = reader.read(scanner)
        if (outcome === Outcome.Directive) directive = readDirective(scanner, reader)
        if (directive?.kind === 'include' && !scanner.starved) this.#openInclude(directive)
      } catch (error) {
        if (!isFault(error)) throw error
        outcome = Outcome.Nothing
        directive = undefined
        problem = problemAt(scanner, open.file, error)
        scanner.skipRest()
      }
      if (scanner.starved) break
      if (outcome === Outcome.Record) {
        this.#records++
        options.onRecord(record)
      } else if (directive?.kind === 'generate') {
        this.#generated ??= new GeneratedRecords(reader, options.maxGenerated ?? MAX_GENERATED)
        problem = this.#generated.make(directive, open.file, (generated) => {
          this.#records++
          options.onRecord(generated)
        })
      }
      if (problem !== undefined) {
        this.#list.add(problem)
        if (scanner.unclosed) this.#reportUnclosed(open, problem)
        if (this.#list.truncated) return
      }
      if (directive?.kind === 'include') return
    }
    if (scanner.starved) this.#refill(open)
    else this.#pop()
  }

  /** The rest of the file stood within parentheses: says so, unless that was the fault, and reads that rest after all. */
  #reportUnclosed(open: OpenFile, problem: ZoneFileProblem): void {
    const unclosed = problemAt(open.scanner, open.file, open.scanner.unclosedFault())
    if (unclosed.line !== problem.line || unclosed.column !== problem.column) this.#list.add(unclosed)
    open.scanner.skipOpenLine()
  }

  #refill(open: OpenFile): void {
    const { scanner, file, source } = open
    try {
      if (!scanner.refill()) {
        this.#list.add(problemAt(scanner, file, scanner.longRecordFault()))
        scanner.dropLongRecord()
      }
    } catch (error) {
      if (error instanceof ZoneFileFault) this.#list.add(problemOfFile(file, error.expected, error.message))
      else if (isSystemError(error)) this.#list.add(problemOfFile(file, 'a readable file', readFailure(error, scanner)))
      else throw error
      this.#pop()
      return
    }
    if (this.#files.length === 1) this.#options.onProgress?.(source.position, source.total)
  }

  /** @throws ZoneFileFault when the file must not or cannot be included */
  #openInclude({ path, origin }: IncludeDirective): void {
    const parent = this.#files.at(-1)!
    const file = isAbsolute(path) ? path : join(dirname(parent.file), path)
    if (!this.#include) throw new ZoneFileFault('no $INCLUDE', path, '$INCLUDE is not allowed here')
    if (this.#files.length > MAX_INCLUDE_DEPTH) {
      throw new ZoneFileFault('files', path, `$INCLUDE nests deeper than ${MAX_INCLUDE_DEPTH} files`)
    }
    if (++this.#includes > MAX_INCLUDES) {
      throw new ZoneFileFault('files', path, `more than ${MAX_INCLUDES} files included`)
    }
    try {
      const resolved = realpathSync(file)
      if (this.#files.some((open) => open.path === resolved)) {
        throw new ZoneFileFault('another file', path, `$INCLUDE of '${file}', which is being read already, has no end`)
      }
      // A pipe or a device could block or go on for ever.
      if (!statSync(resolved).isFile()) throw new ZoneFileFault('a file', path, `'${file}' is no regular file`)
      this.#push(file, resolved, openSource(resolved), origin)
    } catch (error) {
      if (!isSystemError(error)) throw error
      throw new ZoneFileFault('a readable file', path, `cannot include '${file}': ${error.message}`)
    }
  }
}

/** The path without symbolic links; undefined for a pipe, which has none, and for a file that is absent. */
function resolvedPath(path: string): string | undefined {
  try {
    return realpathSync(path)
  } catch {
    return undefined
  }
}

/** Failures of node:fs carry a code; those of uncompressing are the source's own class. */
function isSystemError(error: unknown): error is Error {
  return error instanceof GunzipError || (error instanceof Error && 'code' in error)
}

function readFailure(error: Error, scanner: Scanner): string {
  return `cannot be read beyond line ${scanner.recordLine}: ${error.message}`
}

/**
 * Parses a zone file (RFC 1035 5, RFC 2308 4, RFC 3597 5, BIND's $GENERATE), plain or compressed by gzip, and gives each
 * record to `options.onRecord`. After a fault it goes on with the next record, until `options.maxErrors` are listed.
 * Synchronous; memory is about 1 MiB per file open, whatever the size.
 * @param path of the file; `options.file` is what problems call it
 */
export function parseZoneFile(path: string, options: ParseOptions): ParseResult {
  return new ZoneFileParser(options, true).parse(() => openSource(path), path)
}

/** Parses the text of a zone file as {@link parseZoneFile} does; $INCLUDE is refused unless `options.include` is true. */
export function parseZoneText(text: string | Uint8Array, options: ParseOptions): ParseResult {
  const octets = typeof text === 'string' ? new TextEncoder().encode(text) : text
  return new ZoneFileParser(options, false).parse(() => new MemorySource(octets), undefined)
}

/** {@link parseZoneText} for any source and buffer: the way to see that nothing hangs on where a buffer ends. */
export function parseSource(source: Source, options: ParseOptions, capacity: number): ParseResult {
  return new ZoneFileParser(options, false, capacity).parse(() => source, undefined)
}
