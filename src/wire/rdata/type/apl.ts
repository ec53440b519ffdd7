import { RRType } from '../../../iana/index.ts'
import { RdataError } from '../error.ts'
import { ipv4ToText, ipv6ToText, parseIpv4, parseIpv6 } from '../field/address.ts'
import { needOctets, readDecimal, readUint16, writeUint16 } from '../field/integer.ts'
import type { Field, RdataFormat } from '../format.ts'

const expected = 'address prefix (family:address/prefix as 1:192.0.2.0/24 or !2:2001:db8::/32)'
const IPV4 = 1
const IPV6 = 2
const HEADER = 4
const NEGATION = 0x80

function octetsOf(family: number): number {
  return family === IPV4 ? 4 : 16
}

/** RFC 3123 5: items of [!]family:address/prefix; 4: an address is written without its trailing zero octets. */
const items: Field = {
  parse(reader, out, at) {
    let to = at
    while (reader.more()) {
      const { buf, start, end } = reader.tokens
      const negated = buf[start] === 0x21
      const from = negated ? start + 1 : start
      const colon = buf.indexOf(0x3a, from)
      const slash = buf.indexOf(0x2f, from)
      if (colon === -1 || slash === -1 || colon >= end || slash >= end || slash < colon) reader.fail(expected)
      const family = readDecimal(buf, from, colon, 0xffff)
      if (family !== IPV4 && family !== IPV6) reader.fail(`${expected}, of family 1 or 2`)
      const parse = family === IPV4 ? parseIpv4 : parseIpv6
      if (!parse(buf, colon + 1, slash, out, to + HEADER)) reader.fail(expected)
      const prefix = readDecimal(buf, slash + 1, end, 8 * octetsOf(family))
      if (prefix === -1) reader.fail(expected)
      let length = octetsOf(family)
      while (length > 0 && out[to + HEADER + length - 1] === 0) length--
      writeUint16(out, to, family)
      out[to + 2] = prefix
      out[to + 3] = (negated ? NEGATION : 0) | length
      to += HEADER + length
    }
    return to
  },
  measure(rdata, at, end) {
    let next = at
    while (next < end) {
      needOctets(next, end, HEADER, expected)
      const family = readUint16(rdata, next)
      const length = rdata[next + 3]! & ~NEGATION
      needOctets(next, end, HEADER + length, expected)
      if (family === IPV4 || family === IPV6) {
        if (length > octetsOf(family)) throw new RdataError(expected, `address of ${length} octets`)
        if (rdata[next + 2]! > 8 * octetsOf(family)) throw new RdataError(expected, `prefix of ${rdata[next + 2]} bits`)
      }
      if (length > 0 && rdata[next + HEADER + length - 1] === 0) {
        throw new RdataError('address without trailing zero octets', 'one')
      }
      next += HEADER + length
    }
    return next
  },
  print(rdata, at, end) {
    const words: string[] = []
    for (let next = at; next < end; ) {
      const family = readUint16(rdata, next)
      if (family !== IPV4 && family !== IPV6) throw new RdataError('address family 1 or 2', String(family))
      const length = rdata[next + 3]! & ~NEGATION
      const address = new Uint8Array(16)
      address.set(rdata.subarray(next + HEADER, next + HEADER + length))
      const sign = (rdata[next + 3]! & NEGATION) !== 0 ? '!' : ''
      const text = family === IPV4 ? ipv4ToText(address, 0) : ipv6ToText(address, 0)
      words.push(`${sign}${family}:${text}/${rdata[next + 2]}`)
      next += HEADER + length
    }
    return words.join(' ')
  },
}

/** A list of address prefixes (RFC 3123 4), which may be empty. */
export const apl: RdataFormat = { type: RRType.APL, fields: [items] }
