import { BlockList, isIP } from 'node:net'

const LOOPBACK = new BlockList()
LOOPBACK.addSubnet('127.0.0.0', 8, 'ipv4')
LOOPBACK.addAddress('::1', 'ipv6')

/** Where a listener listens, or listened once the port 0 has become a real one. */
export interface ListenAddress {
  /** An IPv4 or IPv6 address in text, an IPv6 one without brackets and with its zone (`fe80::1%eth0`) when it has one. */
  readonly address: string
  /** 0 to 65,535; 0 lets the system choose. */
  readonly port: number
}

/** A listening address that cannot be read; `text` is what was given. */
export class ListenAddressError extends Error {
  readonly text: string

  constructor(text: string, expected: string) {
    super(`'${text}' is not a listening address: ${expected}`)
    this.name = 'ListenAddressError'
    this.text = text
  }
}

/**
 * Reads `ADDRESS`, `ADDRESS@PORT`, `[IPV6]:PORT` or `IPV4:PORT`.
 * @throws ListenAddressError when the address is no IP address or the port no number from 0 to 65,535
 */
export function parseListenAddress(text: string, defaultPort: number): ListenAddress {
  const match =
    /^\[([^\]]*)\](?::(.*))?$/s.exec(text) ??
    /^([^@]*)@(.*)$/s.exec(text) ??
    /^(\d+\.[\d.]*):(.*)$/s.exec(text) ??
    undefined
  const address = match === undefined ? text : match[1]!
  const portText = match?.[2]
  if (isIP(address) === 0) throw new ListenAddressError(text, 'expected an IPv4 or IPv6 address, then @ and a port')
  const port = portText === undefined ? defaultPort : Number(portText)
  if (portText !== undefined && !(/^\d{1,5}$/.test(portText) && port <= 65_535)) {
    throw new ListenAddressError(text, 'expected a port from 0 to 65535 after the address')
  }
  return { address, port }
}

/** `ADDRESS@PORT`, the form that the command line and the log use. */
export function formatListenAddress({ address, port }: ListenAddress): string {
  return `${address}@${port}`
}

/** 4 or 6; the address must be valid. */
export function familyOf(address: string): 4 | 6 {
  return isIP(address) === 6 ? 6 : 4
}

/** True for an address that only programs of this host can reach (RFC 1122 3.2.1.3, RFC 4291 2.5.3). */
export function isLoopback(address: string): boolean {
  return LOOPBACK.check(address, familyOf(address) === 4 ? 'ipv4' : 'ipv6')
}

/** True for the address that stands for every address of the host (RFC 1122 3.2.1.3, RFC 4291 2.5.2). */
export function isWildcard(address: string): boolean {
  return familyOf(address) === 4 ? address === '0.0.0.0' : /^[0:]+$/.test(address)
}
