import { RRType, typeToText } from '../iana/index.ts'
import { LOWER } from '../wire/index.ts'

const DOT = 0x2e
const ZERO = 0x30
const BACKSLASH = 0x5c

/** Octets that stand in a name's text with a backslash before them (RFC 1035 5.1); those that are no characters as \DDD. */
const ESCAPED = '.\\"();@$'

/** The octet that stands for an octet in a name's text; 0 for those that take more than one. */
const plainForm = Uint8Array.from({ length: 256 }, (_, octet) =>
  octet < 0x21 || octet > 0x7e || ESCAPED.includes(String.fromCharCode(octet)) ? 0 : octet,
)
const plainLowerForm = plainForm.map((octet) => LOWER[octet]!)

const ascii = (text: string): Uint8Array => new TextEncoder().encode(text)
const HEX = ascii('0123456789abcdef')
const BASE32_HEX = ascii('0123456789abcdefghijklmnopqrstuv')
const BASE64 = ascii('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/')

/** The mnemonics of the types below {@link KEPT_TYPES} as octets, made when first needed; in lower case too. */
const KEPT_TYPES = 512
const typeOctets: (Uint8Array | undefined)[] = []
const lowerTypeOctets: (Uint8Array | undefined)[] = []

/** The longest form of a type, `TYPE65535`, and a blank. */
const MAX_TYPE_OCTETS = 1 + Math.max(9, ...Object.keys(RRType).map((mnemonic) => mnemonic.length))

/** Text written into one growing buffer, an octet at a time: for printing many records without making strings. */
export class OctetWriter {
  buf: Uint8Array
  /** Octets written. */
  length = 0

  constructor(capacity: number) {
    this.buf = new Uint8Array(capacity)
  }

  /** Makes room for so many octets more. */
  reserve(octets: number): void {
    const needed = this.length + octets
    if (needed <= this.buf.length) return
    const grown = new Uint8Array(Math.max(needed, 2 * this.buf.length))
    grown.set(this.buf.subarray(0, this.length))
    this.buf = grown
  }

  /** Room is the caller's care, here and below, except where a method says that it reserves. */
  octet(octet: number): void {
    this.buf[this.length++] = octet
  }

  octets(octets: Uint8Array): void {
    const { buf } = this
    let to = this.length
    for (let at = 0; at < octets.length; at++) buf[to++] = octets[at]!
    this.length = to
  }

  /** Reserves; one octet for each character. */
  text(text: string): void {
    this.reserve(text.length)
    for (let at = 0; at < text.length; at++) this.buf[this.length++] = text.charCodeAt(at)
  }

  /** A whole number from 0 to 2^32 - 1. */
  decimal(value: number): void {
    let digits = 1
    for (let limit = 10; limit <= value; limit *= 10) digits++
    let rest = value
    for (let to = this.length + digits - 1; to >= this.length; to--) {
      const tenth = Math.floor(rest / 10)
      this.buf[to] = ZERO + rest - 10 * tenth
      rest = tenth
    }
    this.length += digits
  }

  /** A whole number with zeros before it. */
  padded(value: number, digits: number): void {
    let rest = value
    for (let to = this.length + digits - 1; to >= this.length; to--) {
      const tenth = Math.floor(rest / 10)
      this.buf[to] = ZERO + rest - 10 * tenth
      rest = tenth
    }
    this.length += digits
  }

  /**
   * The uncompressed name at `start`, fully qualified (RFC 1035 5.1), in lower case.
   * @returns the offset after the name, or -1 when it is malformed: nothing is written then
   */
  name(from: Uint8Array, start: number, end: number): number {
    return this.#name(from, start, end, plainLowerForm)
  }

  /** As {@link name}, letters as they are. */
  nameAsIs(from: Uint8Array, start: number, end: number): number {
    return this.#name(from, start, end, plainForm)
  }

