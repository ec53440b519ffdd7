import { RdataError } from '../error.ts'
import type { Field } from '../format.ts'

/**
 * Reads an unsigned decimal number.
 * @returns the number, or -1 when the octets are no number or exceed `max`
 */
export function readDecimal(buf: Uint8Array, start: number, end: number, max: number): number {
  if (end <= start) return -1
  let value = 0
  for (let at = start; at < end; at++) {
    const digit = buf[at]! - 0x30
    if (digit < 0 || digit > 9) return -1
    value = value * 10 + digit
    if (value > max) return -1
  }
  return value
}

/** Throws unless `octets` more octets stand before `end`. */
export function needOctets(at: number, end: number, octets: number, expected: string): void {
  if (end - at < octets) throw new RdataError(expected, `${end - at} of ${octets} octets`)
}

export function readUint16(buf: Uint8Array, at: number): number {
  return (buf[at]! << 8) | buf[at + 1]!
}

export function readUint32(buf: Uint8Array, at: number): number {
  return ((buf[at]! << 24) | (buf[at + 1]! << 16) | (buf[at + 2]! << 8) | buf[at + 3]!) >>> 0
}

export function writeUint16(out: Uint8Array, at: number, value: number): void {
  out[at] = value >>> 8
  out[at + 1] = value
}

export function writeUint32(out: Uint8Array, at: number, value: number): void {
  out[at] = value >>> 24
  out[at + 1] = value >>> 16
  out[at + 2] = value >>> 8
  out[at + 3] = value
}

/** An unsigned 8-bit number in decimal. */
export function uint8(label: string, max = 0xff): Field {
  const expected = `${label} (0 to ${max})`
  return {
    size: 1,
    parse(reader, out, at) {
      const { buf, start, end } = reader.take(expected)
      const value = readDecimal(buf, start, end, max)
      if (value === -1) reader.fail(expected)
      out[at] = value
      return at + 1
    },
    measure(rdata, at, end) {
      needOctets(at, end, 1, expected)
      if (rdata[at]! > max) throw new RdataError(expected, String(rdata[at]))
      return at + 1
    },
    print: (rdata, at) => String(rdata[at]),
  }
}

/** An unsigned 16-bit number in decimal. */
export function uint16(label: string): Field {
  const expected = `${label} (0 to 65535)`
  return {
    size: 2,
    parse(reader, out, at) {
      const { buf, start, end } = reader.take(expected)
      const value = readDecimal(buf, start, end, 0xffff)
      if (value === -1) reader.fail(expected)
      writeUint16(out, at, value)
      return at + 2
    },
    measure(_rdata, at, end) {
      needOctets(at, end, 2, expected)
      return at + 2
    },
    print: (rdata, at) => String(readUint16(rdata, at)),
  }
}

/** An unsigned 32-bit number in decimal. */
export function uint32(label: string): Field {
  const expected = `${label} (0 to 4294967295)`
  return {
    size: 4,
    parse(reader, out, at) {
      const { buf, start, end } = reader.take(expected)
      const value = readDecimal(buf, start, end, 0xffff_ffff)
      if (value === -1) reader.fail(expected)
      writeUint32(out, at, value)
      return at + 4
    },
    measure(_rdata, at, end) {
      needOctets(at, end, 4, expected)
      return at + 4
    },
    print: (rdata, at) => String(readUint32(rdata, at)),
  }
}

/** An unsigned 64-bit number in decimal. */
export function uint64(label: string): Field {
  const expected = `${label} (0 to 18446744073709551615)`
  return {
    size: 8,
    parse(reader, out, at) {
      const { buf, start, end } = reader.take(expected)
      let value = 0n
      if (end <= start || end - start > 20) reader.fail(expected)
      for (let from = start; from < end; from++) {
        const digit = buf[from]! - 0x30
        if (digit < 0 || digit > 9) reader.fail(expected)
        value = value * 10n + BigInt(digit)
      }
      if (value > 0xffff_ffff_ffff_ffffn) reader.fail(expected)
      writeUint32(out, at, Number(value >> 32n))
      writeUint32(out, at + 4, Number(value & 0xffff_ffffn))
      return at + 8
    },
    measure(_rdata, at, end) {
      needOctets(at, end, 8, expected)
      return at + 8
    },
    print: (rdata, at) => String((BigInt(readUint32(rdata, at)) << 32n) | BigInt(readUint32(rdata, at + 4))),
  }
}
