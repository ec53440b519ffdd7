import { RRType } from '../../../iana/index.ts'
import { RdataError } from '../error.ts'
import { needOctets, uint8 } from '../field/integer.ts'
import { remainingText } from '../field/text.ts'
import type { Field, RdataFormat } from '../format.ts'

const expected = 'property tag (1 to 255 ASCII letters and digits)'

function isLetterOrDigit(octet: number): boolean {
  const letter = octet | 0x20
  return (octet >= 0x30 && octet <= 0x39) || (letter >= 0x61 && letter <= 0x7a)
}

/** RFC 8659 4.1, 4.1.1: a length octet and the tag, written without quotes. */
const tag: Field = {
  parse(reader, out, at) {
    const { buf, start, end } = reader.take(expected)
    if (end - start < 1 || end - start > 255) reader.fail(expected)
    out[at] = end - start
    for (let i = start; i < end; i++) {
      if (!isLetterOrDigit(buf[i]!)) reader.fail(expected)
      out[at + 1 + i - start] = buf[i]!
    }
    return at + 1 + end - start
  },
  measure(rdata, at, end) {
    needOctets(at, end, 2, expected)
    const length = rdata[at]!
    needOctets(at, end, 1 + length, expected)
    if (length === 0 || !rdata.subarray(at + 1, at + 1 + length).every(isLetterOrDigit)) {
      throw new RdataError(expected, 'other octets')
    }
    return at + 1 + length
  },
  print: (rdata, at) => String.fromCharCode(...rdata.subarray(at + 1, at + 1 + rdata[at]!)),
}

/** Which authorities may issue certificates (RFC 8659 4). */
export const caa: RdataFormat = { type: RRType.CAA, fields: [uint8('flags'), tag, remainingText('value')] }
