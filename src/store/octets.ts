import { copyOctets } from '../wire/index.ts'

/** Little-endian numbers in octet arrays, without views that would have to be allocated. */

export function readU16(buf: Uint8Array, at: number): number {
  return buf[at]! | (buf[at + 1]! << 8)
}

export function readU32(buf: Uint8Array, at: number): number {
  return (buf[at]! | (buf[at + 1]! << 8) | (buf[at + 2]! << 16) | (buf[at + 3]! << 24)) >>> 0
}

/** The low 48 bits of a 64-bit number: 2^48 pages or transactions are out of reach. */
export function readU48(buf: Uint8Array, at: number): number {
  return readU32(buf, at) + readU16(buf, at + 4) * 0x100000000
}

export function writeU16(buf: Uint8Array, at: number, value: number): void {
  buf[at] = value
  buf[at + 1] = value >>> 8
}

export function writeU32(buf: Uint8Array, at: number, value: number): void {
  buf[at] = value
  buf[at + 1] = value >>> 8
  buf[at + 2] = value >>> 16
  buf[at + 3] = value >>> 24
}

/** A buffer that grows as it is appended to. */
export class OctetWriter {
  buf: Uint8Array
  length = 0

  constructor(capacity = 4096) {
    this.buf = new Uint8Array(capacity)
  }

  /** Makes room for `octets` more and returns where they begin. `buf` may be another afterwards. */
  reserve(octets: number): number {
    if (this.length + octets > this.buf.length) {
      const grown = new Uint8Array(Math.max(this.buf.length * 2, this.length + octets))
      grown.set(this.buf.subarray(0, this.length))
      this.buf = grown
    }
    return this.length
  }

  u8(value: number): void {
    const at = this.reserve(1)
    this.buf[at] = value
    this.length += 1
  }

  u16(value: number): void {
    const at = this.reserve(2)
    writeU16(this.buf, at, value)
    this.length += 2
  }

  u32(value: number): void {
    const at = this.reserve(4)
    writeU32(this.buf, at, value)
    this.length += 4
  }

  octets(from: Uint8Array, start = 0, end = from.length): void {
    const at = this.reserve(end - start)
    copyOctets(from, start, end - start, this.buf, at)
    this.length += end - start
  }

  /** What was written, as an array of its own. */
  copy(): Uint8Array {
    return this.buf.slice(0, this.length)
  }
}
