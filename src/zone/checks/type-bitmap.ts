import { typeToText } from '../../iana/index.ts'
import { bitmapTypes } from '../../wire/index.ts'

/** All 256 windows with 32 octets each (RFC 4034 4.1.2). */
const MAX_BITMAP_LENGTH = 256 * 34

/** Builds the type bitmap of an NSEC or NSEC3 record (RFC 4034 4.1.2) from types in ascending order. */
export class TypeBitmap {
  readonly octets = new Uint8Array(MAX_BITMAP_LENGTH)
  length = 0
  #window = -1
  #windowAt = 0

  clear(): void {
    this.length = 0
    this.#window = -1
  }

  /** Adds a type above or equal to those added before. */
  add(type: number): void {
    const window = type >>> 8
    if (window !== this.#window) {
      this.#window = window
      this.#windowAt = this.length
      this.octets[this.length] = window
      this.octets[this.length + 1] = 0
      this.length += 2
    }
    const index = (type & 0xff) >>> 3
    const { octets } = this
    // RFC 4034 4.1.2: trailing octets of zero are left out, those in between are not.
    for (let used = octets[this.#windowAt + 1]!; used <= index; used++) {
      octets[this.length++] = 0
      octets[this.#windowAt + 1] = used + 1
    }
    const at = this.#windowAt + 2 + index
    octets[at] = octets[at]! | (0x80 >>> (type & 7))
  }

  /** True when the octets from `start` up to `end` of `rdata` are this bitmap. */
  equals(rdata: Uint8Array, start: number, end: number): boolean {
    if (end - start !== this.length) return false
    for (let i = 0; i < this.length; i++) if (this.octets[i] !== rdata[start + i]) return false
    return true
  }

  text(): string {
    return bitmapText(this.octets, 0, this.length)
  }
}

/** The mnemonics of the types in the bitmap that stands from `start` up to `end`. */
export function bitmapText(rdata: Uint8Array, start: number, end: number): string {
  return bitmapTypes(rdata, start, end).map(typeToText).join(' ') || 'no types'
}
