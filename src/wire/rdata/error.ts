/** Rdata that is not what its type asks for, in text or in wire form. */
export class RdataError extends Error {
  override readonly name = 'RdataError'
  /** What should have stood there. */
  readonly expected: string
  /** What stood there: the offending text, or a short description of it. */
  readonly found: string

  constructor(expected: string, found: string) {
    super(`expected ${expected}, found ${found}`)
    this.expected = expected
    this.found = found
  }
}
