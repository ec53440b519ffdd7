import { RRType } from '../../../iana/index.ts'
import { RdataError } from '../error.ts'
import { needOctets, readDecimal, readUint32, writeUint32 } from '../field/integer.ts'
import type { Field, RdataFormat } from '../format.ts'
import type { TokenReader } from '../tokens.ts'

/** RFC 1876 2: octets of version, size, precisions, latitude, longitude and altitude. */
const SIZE = 16
/** RFC 1876 2: thousandths of a second of arc, the equator and the prime meridian at 2^31. */
const MERIDIAN = 0x8000_0000
const DEGREE = 3_600_000
const MINUTE = 60_000
/** RFC 1876 2: centimetres, from 100,000 m below the reference spheroid. */
const SPHEROID = 10_000_000
/** RFC 1876 3: what stands for a size or precision left out: 1 m, 10,000 m, 10 m. */
const DEFAULTS = [0x12, 0x16, 0x13] as const

/** Reads a decimal number with up to `places` decimals, as a whole number of the last place; -1 when it is none. */
function readFixed(buf: Uint8Array, start: number, end: number, places: number, max: number): number {
  const point = buf.subarray(start, end).indexOf(0x2e)
  const wholeEnd = point === -1 ? end : start + point
  const whole = readDecimal(buf, start, wholeEnd, max)
  if (whole === -1) return -1
  const decimals = point === -1 ? 0 : end - wholeEnd - 1
  if (decimals > places) return -1
  const fraction = decimals === 0 ? 0 : readDecimal(buf, wholeEnd + 1, end, 10 ** places - 1)
  if (fraction === -1) return -1
  return whole * 10 ** places + fraction * 10 ** (places - decimals)
}

/** Reads d [m [s]] and a direction; returns the 32-bit value. */
function parseAngle(reader: TokenReader, axis: 'latitude' | 'longitude', maxDegrees: number): number {
  const [positive, negative] = axis === 'latitude' ? ['N', 'S'] : ['E', 'W']
  const expected = `${axis} (degrees up to ${maxDegrees}, minutes, seconds, and ${positive} or ${negative})`
  let angle = 0
  for (let part = 0; part < 4; part++) {
    const { buf, start, end } = reader.take(expected)
    if (part > 0 && end - start === 1) {
      const letter = String.fromCharCode(buf[start]! & ~0x20)
      if (letter === positive || letter === negative) {
        if (angle > maxDegrees * DEGREE) reader.fail(expected)
        return letter === positive ? MERIDIAN + angle : MERIDIAN - angle
      }
    }
    let value = -1
    if (part === 0) value = readDecimal(buf, start, end, maxDegrees) * DEGREE
    else if (part === 1) value = readDecimal(buf, start, end, 59) * MINUTE
    else if (part === 2) value = readFixed(buf, start, end, 3, 59)
    if (value < 0) reader.fail(expected)
    angle += value
  }
  return reader.fail(expected)
}

/** The end of a length in metres, without the unit that may follow it. */
function withoutUnit(buf: Uint8Array, start: number, end: number): number {
  return end > start && (buf[end - 1]! | 0x20) === 0x6d ? end - 1 : end
}

function parseAltitude(reader: TokenReader): number {
  const expected = 'altitude (metres from -100000.00 to 42849672.95)'
  const { buf, start, end } = reader.take(expected)
  const sign = buf[start] === 0x2d ? -1 : 1
  const from = sign === -1 || buf[start] === 0x2b ? start + 1 : start
  const centimetres = readFixed(buf, from, withoutUnit(buf, from, end), 2, 42_849_672)
  const value = SPHEROID + sign * centimetres
  if (centimetres === -1 || value < 0 || value > 0xffff_ffff) reader.fail(expected)
  return value
}

/** RFC 1876 2: centimetres as one decimal digit times a power of ten; what the digit cannot hold is cut off. */
function parseSize(reader: TokenReader, label: string): number {
  const expected = `${label} (metres from 0.00 to 90000000.00)`
  const { buf, start, end } = reader.tokens
  const centimetres = readFixed(buf, start, withoutUnit(buf, start, end), 2, 90_000_000)
  if (centimetres === -1 || centimetres > 9_000_000_000) reader.fail(expected)
  const exponent = centimetres < 10 ? 0 : String(centimetres).length - 1
  return (Math.floor(centimetres / 10 ** exponent) << 4) | exponent
}

function angleToText(value: number, positive: string, negative: string): string {
  const angle = Math.abs(value - MERIDIAN)
  const degrees = Math.floor(angle / DEGREE)
  const minutes = Math.floor((angle % DEGREE) / MINUTE)
  const seconds = ((angle % MINUTE) / 1000).toFixed(3)
  return `${degrees} ${minutes} ${seconds} ${value < MERIDIAN ? negative : positive}`
}

function sizeToText(octet: number): string {
  // Zero times a power of ten is zero in text, and would not come back as the same octet.
  if (octet >> 4 === 0 && octet !== 0) throw new RdataError('size or precision of 0 as octet 0', `octet ${octet}`)
  const centimetres = (octet >> 4) * 10 ** (octet & 15)
  return centimetres % 100 === 0 ? `${centimetres / 100}m` : `${(centimetres / 100).toFixed(2)}m`
}

const labels = ['size', 'horizontal precision', 'vertical precision'] as const

const location: Field = {
  size: SIZE,
  parse(reader, out, at) {
    out[at] = 0
    writeUint32(out, at + 4, parseAngle(reader, 'latitude', 90))
    writeUint32(out, at + 8, parseAngle(reader, 'longitude', 180))
    writeUint32(out, at + 12, parseAltitude(reader))
    for (let i = 0; i < 3; i++) out[at + 1 + i] = reader.more() ? parseSize(reader, labels[i]!) : DEFAULTS[i]!
    return at + SIZE
  },
  measure(rdata, at, end) {
    needOctets(at, end, SIZE, 'location (16 octets)')
    // RFC 1876 2: the version must be zero, and other versions say nothing about what follows.
    if (rdata[at] !== 0) throw new RdataError('location of version 0', `version ${rdata[at]}`)
    for (let i = 1; i <= 3; i++) {
      if (rdata[at + i]! >> 4 > 9 || (rdata[at + i]! & 15) > 9) {
        throw new RdataError(`${labels[i - 1]} of two decimal digits`, `octet ${rdata[at + i]}`)
      }
    }
    if (Math.abs(readUint32(rdata, at + 4) - MERIDIAN) > 90 * DEGREE) {
      throw new RdataError('latitude up to 90 degrees', 'more')
    }
    if (Math.abs(readUint32(rdata, at + 8) - MERIDIAN) > 180 * DEGREE) {
      throw new RdataError('longitude up to 180 degrees', 'more')
    }
    return at + SIZE
  },
  print(rdata, at) {
    const latitude = angleToText(readUint32(rdata, at + 4), 'N', 'S')
    const longitude = angleToText(readUint32(rdata, at + 8), 'E', 'W')
    const altitude = ((readUint32(rdata, at + 12) - SPHEROID) / 100).toFixed(2)
    const sizes = [1, 2, 3].map((i) => sizeToText(rdata[at + i]!))
    return `${latitude} ${longitude} ${altitude}m ${sizes.join(' ')}`
  },
}

/** A place on earth (RFC 1876 2). */
export const loc: RdataFormat = { type: RRType.LOC, fields: [location] }
