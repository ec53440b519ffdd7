import { RRType } from '../../../iana/index.ts'
import { RdataError } from '../error.ts'
import { ipv4Address } from '../field/address.ts'
import { readDecimal } from '../field/integer.ts'
import { namedNumber } from '../field/mnemonic.ts'
import type { Field, RdataFormat } from '../format.ts'

const expected = 'service (a port from 0 to 65535, or its name)'
const MAX_OCTETS = 8192

const protocols = new Map([
  ['icmp', 1],
  ['igmp', 2],
  ['ggp', 3],
  ['tcp', 6],
  ['egp', 8],
  ['udp', 17],
])

/** RFC 1035 3.4.2: services as RFC 1010 names them, with the names that came into use. */
const services = new Map([
  ['rje', 5],
  ['echo', 7],
  ['discard', 9],
  ['users', 11],
  ['systat', 11],
  ['daytime', 13],
  ['netstat', 15],
  ['qotd', 17],
  ['quote', 17],
  ['chargen', 19],
  ['ftp-data', 20],
  ['ftp', 21],
  ['ssh', 22],
  ['telnet', 23],
  ['smtp', 25],
  ['nsw-fe', 27],
  ['msg-icp', 29],
  ['msg-auth', 31],
  ['dsp', 33],
  ['time', 37],
  ['rlp', 39],
  ['graphics', 41],
  ['nameserver', 42],
  ['nicname', 43],
  ['whois', 43],
  ['mpm-flags', 44],
  ['mpm', 45],
  ['mpm-snd', 46],
  ['ni-ftp', 47],
  ['login', 49],
  ['la-maint', 51],
  ['domain', 53],
  ['isi-gl', 55],
  ['bootps', 67],
  ['bootpc', 68],
  ['tftp', 69],
  ['gopher', 70],
  ['finger', 79],
  ['http', 80],
  ['kerberos', 88],
  ['supdup', 95],
  ['hostname', 101],
  ['hostnames', 101],
  ['iso-tsap', 102],
  ['x400', 103],
  ['x400-snd', 104],
  ['csnet-ns', 105],
  ['rtelnet', 107],
  ['pop2', 109],
  ['pop3', 110],
  ['sunrpc', 111],
  ['auth', 113],
  ['sftp', 115],
  ['uucp-path', 117],
  ['nntp', 119],
  ['ntp', 123],
  ['netbios-ns', 137],
  ['netbios-dgm', 138],
  ['netbios-ssn', 139],
  ['imap2', 143],
  ['imap', 143],
  ['snmp', 161],
  ['snmptrap', 162],
  ['bgp', 179],
  ['irc', 194],
  ['ldap', 389],
  ['https', 443],
])

/** RFC 1035 3.4.2: one bit a port, trailing zero octets left out. */
const bitmap: Field = {
  parse(reader, out, at) {
    out.fill(0, at, at + MAX_OCTETS)
    let octets = 0
    while (reader.more()) {
      const { buf, start, end } = reader.tokens
      let port: number | undefined = readDecimal(buf, start, end, 0xffff)
      if (port === -1) port = services.get(new TextDecoder().decode(buf.subarray(start, end)).toLowerCase())
      if (port === undefined) return reader.fail(expected)
      out[at + (port >> 3)]! |= 0x80 >> (port & 7)
      octets = Math.max(octets, (port >> 3) + 1)
    }
    return at + octets
  },
  measure(_rdata, at, end) {
    if (end - at > MAX_OCTETS) throw new RdataError('bitmap of at most 8192 octets', `${end - at} octets`)
    return end
  },
  print(rdata, at, end) {
    if (at < end && rdata[end - 1] === 0) throw new RdataError('bitmap without trailing zero octets', 'one')
    const ports: number[] = []
    for (let port = 0; port < (end - at) * 8; port++) {
      if ((rdata[at + (port >> 3)]! & (0x80 >> (port & 7))) !== 0) ports.push(port)
    }
    return ports.join(' ')
  },
}

/** The well-known services of a host, obsolete (RFC 1035 3.4.2). */
export const wks: RdataFormat = {
  type: RRType.WKS,
  fields: [ipv4Address('address'), namedNumber('protocol', 1, (text) => protocols.get(text.toLowerCase())), bitmap],
}
