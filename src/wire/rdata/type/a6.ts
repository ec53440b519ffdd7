import { RRType } from '../../../iana/index.ts'
import { nameTextAt } from '../../name-text.ts'
import { RdataError } from '../error.ts'
import { ipv6ToText, parseIpv6 } from '../field/address.ts'
import { needOctets, uint8 } from '../field/integer.ts'
import { measureName, parseNameToken } from '../field/name.ts'
import type { Field, RdataFormat } from '../format.ts'

const SUFFIX = 'address suffix (an IPv6 address)'
const PREFIX_NAME = 'prefix name (a domain name)'

/** RFC 2874 3.1: the octets that the prefix, whose length stands first, leaves over. */
function suffixOctets(rdata: Uint8Array, start: number): number {
  return (128 - rdata[start]! + 7) >> 3
}

/** RFC 2874 3.1, 3.2: the address without its prefix, in text as a whole IPv6 address; left out for prefix 128. */
const suffix: Field = {
  parse(reader, out, at, start) {
    const octets = suffixOctets(out, start)
    if (octets === 0) return at
    const { buf, start: from, end } = reader.take(SUFFIX)
    const prefix = out[start]!
    if (!parseIpv6(buf, from, end, out, at)) reader.fail(SUFFIX)
    out.copyWithin(at, at + 16 - octets, at + 16)
    // RFC 2874 3.1: the bits of the first octet that belong to the prefix are zero.
    out[at] = out[at]! & (0xff >> (prefix & 7))
    return at + octets
  },
  measure(rdata, at, end, start) {
    needOctets(at, end, suffixOctets(rdata, start), SUFFIX)
    return at + suffixOctets(rdata, start)
  },
  print(rdata, at, end, start) {
    if (suffixOctets(rdata, start) === 0) return ''
    if ((rdata[at]! & ~(0xff >> (rdata[start]! & 7))) !== 0) throw new RdataError('prefix bits of zero', 'others')
    const address = new Uint8Array(16)
    address.set(rdata.subarray(at, end), 16 - (end - at))
    return ipv6ToText(address, 0)
  },
}

/** RFC 2874 3.1: the name that has the prefix; left out for prefix 0. */
const prefixName: Field = {
  parse(reader, out, at, start) {
    if (out[start] === 0) return at
    reader.take(PREFIX_NAME)
    return parseNameToken(reader, out, at, PREFIX_NAME)
  },
  measure: (rdata, at, end, start) => (rdata[start] === 0 ? at : measureName(rdata, at, end, PREFIX_NAME)),
  print: (rdata, at, _end, start) => (rdata[start] === 0 ? '' : nameTextAt(rdata, at)),
  visitNames(rdata, at, end, start, visit) {
    if (rdata[start] !== 0) visit(at, end - at)
  },
}

/** A part of an IPv6 address and the name of the rest, historic (RFC 2874 3, RFC 6563). */
export const a6: RdataFormat = {
  type: RRType.A6,
  fields: [uint8('prefix length', 128), suffix, prefixName],
  lowerCasedNames: true,
}
