import { BlockList, isIPv4, isIPv6, SocketAddress } from 'node:net'
import { quoted, refuse } from './refuse.ts'

/**
 * Where no resolver can reach a nameserver, whichever network it stands in (RFC 6890 2.2.2, 2.2.3: not forwardable, or no
 * destination at all). Private and documentation addresses are not among them: zones of private networks, and those of
 * tests, hold them by right.
 */
const ranges: readonly (readonly [string, number, string])[] = [
  ['0.0.0.0', 8, 'of "this network" (RFC 1122 3.2.1.3)'],
  ['127.0.0.0', 8, 'a loopback address (RFC 1122 3.2.1.3)'],
  ['169.254.0.0', 16, 'a link-local address (RFC 3927)'],
  ['224.0.0.0', 4, 'a multicast address (RFC 5771)'],
  ['240.0.0.0', 4, 'reserved or the broadcast address (RFC 1112 4)'],
  ['::', 128, 'the unspecified address (RFC 4291 2.5.2)'],
  ['::1', 128, 'the loopback address (RFC 4291 2.5.3)'],
  ['::ffff:0:0', 96, 'an IPv4 address mapped into IPv6 (RFC 4291 2.5.5.2): give the IPv4 address'],
  ['fe80::', 10, 'a link-local address (RFC 4291 2.5.6)'],
  ['ff00::', 8, 'a multicast address (RFC 4291 2.7)'],
]
const familyOf = (address: string) => (address.includes(':') ? 'ipv6' : 'ipv4')
// A list for each family: in a list of both, ::ffff:0:0/96 matches every IPv4 address.
const unreachable = { ipv4: new BlockList(), ipv6: new BlockList() }
for (const [network, prefix] of ranges) unreachable[familyOf(network)].addSubnet(network, prefix, familyOf(network))

/**
 * Reads the address of a nameserver.
 * @param path where in the event it stands
 * @returns as `node:net`'s SocketAddress prints it, so that equal addresses are equal texts
 * @throws FeedRefusal
 */
export function readAddress(text: string, path: string): string {
  const family = isIPv4(text) ? 'ipv4' : isIPv6(text) && !text.includes('%') ? 'ipv6' : undefined
  if (family === undefined) refuse('schema', path, `${quoted(text)} is neither an IPv4 nor an IPv6 address`)
  if (unreachable[family].check(text, family)) {
    refuse('schema', path, `no resolver reaches a nameserver at ${text}, ${whyUnreachable(text, family)}`)
  }
  return new SocketAddress({ address: text, family }).address
}

function whyUnreachable(address: string, family: 'ipv4' | 'ipv6'): string {
  for (const [network, prefix, why] of ranges) {
    if (familyOf(network) !== family) continue
    const range = new BlockList()
    range.addSubnet(network, prefix, family)
    if (range.check(address, family)) return why
  }
  return 'an address that is not forwarded (RFC 6890)'
}
