import { RRType } from '../../../iana/index.ts'
import { RdataError } from '../error.ts'
import { hexToText, parseDottedHex } from '../field/hex.ts'
import type { Field, RdataFormat } from '../format.ts'

const expected = 'NSAP address (0x and hexadecimal digits, dots between them)'

/** RFC 1706 7: "0x", then digits two an octet; dots anywhere are for the reader's eye. */
const address: Field = {
  parse(reader, out, at) {
    const { buf, start, end } = reader.take(expected)
    if (buf[start] !== 0x30 || (buf[start + 1]! | 0x20) !== 0x78) reader.fail(expected)
    const to = parseDottedHex(buf, start + 2, end, out, at)
    if (to === -1 || to === at) reader.fail(expected)
    return to
  },
  measure(_rdata, at, end) {
    if (at === end) throw new RdataError(expected, 'no octets')
    return end
  },
  print: (rdata, at, end) => `0x${hexToText(rdata, at, end)}`,
}

/** An address of OSI's network service (RFC 1706 5). */
export const nsap: RdataFormat = { type: RRType.NSAP, fields: [address] }
