import { type ListenAddress, ListenAddressError, parseListenAddress } from '../net/index.ts'

/** The port of the DNS (RFC 1035 4.2). */
const DNS_PORT = 53

/**
 * Reads an address to listen on. Port 0 is refused: each thread and each protocol would be given a port of its own.
 * @throws ListenAddressError
 */
export function parseAddress(text: string): ListenAddress {
  const listen = parseListenAddress(text, DNS_PORT)
  if (listen.port === 0) throw new ListenAddressError(text, 'expected a port from 1 to 65535 after the address')
  return listen
}
