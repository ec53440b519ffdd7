import { algorithmFromText } from '../../../iana/index.ts'
import type { Field } from '../format.ts'
import { needOctets, readDecimal } from './integer.ts'

/** A DNSSEC algorithm, as a number or a mnemonic (RFC 4034 2.2, 3.2, 5.3); written as a number. */
export function algorithmNumber(label: string): Field {
  const expected = `${label} (0 to 255, or a DNSSEC algorithm's mnemonic)`
  return {
    size: 1,
    parse(reader, out, at) {
      const { buf, start, end } = reader.take(expected)
      let value: number | undefined = readDecimal(buf, start, end, 255)
      if (value === -1) value = algorithmFromText(new TextDecoder().decode(buf.subarray(start, end)))
      if (value === undefined) return reader.fail(expected)
      out[at] = value
      return at + 1
    },
    measure(_rdata, at, end) {
      needOctets(at, end, 1, expected)
      return at + 1
    },
    print: (rdata, at) => String(rdata[at]),
  }
}
