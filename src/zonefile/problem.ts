/** One thing wrong with a zone file, where it stands, and what should stand there. */
export interface ZoneFileProblem {
  readonly file: string
  /** From 1; 0 when the problem is with the file as a whole (it cannot be read). */
  readonly line: number
  /** In octets, from 1; 0 when the problem is with the file as a whole. */
  readonly column: number
  /** The offending text, shortened, with unprintable octets as \DDD; empty when something is missing. */
  readonly text: string
  /** What should have stood there. */
  readonly expected: string
  /** The whole finding in one sentence, without the place. */
  readonly message: string
}

/** The problem as one line of the form compilers use: `file:line:column: message`. */
export function formatProblem(problem: ZoneFileProblem): string {
  const place = problem.line === 0 ? problem.file : `${problem.file}:${problem.line}:${problem.column}`
  return `${place}: ${problem.message}`
}

/** A breach of the master file syntax; what is not given stands at the scanner's current token. */
export class ZoneFileFault extends Error {
  override readonly name = 'ZoneFileFault'
  readonly expected: string
  /** The offending text, in place of the current token's. */
  readonly found: string | undefined

  constructor(expected: string, found?: string, message?: string) {
    super(message ?? '')
    this.expected = expected
    this.found = found
  }
}

/** Enough of the offending text to find it, short enough for a line of a log. */
const SHOWN_OCTETS = 60

/** Octets of a zone file as text for a message: printable ASCII as it is, other octets as \DDD, the end cut off. */
export function shownText(buf: Uint8Array, start: number, end: number): string {
  let text = ''
  const shownEnd = Math.min(end, start + SHOWN_OCTETS)
  for (let at = start; at < shownEnd; at++) {
    const octet = buf[at]!
    text += octet < 0x20 || octet > 0x7e ? `\\${String(octet).padStart(3, '0')}` : String.fromCharCode(octet)
  }
  return shownEnd < end ? `${text}...` : text
}
