import type { Name } from '../name.ts'

/** The tokens of one record's rdata as a master file reader hands them over, one at a time. */
export interface RdataTokens {
  /** Holds the current token: raw octets from `start` up to `end`, escapes not decoded, enclosing quotes stripped. */
  readonly buf: Uint8Array
  readonly start: number
  readonly end: number
  /** True when the token stood in quotes. */
  readonly quoted: boolean
  /** Completes names that do not end in a dot; undefined when there is none. */
  readonly origin: Name | undefined
  /** Goes to the next token; false at the end of the record, after which it is not called again. */
  next(): boolean
  /** Throws the reader's own error, which names the current token (or the end of the record) and its place. */
  fail(expected: string): never
}

/** One look-ahead over {@link RdataTokens}: fields take tokens through it. Reused for every record. */
export class TokenReader {
  tokens!: RdataTokens
  private held = false
  private ended = false

  /** Turns to a new record whose first token has not been asked for yet. */
  begin(tokens: RdataTokens): void {
    this.tokens = tokens
    this.held = false
    this.ended = false
  }

  /** Goes to the next token; false at the end of the record. */
  more(): boolean {
    if (this.held) {
      this.held = false
      return true
    }
    if (this.ended) return false
    if (this.tokens.next()) return true
    this.ended = true
    return false
  }

  /** Goes to the next token, which must be there. */
  take(expected: string): RdataTokens {
    if (!this.more()) this.tokens.fail(expected)
    return this.tokens
  }

  /** Has the current token given again by the next `more` or `take`. */
  hold(): void {
    this.held = true
  }

  fail(expected: string): never {
    this.tokens.fail(expected)
  }
}
