import { typeFromOctets, typeToText } from '../../../iana/index.ts'
import { RdataError } from '../error.ts'
import type { Field } from '../format.ts'
import { needOctets, readUint16, writeUint16 } from './integer.ts'

/** One record type, as a mnemonic or TYPEn. */
export function typeCode(label: string): Field {
  const expected = `${label} (a record type)`
  return {
    size: 2,
    parse(reader, out, at) {
      const { buf, start, end } = reader.take(expected)
      const type = typeFromOctets(buf, start, end)
      if (type === -1) reader.fail(expected)
      writeUint16(out, at, type)
      return at + 2
    },
    measure(_rdata, at, end) {
      needOctets(at, end, 2, expected)
      return at + 2
    },
    print: (rdata, at) => typeToText(readUint16(rdata, at)),
  }
}

const WINDOW_OCTETS = 32

// The types of one bitmap while it is read, one bit each, and the windows they touched. What the last bitmap left (or
// one broken off by an error) is cleared before the next, and no more than that.
const bitmap = new Uint8Array(256 * WINDOW_OCTETS)
const lastOctet = new Int8Array(256).fill(-1)
let low = 255
let high = 0

function beginBitmap(): void {
  for (let window = low; window <= high; window++) {
    if (lastOctet[window] === -1) continue
    bitmap.fill(0, window * WINDOW_OCTETS, (window + 1) * WINDOW_OCTETS)
    lastOctet[window] = -1
  }
  low = 255
  high = 0
}

/** A type bitmap (RFC 4034 4.1.2) up to the end of the rdata, as a list of types in any order; it may be empty. */
export function typeBitmap(label: string): Field {
  const expected = `${label} (record types)`
  return {
    parse(reader, out, at) {
      beginBitmap()
      while (reader.more()) {
        const { buf, start, end } = reader.tokens
        const type = typeFromOctets(buf, start, end)
        if (type === -1) reader.fail(expected)
        const window = type >> 8
        const octet = (type & 0xff) >> 3
        bitmap[window * WINDOW_OCTETS + octet]! |= 0x80 >> (type & 7)
        if (octet > lastOctet[window]!) lastOctet[window] = octet
        if (window < low) low = window
        if (window > high) high = window
      }
      let to = at
      for (let window = low; window <= high; window++) {
        const octets = lastOctet[window]! + 1
        if (octets === 0) continue
        out[to++] = window
        out[to++] = octets
        for (let i = 0; i < octets; i++) out[to++] = bitmap[window * WINDOW_OCTETS + i]!
      }
      return to
    },
    measure(rdata, at, end) {
      let next = at
      let previous = -1
      while (next < end) {
        needOctets(next, end, 3, `${label} (window, length, bitmap)`)
        const window = rdata[next]!
        const octets = rdata[next + 1]!
        if (window <= previous) throw new RdataError(`${label} with ascending windows`, `window ${window}`)
        if (octets < 1 || octets > WINDOW_OCTETS) throw new RdataError(`${label} of 1 to 32 octets`, `${octets} octets`)
        needOctets(next, end, 2 + octets, `${label} (a bitmap of ${octets} octets)`)
        // RFC 4034 4.1.2: trailing zero octets are omitted, and windows without types are not included.
        if (rdata[next + 1 + octets] === 0) throw new RdataError(`${label} without trailing zero octets`, 'one')
        previous = window
        next += 2 + octets
      }
      return next
    },
    print: (rdata, at, end) => bitmapTypes(rdata, at, end).map(typeToText).join(' '),
  }
}

/** The type codes in a well-formed bitmap, ascending. */
export function bitmapTypes(rdata: Uint8Array, at: number, end: number): number[] {
  const types: number[] = []
  for (let next = at; next < end; next += 2 + rdata[next + 1]!) {
    for (let bit = 0; bit < rdata[next + 1]! * 8; bit++) {
      if ((rdata[next + 2 + (bit >> 3)]! & (0x80 >> (bit & 7))) !== 0) types.push((rdata[next]! << 8) | bit)
    }
  }
  return types
}
