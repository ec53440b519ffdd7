import { RRType } from '../../../iana/index.ts'
import { RdataError } from '../error.ts'
import { hexToText, parseDottedHex } from '../field/hex.ts'
import type { Field, RdataFormat } from '../format.ts'

const expected = 'ATM address (+ and decimal digits, or hexadecimal digits with dots)'
/** ATM Name System specification 5.3: the format octet tells the two kinds apart. */
const AESA = 0
const E164 = 1
const PLUS = 0x2b

function isDigit(octet: number): boolean {
  return octet >= 0x30 && octet <= 0x39
}

const address: Field = {
  parse(reader, out, at) {
    const { buf, start, end } = reader.take(expected)
    if (buf[start] !== PLUS) {
      out[at] = AESA
      const to = parseDottedHex(buf, start, end, out, at + 1)
      if (to === -1 || to === at + 1) reader.fail(expected)
      return to
    }
    out[at] = E164
    if (end === start + 1) reader.fail(expected)
    for (let from = start + 1; from < end; from++) {
      if (!isDigit(buf[from]!)) reader.fail(expected)
      out[at + from - start] = buf[from]!
    }
    return at + end - start
  },
  measure(rdata, at, end) {
    if (end - at < 2) throw new RdataError(expected, `${end - at} octets`)
    if (rdata[at] === E164 && !rdata.subarray(at + 1, end).every(isDigit)) {
      throw new RdataError('ATM address of decimal digits', 'other octets')
    }
    return end
  },
  print(rdata, at, end) {
    if (rdata[at] === AESA) return hexToText(rdata, at + 1, end)
    if (rdata[at] === E164) return `+${String.fromCharCode(...rdata.subarray(at + 1, end))}`
    throw new RdataError('ATM address of format 0 or 1', `format ${rdata[at]}`)
  },
}

/** An address on an ATM network (ATM Forum, ATM Name System). */
export const atma: RdataFormat = { type: RRType.ATMA, fields: [address] }
