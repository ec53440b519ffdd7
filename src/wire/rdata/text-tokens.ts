import type { Name } from '../name.ts'
import { RdataError } from './error.ts'
import type { RdataTokens } from './tokens.ts'

const BACKSLASH = 0x5c
const QUOTE = 0x22
const EQUALS = 0x3d
const SEMICOLON = 0x3b
const NEWLINE = 0x0a

/** Blanks between tokens. In rdata given alone, line ends and parentheses group nothing (RFC 1035 5.1). */
function isBlank(octet: number): boolean {
  return octet === 0x20 || octet === 0x09 || octet === NEWLINE || octet === 0x0d || octet === 0x28 || octet === 0x29
}

/** The tokens of rdata that is given as one piece of text. */
export class TextTokens implements RdataTokens {
  readonly buf: Uint8Array
  readonly origin: Name | undefined
  start = 0
  end = 0
  quoted = false
  private at = 0
  private ended = false

  constructor(text: string, origin: Name | undefined) {
    this.buf = new TextEncoder().encode(text)
    this.origin = origin
  }

  next(): boolean {
    const { buf } = this
    let at = this.at
    for (; at < buf.length; at++) {
      if (buf[at] === SEMICOLON) {
        while (at + 1 < buf.length && buf[at + 1] !== NEWLINE) at++
      } else if (!isBlank(buf[at]!)) {
        break
      }
    }
    if (at >= buf.length) {
      this.ended = true
      return false
    }
    this.quoted = buf[at] === QUOTE
    return this.quoted ? this.quotedToken(at + 1) : this.plainToken(at)
  }

  private quotedToken(start: number): boolean {
    const { buf } = this
    this.start = start
    for (let at = start; at < buf.length; at++) {
      if (buf[at] === BACKSLASH) at++
      else if (buf[at] === QUOTE) {
        this.end = at
        this.at = at + 1
        return true
      }
    }
    this.end = buf.length
    this.fail('a closing quote')
  }

  /** In a token of the kind key="a b", blanks between the quotes do not end it (RFC 9460 A). */
  private plainToken(start: number): boolean {
    const { buf } = this
    let inQuotes = false
    let at = start
    for (; at < buf.length; at++) {
      const octet = buf[at]!
      if (octet === BACKSLASH) at++
      else if (octet === QUOTE) inQuotes = !inQuotes && at > start && buf[at - 1] === EQUALS
      else if (!inQuotes && (isBlank(octet) || octet === SEMICOLON)) break
    }
    this.start = start
    this.end = Math.min(at, buf.length)
    this.at = this.end
    if (inQuotes) this.fail('a closing quote')
    return true
  }

  fail(expected: string): never {
    if (this.ended) throw new RdataError(expected, 'the end of the rdata')
    throw new RdataError(expected, `'${new TextDecoder().decode(this.buf.subarray(this.start, this.end))}'`)
  }
}
