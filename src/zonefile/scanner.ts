import type { Name, RdataTokens } from '../wire/index.ts'
import { BLANK, CLOSE, COMMENT, ESCAPE, NEWLINE, OPEN, octetClass, PLAIN, QUOTE, RETURN } from './octet-class.ts'
import { shownText, ZoneFileFault } from './problem.ts'
import type { Source } from './source.ts'
import { TextBuffer } from './text-buffer.ts'

const LF = 0x0a
const CR = 0x0d
const EQUALS = 0x3d
const QUOTATION_MARK = 0x22
const BACKSLASH = 0x5c

/**
 * Cuts the text of a zone file into records and their tokens. It works on the octets of one buffer, which holds the
 * current record as a whole: a record that the buffer's end cuts off is scanned again once more octets are there, so
 * nothing else needs to know about pieces. Memory is the buffer's, whatever the size of the file.
 */
export class Scanner extends TextBuffer implements RdataTokens {
  /** The current token. At the end of a record: the empty place after its last token. */
  start = 0
  end = 0
  quoted = false
  origin: Name | undefined
  /** Set for types whose values are `key="text with blanks"` (RFC 9460 2.1): such a token keeps its inner quotes. */
  keepsQuotedValues = false

  /** The line of the current token, from 1, and the offset of that line's first octet. */
  tokenLine = 1
  tokenLineStart = 0
  /** The line on which the current record begins, from 1. */
  recordLine = 1

  /** The scan ran into the buffer's end before the record's: what it gave is void until `refill` and `begin`. */
  starved = false
  /** The data ended within parentheses. */
  unclosed = false

  #at = 0
  #line = 1
  #lineStart = 0
  #recordStart = 0
  /** Within parentheses when above 0. */
  #depth = 0
  #ended = false
  #lenient = false
  #openAt = 0
  #openLine = 0
  #openLineStart = 0

  /** Turns to a file, from its first line on. */
  open(source: Source, origin: Name): void {
    this.openSource(source)
    this.origin = origin
    this.#restart()
  }

  /** Turns to one record's text in `buf` up to `end`; the octet at `end` is overwritten. */
  openText(buf: Uint8Array, end: number, origin: Name | undefined): void {
    this.openOctets(buf, end)
    this.origin = origin
    this.#restart()
  }

  /** Makes the text in `buf` up to `end` the current token: a name that stands by itself. */
  openName(buf: Uint8Array, end: number): void {
    this.openText(buf, end, this.origin)
    this.start = 0
    this.end = end
  }

