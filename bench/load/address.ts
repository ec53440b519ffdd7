import { isIPv6 } from 'node:net'
import * as libc from './libc.ts'

/** A struct sockaddr_in or sockaddr_in6 of Linux, and its address family. */
export interface SocketAddress {
  readonly family: number
  readonly octets: Uint8Array
}

/** @param host IPv4 or IPv6 address in text */
export function socketAddress(host: string, port: number): SocketAddress {
  const v6 = isIPv6(host)
  const octets = new Uint8Array(v6 ? 28 : 16)
  const view = new DataView(octets.buffer)
  view.setUint16(0, v6 ? libc.AF_INET6 : libc.AF_INET, true)
  view.setUint16(2, port)
  if (v6) {
    const [left = '', right] = host.split('::')
    const groups = (text: string) => (text === '' ? [] : text.split(':').map((group) => Number.parseInt(group, 16)))
    const first = groups(left)
    const last = right === undefined ? [] : groups(right)
    for (const [i, group] of first.entries()) view.setUint16(8 + 2 * i, group)
    for (const [i, group] of last.entries()) view.setUint16(24 - 2 * last.length + 2 * i, group)
  } else octets.set(host.split('.').map(Number), 4)
  return { family: v6 ? libc.AF_INET6 : libc.AF_INET, octets }
}
