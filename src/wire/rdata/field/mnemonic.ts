import { algorithmFromText } from '../../../iana/index.ts'
import type { Field } from '../format.ts'
import { needOctets, readDecimal, readUint16, writeUint16 } from './integer.ts'

/** A number of one or two octets that may also be given by name; written as a number. */
export function namedNumber(label: string, octets: 1 | 2, fromText: (text: string) => number | undefined): Field {
  const max = octets === 1 ? 0xff : 0xffff
  const expected = `${label} (0 to ${max}, or its mnemonic)`
  return {
    size: octets,
    parse(reader, out, at) {
      const { buf, start, end } = reader.take(expected)
      let value: number | undefined = readDecimal(buf, start, end, max)
      if (value === -1) value = fromText(new TextDecoder().decode(buf.subarray(start, end)))
      if (value === undefined) return reader.fail(expected)
      if (octets === 1) out[at] = value
      else writeUint16(out, at, value)
      return at + octets
    },
    measure(_rdata, at, end) {
      needOctets(at, end, octets, expected)
      return at + octets
    },
    print: (rdata, at) => String(octets === 1 ? rdata[at] : readUint16(rdata, at)),
  }
}

/** A DNSSEC algorithm, as a number or a mnemonic (RFC 4034 2.2, 3.2, 5.3). */
export function algorithmNumber(label: string): Field {
  return namedNumber(label, 1, algorithmFromText)
}