  #restart(): void {
    this.#at = 0
    this.#line = 1
    this.#lineStart = 0
    this.#recordStart = 0
    this.#ended = false
    this.recordLine = 1
  }

  /** Goes to the next record, which may turn out empty; false at the end of the data, or when `starved`. */
  begin(): boolean {
    if (this.#ended) {
      this.#ended = false
      if (this.#at < this.limit) {
        this.#at++
        this.#line++
        this.#lineStart = this.#at
      }
    }
    this.#recordStart = this.#at
    this.recordLine = this.#line
    this.#depth = 0
    this.starved = false
    this.unclosed = false
    this.keepsQuotedValues = false
    if (this.#at < this.limit) return true
    this.starved = !this.complete
    return false
  }

  /** True when the record's first octet is a blank: its owner is that of the record before (RFC 1035 5.1). */
  get beginsBlank(): boolean {
    return octetClass[this.buf[this.#recordStart]!] === BLANK
  }

  /**
   * Goes to the next token of the record; false at its end, or when `starved`.
   * @throws ZoneFileFault
   */
  next(): boolean {
    if (this.#ended) return false
    const buf = this.buf
    let at = this.#at
    for (;;) {
      let kind = octetClass[buf[at]!]!
      while (kind === BLANK) kind = octetClass[buf[++at]!]!
      if (kind === PLAIN || kind === ESCAPE) return this.#plainToken(at)
      if (kind === COMMENT) {
        do kind = octetClass[buf[++at]!]!
        while (kind !== NEWLINE && kind !== RETURN)
      }
      if (kind === NEWLINE || kind === RETURN) {
        if (at >= this.limit) return this.#dataEnd(at)
        // A return alone ends a line too, as it does for NSD and BIND; with a newline after it, both are one end.
        if (kind === RETURN && buf[at + 1] === LF && !(at + 1 === this.limit && this.complete)) {
          if (at + 1 === this.limit) return this.#dataEnd(at + 1)
          at++
        }
        if (this.#depth === 0) return this.#recordEnd(at)
        at++
        this.#line++
        this.#lineStart = at
      } else if (kind === OPEN) {
        if (this.#depth++ === 0) {
          this.#openAt = at
          this.#openLine = this.#line
          this.#openLineStart = this.#lineStart
        }
        at++
      } else if (kind === CLOSE) {
        if (this.#depth > 0) this.#depth--
        else this.#fault(at, at + 1, at + 1, 'no closing parenthesis, since none is open')
        at++
      } else if (kind === QUOTE) {
        return this.#quotedToken(at)
      } else {
        // A control character: the lenient scan takes it for a token's begin.
        return this.#plainToken(at)
      }
    }
  }

  #plainToken(from: number): boolean {
    const buf = this.buf
    const line = this.#line
    const lineStart = this.#lineStart
    let at = from
    for (;;) {
      let kind = octetClass[buf[at]!]!
      while (kind === PLAIN) kind = octetClass[buf[++at]!]!
      if (kind < QUOTE) break
      if (kind === ESCAPE) {
        const escaped = octetClass[buf[at + 1]!]!
        if (escaped === NEWLINE || escaped === RETURN) {
          if (at + 1 >= this.limit && !this.complete) return this.#dataEnd(at + 1)
          this.#fault(at, at + 1, at + 1, 'a character after the backslash')
          at++
          break
        }
        at += 2
      } else if (kind === QUOTE) {
        // Within a token a quote is a character as any other, but for values of the key=value kind.
        if (this.keepsQuotedValues && buf[at - 1] === EQUALS) {
          const close = this.#closingQuote(at)
          if (this.starved) return false
          at = buf[close] === QUOTATION_MARK && close < this.limit ? close + 1 : close
        } else {
          at++
        }
      } else {
        this.#fault(
          at,
          at + 1,
          at + 1,
          'text: a control character is written as \\DDD, the decimal number of its octet',
        )
        at++
      }
    }
    if (at >= this.limit && !this.complete) return this.#dataEnd(at)
    this.start = from
    this.end = at
    this.quoted = false
    this.tokenLine = line
    this.tokenLineStart = lineStart
    this.#at = at
    return true
  }

  #quotedToken(open: number): boolean {
    const line = this.#line
    const lineStart = this.#lineStart
    const close = this.#closingQuote(open)
    if (this.starved) return false
    this.start = open + 1
    this.end = close
    this.quoted = true
    this.tokenLine = line
    this.tokenLineStart = lineStart
    this.#at = close < this.limit && this.buf[close] === QUOTATION_MARK ? close + 1 : close
    return true
  }

  /**
   * The offset of the quote that closes the one at `open`. RFC 1035 5.1 lets a quoted string hold any character, and
   * has parentheses group what crosses a line's end: so a string goes over lines only within parentheses, and a quote
   * forgotten elsewhere costs one record and not the file.
   */
  #closingQuote(open: number): number {
    const buf = this.buf
    const openLine = this.#line
    const openLineStart = this.#lineStart
    let at = open + 1
    for (;;) {
      const octet = buf[at]!
      if (octet === QUOTATION_MARK) return at
      if (octet === BACKSLASH) {
        const escaped = buf[at + 1]!
        at += escaped === LF || escaped === CR ? 1 : 2
      } else if (octet === LF || octet === CR) {
        if (at >= this.limit && !this.complete) {
          this.#dataEnd(at)
          return at
        }
        if (at >= this.limit || this.#depth === 0) {
          if (at >= this.limit && this.#depth > 0) this.unclosed = true
          this.#fault(open, at, at, 'a closing quote before the end of the line', openLine, openLineStart)
          return at
        }
        if (octet === CR && buf[at + 1] === LF && at + 1 < this.limit) at++
        at++
        this.#line++
        this.#lineStart = at
      } else {
        at++
      }
    }
  }

  #recordEnd(at: number): false {
    this.#ended = true
    this.#at = at
    // The place after the last token is where something is missing, not the end of a comment or of empty lines.
    this.start = this.quoted ? this.end + 1 : this.end
    this.end = this.start
    this.quoted = false
    return false
  }

  #dataEnd(at: number): false {
    if (!this.complete) {
      this.starved = true
      this.#at = at
      return false
    }
    if (this.#depth > 0) {
      this.unclosed = true
      this.#recordEnd(at)
      if (!this.#lenient) throw this.unclosedFault()
    }
    return this.#recordEnd(at)
  }

  /** Makes the opening parenthesis the current token and gives the fault that says it is never closed. */
  unclosedFault(): ZoneFileFault {
    this.start = this.#openAt
    this.end = this.#openAt + 1
    this.tokenLine = this.#openLine
    this.tokenLineStart = this.#openLineStart
    return new ZoneFileFault('a closing parenthesis', '(', 'this parenthesis is never closed')
  }

  /** Throws, unless the rest of a faulty record is being skipped; the scan goes on at `resume`. */
  #fault(
    start: number,
    end: number,
    resume: number,
    expected: string,
    line: number = this.#line,
    lineStart: number = this.#lineStart,
  ): void {
    if (this.#lenient) return
    this.start = start
    this.end = end
    this.quoted = false
    this.tokenLine = line
    this.tokenLineStart = lineStart
    this.#at = resume
    throw new ZoneFileFault(expected)
  }

  /** Refuses the current token, or the end of the record. */
  fail(expected: string): never {
    throw new ZoneFileFault(expected)
  }

  /** Goes to the end of a faulty record, whatever stands there. */
  skipRest(): void {
    this.#lenient = true
    while (this.next());
    this.#lenient = false
  }

  /** The column on which the current token begins, from 1. */
  get tokenColumn(): number {
    return this.start - this.tokenLineStart + (this.quoted ? 0 : 1)
  }

  /** The octets of the current token as text for a message; empty at the end of a record. */
  tokenText(): string {
    const text = shownText(this.buf, this.start, this.end)
    return this.quoted ? `"${text}"` : text
  }

  /** Within parentheses that opened on an earlier line: that line, for a message; else 0. */
  get openedOnLine(): number {
    return this.#depth > 0 && this.#openLine < this.tokenLine ? this.#openLine : 0
  }

  /**
   * Gets more octets for the starved record and goes back to its begin.
   * @returns false when the buffer is full: the record is longer than may be
   * @throws ZoneFileFault when the file is no text that can be read; the source's errors
   */
  refill(): boolean {
    const start = this.advance(this.#recordStart)
    if (start === -1) return false
    this.#recordStart = start
    this.#at = start
    this.#line = this.recordLine
    this.#lineStart = start
    this.#ended = false
    this.starved = false
    return true
  }

  /** Says that the starved record is longer than the buffer; its place is the current token from then on. */
  longRecordFault(): ZoneFileFault {
    if (this.#depth > 0) {
      this.unclosedFault()
      return new ZoneFileFault(
        'a closing parenthesis',
        '(',
        `this parenthesis is not closed within ${this.capacity} octets`,
      )
    }
    this.start = 0
    this.end = 0
    this.quoted = false
    this.tokenLine = this.recordLine
    this.tokenLineStart = 0
    return new ZoneFileFault('a record', '', `this record is longer than ${this.capacity} octets`)
  }

  /** Goes on after the line of a record longer than the buffer, or after the one its open parenthesis stands on. */
  dropLongRecord(): void {
    let from = this.#recordStart
    if (this.#depth > 0) {
      from = this.#openAt
      this.recordLine = this.#openLine
    }
    let end = this.lineEnd(from)
    if (end !== -1 && this.#depth > 0) {
      this.skipOpenLine()
      return
    }
    while (end === -1) {
      // All but the last octet, which may be the first half of a line's end.
      this.#recordStart = this.limit - 1
      this.refill()
      end = this.lineEnd(this.#recordStart)
    }
    this.#recordEnd(end)
  }

  /**
   * After an unclosed parenthesis: goes back to the line after the one it opened on, and from there to the first that
   * begins with an owner or a directive, so that the records swallowed by it are read after all.
   */
  skipOpenLine(): void {
    let at = this.#openAt
    let line = this.#openLine
    let kind: number
    do {
      const end = this.lineEnd(at)
      if (end === -1) break
      at = Math.min(end + 1, this.limit)
      line++
      kind = octetClass[this.buf[at]!]!
    } while (at < this.limit && kind !== PLAIN && kind !== ESCAPE)
    this.#at = at
    this.#line = line
    this.#lineStart = at
    this.#ended = false
  }
}
