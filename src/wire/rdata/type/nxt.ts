import { RRType, typeFromOctets, typeToText } from '../../../iana/index.ts'
import { RdataError } from '../error.ts'
import { domainName } from '../field/name.ts'
import type { Field, RdataFormat } from '../format.ts'

const expected = 'types (below 128)'
const MAX_OCTETS = 16

/** RFC 2535 5.2: one bit a type from 1 to 127; bit 0 set would mean another format. */
const bitmap: Field = {
  parse(reader, out, at) {
    out.fill(0, at, at + MAX_OCTETS)
    let octets = 0
    while (reader.more()) {
      const { buf, start, end } = reader.tokens
      const type = typeFromOctets(buf, start, end)
      if (type < 1 || type > 127) reader.fail(expected)
      out[at + (type >> 3)]! |= 0x80 >> (type & 7)
      octets = Math.max(octets, (type >> 3) + 1)
    }
    return at + octets
  },
  measure(rdata, at, end) {
    if (end - at > MAX_OCTETS) throw new RdataError('type bitmap of at most 16 octets', `${end - at} octets`)
    if (at < end && (rdata[at]! & 0x80) !== 0) throw new RdataError('type bitmap whose first bit is zero', 'one')
    if (at < end && rdata[end - 1] === 0) throw new RdataError('type bitmap without trailing zero octets', 'one')
    return end
  },
  print(rdata, at, end) {
    const types: string[] = []
    for (let type = 1; type < (end - at) * 8; type++) {
      if ((rdata[at + (type >> 3)]! & (0x80 >> (type & 7))) !== 0) types.push(typeToText(type))
    }
    return types.join(' ')
  },
}

/** The next owner in a zone of the first DNSSEC, obsolete (RFC 2535 5). */
export const nxt: RdataFormat = {
  type: RRType.NXT,
  fields: [domainName('next owner'), bitmap],
  lowerCasedNames: true,
}