  #name(from: Uint8Array, start: number, end: number, forms: Uint8Array): number {
    const { buf } = this
    let to = this.length
    let at = start
    // RFC 1035 3.1: at most 255 octets.
    const limit = Math.min(end, start + 255)
    for (;;) {
      if (at >= limit) return -1
      const length = from[at++]!
      if (length === 0) break
      // Two high bits set would be a compression pointer, which has no place here.
      if (length > 63 || at + length >= limit) return -1
      for (const labelEnd = at + length; at < labelEnd; at++) {
        const octet = from[at]!
        const form = forms[octet]!
        if (form !== 0) {
          buf[to++] = form
          continue
        }
        buf[to++] = BACKSLASH
        if (octet >= 0x21 && octet <= 0x7e) {
          buf[to++] = octet
        } else {
          buf[to++] = ZERO + Math.floor(octet / 100)
          buf[to++] = ZERO + (Math.floor(octet / 10) % 10)
          buf[to++] = ZERO + (octet % 10)
        }
      }
      buf[to++] = DOT
    }
    if (at === start + 1) buf[to++] = DOT
    this.length = to
    return at
  }

  hex(from: Uint8Array, start: number, end: number): void {
    const { buf } = this
    let to = this.length
    for (let at = start; at < end; at++) {
      const octet = from[at]!
      buf[to++] = HEX[octet >> 4]!
      buf[to++] = HEX[octet & 15]!
    }
    this.length = to
  }

  /** RFC 4648 4, with padding. */
  base64(from: Uint8Array, start: number, end: number): void {
    const { buf } = this
    let to = this.length
    let at = start
    for (; at + 2 < end; at += 3) {
      const bits = (from[at]! << 16) | (from[at + 1]! << 8) | from[at + 2]!
      buf[to++] = BASE64[bits >> 18]!
      buf[to++] = BASE64[(bits >> 12) & 63]!
      buf[to++] = BASE64[(bits >> 6) & 63]!
      buf[to++] = BASE64[bits & 63]!
    }
    if (at < end) {
      const two = at + 1 < end
      const bits = (from[at]! << 16) | (two ? from[at + 1]! << 8 : 0)
      buf[to++] = BASE64[bits >> 18]!
      buf[to++] = BASE64[(bits >> 12) & 63]!
      buf[to++] = two ? BASE64[(bits >> 6) & 63]! : 0x3d
      buf[to++] = 0x3d
    }
    this.length = to
  }

  /** RFC 4648 7 without padding, as RFC 5155 3.3 writes hashes. */
  base32Hex(from: Uint8Array, start: number, end: number): void {
    let bits = 0
    let count = 0
    for (let at = start; at < end; at++) {
      bits = ((bits << 8) | from[at]!) & 0xfff
      for (count += 8; count >= 5; ) {
        count -= 5
        this.buf[this.length++] = BASE32_HEX[(bits >> count) & 31]!
      }
    }
    if (count > 0) this.buf[this.length++] = BASE32_HEX[(bits << (5 - count)) & 31]!
  }

  /** A type's mnemonic, or TYPEn (RFC 3597 5). */
  type(type: number): void {
    const known = typeOctets[type]
    if (known !== undefined) {
      this.octets(known)
      return
    }
    const octets = ascii(typeToText(type))
    if (type < KEPT_TYPES) typeOctets[type] = octets
    this.octets(octets)
  }

  /** As {@link type}, in lower case. */
  lowerType(type: number): void {
    const known = lowerTypeOctets[type]
    if (known !== undefined) {
      this.octets(known)
      return
    }
    const octets = ascii(typeToText(type).toLowerCase())
    if (type < KEPT_TYPES) lowerTypeOctets[type] = octets
    this.octets(octets)
  }

  /**
   * The types of a bitmap (RFC 4034 4.1.2), a blank before each; reserves.
   * @returns false when it is malformed: what was written then means nothing
   */
  typeBitmap(from: Uint8Array, start: number, end: number): boolean {
    let previous = -1
    let window = start
    while (window < end) {
      if (window + 2 >= end) return false
      const number = from[window]!
      const octets = from[window + 1]!
      const next = window + 2 + octets
      // Windows ascend, and neither a window nor its end is without types.
      if (number <= previous || octets === 0 || octets > 32 || next > end || from[next - 1] === 0) return false
      for (let index = 0; index < octets; index++) {
        for (let bits = from[window + 2 + index]!, type = 8 * index; bits !== 0; bits = (bits << 1) & 0xff, type++) {
          if (bits < 0x80) continue
          this.reserve(MAX_TYPE_OCTETS)
          this.octet(0x20)
          this.type((number << 8) | type)
        }
      }
      previous = number
      window = next
    }
    return true
  }

  /** Once more what stands from `start` up to `end`. */
  again(start: number, end: number): void {
    const { buf } = this
    let to = this.length
    for (let at = start; at < end; at++) buf[to++] = buf[at]!
    this.length = to
  }
}
