import { parseName } from '../wire/index.ts'
import type { GenerateDirective } from './directives.ts'
import { expandTemplate, type Template } from './generate.ts'
import { ZoneFileFault, type ZoneFileProblem } from './problem.ts'
import { isFault, problemAt } from './problem-list.ts'
import { type RecordReader, reusedRecord } from './record-reader.ts'
import { Scanner } from './scanner.ts'
import type { ParsedRecord } from './types.ts'

/** RFC 1035 5.1: octets that one generated record's owner or rdata may take as text; ample for 65,535 of rdata. */
const TEXT_OCTETS = 512 * 1024

/** Makes the records of $GENERATE directives. Their owners are not inherited by the records after the directive. */
export class GeneratedRecords {
  readonly #reader: RecordReader
  readonly #record: ParsedRecord = reusedRecord()
  readonly #text = Buffer.alloc(TEXT_OCTETS + 1)
  readonly #scanner = new Scanner(0)
  /** How many more records may be made. */
  #allowed: number

  constructor(reader: RecordReader, allowed: number) {
    this.#reader = reader
    this.#allowed = allowed
  }

  /**
   * Makes a directive's records and gives each to `onRecord`, up to the first that is faulty.
   * @returns the problem of that one, if any
   */
  make(
    directive: GenerateDirective,
    file: string,
    onRecord: (record: ParsedRecord) => void,
  ): ZoneFileProblem | undefined {
    const { start, stop, step } = directive.range
    const place = { file, line: directive.line, column: 1 }
    const count = Math.floor((stop - start) / step) + 1
    if (count > this.#allowed) {
      const expected = `at most ${this.#allowed} more generated records`
      return {
        ...place,
        text: `${start}-${stop}/${step}`,
        expected,
        message: `this makes ${count} records: ${expected}`,
      }
    }
    this.#allowed -= count
    const record = this.#record
    record.line = directive.line
    record.file = file
    for (let number = start; number <= stop; number += step) {
      try {
        this.#read(directive, number)
      } catch (error) {
        if (!isFault(error)) throw error
        const problem = problemAt(this.#scanner, file, error)
        return { ...problem, ...place, message: `for the number ${number}: ${problem.message}` }
      }
      onRecord(record)
    }
    return undefined
  }

  #read(directive: GenerateDirective, number: number): void {
    const scanner = this.#scanner
    const record = this.#record
    // The owner is one name even when it begins with a dollar sign or holds what separates tokens.
    const ownerEnd = this.#expand(directive.owner, number)
    scanner.openName(this.#text, ownerEnd)
    record.ownerLength = parseName(this.#text, 0, ownerEnd, directive.origin, record.buf, record.ownerStart)
    scanner.openText(this.#text, this.#expand(directive.rdata, number), directive.origin)
    scanner.begin()
    this.#reader.type = directive.type
    this.#reader.explicitTtl = directive.explicitTtl
    this.#reader.readRdata(scanner, record)
    record.ttl = this.#reader.completeTtl(record)
  }

  /** Puts the template's text for a number into the buffer and gives its end. */
  #expand(template: Template, number: number): number {
    const text = expandTemplate(template, number)
    if (text === undefined)
      throw new ZoneFileFault('a number that stays within 32 bits with its offset', String(number))
    if (text.length > TEXT_OCTETS) throw new ZoneFileFault(`at most ${TEXT_OCTETS} octets of text`, `${text.length}`)
    return this.#text.write(text, 0, 'latin1')
  }
}
