import { NameError, RdataError } from '../wire/index.ts'
import { ZoneFileFault, type ZoneFileProblem } from './problem.ts'
import type { Scanner } from './scanner.ts'

/** What the parser throws and catches for a faulty record; anything else is not the zone file's doing. */
export type Fault = ZoneFileFault | NameError | RdataError

export function isFault(error: unknown): error is Fault {
  return error instanceof ZoneFileFault || error instanceof RdataError || error instanceof NameError
}

function sentence(expected: string, text: string): string {
  return text === '' ? `expected ${expected}, found the end of the record` : `expected ${expected}, found '${text}'`
}

/** Describes a fault of the scanner's current token. */
export function problemAt(scanner: Scanner, file: string, fault: Fault): ZoneFileProblem {
  const place = { file, line: scanner.tokenLine, column: scanner.tokenColumn }
  const opened = scanner.openedOnLine
  const within = opened === 0 ? '' : ` (within the parenthesis opened on line ${opened})`
  if (fault instanceof NameError) {
    const text = scanner.tokenText()
    const message = `${sentence(`a domain name: ${fault.message}`, text)}${within}`
    return { ...place, text, expected: 'a domain name', message }
  }
  const text = fault.found ?? scanner.tokenText()
  const { expected, message } = fault
  const own = fault instanceof ZoneFileFault && message !== ''
  return { ...place, text, expected, message: `${own ? message : sentence(expected, text)}${within}` }
}

/** Describes a failure of the file as a whole. */
export function problemOfFile(file: string, expected: string, message: string): ZoneFileProblem {
  return { file, line: 0, column: 0, text: '', expected, message }
}

/** The problems found so far, up to a limit. */
export class ProblemList {
  readonly problems: ZoneFileProblem[] = []
  /** A problem came after the limit was reached: it is not listed, and reading is to stop. */
  truncated = false
  readonly #limit: number
  readonly #onProblem: ((problem: ZoneFileProblem) => void) | undefined

  constructor(limit: number, onProblem: ((problem: ZoneFileProblem) => void) | undefined) {
    this.#limit = limit
    this.#onProblem = onProblem
  }

  add(problem: ZoneFileProblem): void {
    if (this.problems.length >= this.#limit) {
      this.truncated = true
      return
    }
    this.problems.push(problem)
    this.#onProblem?.(problem)
  }
}
