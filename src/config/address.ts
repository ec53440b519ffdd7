import { type ListenAddress, ListenAddressError, parseListenAddress } from '../net/index.ts'

/** The port of the DNS (RFC 1035 4.2). */
const DNS_PORT = 53

/**
 * Reads an address to listen on. Port 0 is refused: each thread and each protocol would be given a port of its own.
 * @throws ListenAddressError
 */
export function parseAddress(text: string, defaultPort = DNS_PORT): ListenAddress {
  const listen = parseListenAddress(text, defaultPort)
  if (listen.port === 0) throw new ListenAddressError(text, 'expected a port from 1 to 65535 after the address')
  return listen
}

/**
 * Reads the address of a server to ask.
 * @throws Error, which says what is expected
 */
export function parseServer(text: string): ListenAddress {
  try {
    return parseAddress(text)
  } catch (error) {
    if (!(error instanceof ListenAddressError)) throw error
    throw new Error(`'${text}' is no server's address: expected ADDRESS or ADDRESS@PORT, as in 192.0.2.1@53`)
  }
}
