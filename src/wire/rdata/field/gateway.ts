import { nameTextAt } from '../../name-text.ts'
import { RdataError } from '../error.ts'
import type { Field } from '../format.ts'
import { ipv4ToText, ipv6ToText, parseIpv4, parseIpv6 } from './address.ts'
import { needOctets } from './integer.ts'
import { measureName, parseNameToken } from './name.ts'

/** RFC 4025 2.5 and RFC 8777 4.2.3 give the same numbers to the kinds of gateway. */
const GatewayType = { None: 0, Ipv4: 1, Ipv6: 2, Name: 3 } as const

/**
 * A gateway whose kind stands in the rdata's second octet, in the bits of `mask`: `.` for none, an address, or an
 * uncompressed name. Rdata with a kind not known here has only the unknown form.
 */
export function gateway(label: string, mask: number): Field {
  const kindOf = (rdata: Uint8Array, start: number): number => rdata[start + 1]! & mask
  return {
    parse(reader, out, at, start) {
      const { buf, start: from, end } = reader.take(`${label} (an address, a domain name, or .)`)
      switch (kindOf(out, start)) {
        case GatewayType.None:
          if (end - from !== 1 || buf[from] !== 0x2e) reader.fail(`. as ${label} of type 0`)
          return at
        case GatewayType.Ipv4:
          if (!parseIpv4(buf, from, end, out, at)) reader.fail(`${label} (an IPv4 address)`)
          return at + 4
        case GatewayType.Ipv6:
          if (!parseIpv6(buf, from, end, out, at)) reader.fail(`${label} (an IPv6 address)`)
          return at + 16
        case GatewayType.Name:
          return parseNameToken(reader, out, at, `${label} (a domain name)`)
        default:
          return reader.fail(`${label} type 0 to 3, or rdata in the unknown form`)
      }
    },
    measure(rdata, at, end, start) {
      switch (kindOf(rdata, start)) {
        case GatewayType.None:
          return at
        case GatewayType.Ipv4:
          needOctets(at, end, 4, `${label} (an IPv4 address)`)
          return at + 4
        case GatewayType.Ipv6:
          needOctets(at, end, 16, `${label} (an IPv6 address)`)
          return at + 16
        case GatewayType.Name:
          return measureName(rdata, at, end, `${label} (a domain name)`)
        default:
          return end
      }
    },
    print(rdata, at, _end, start) {
      switch (kindOf(rdata, start)) {
        case GatewayType.None:
          return '.'
        case GatewayType.Ipv4:
          return ipv4ToText(rdata, at)
        case GatewayType.Ipv6:
          return ipv6ToText(rdata, at)
        case GatewayType.Name:
          return nameTextAt(rdata, at)
        default:
          throw new RdataError(`${label} type 0 to 3`, String(kindOf(rdata, start)))
      }
    },
    visitNames(rdata, at, end, start, visit) {
      if (kindOf(rdata, start) === GatewayType.Name) visit(at, end - at)
    },
  }
}
