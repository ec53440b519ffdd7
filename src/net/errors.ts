import { formatListenAddress, type ListenAddress } from './address.ts'

/** What crosses a thread boundary in a BindError's place; `BindError.from` makes the error again. */
export interface BindErrorData {
  readonly kind: 'bind'
  readonly protocol: 'udp' | 'tcp'
  readonly address: string
  readonly port: number
  /** The system's name of the failure, such as `EADDRINUSE`. */
  readonly code: string
}

/** A listener could not take its address: `message` ends with what the operator can do about it. */
export class BindError extends Error {
  readonly protocol: 'udp' | 'tcp'
  readonly address: string
  readonly port: number
  readonly code: string

  constructor(protocol: 'udp' | 'tcp', { address, port }: ListenAddress, code: string) {
    const where = formatListenAddress({ address, port })
    super(`cannot listen on ${where} (${protocol}): ${code}: ${adviceFor(code, address, port)}`)
    this.name = 'BindError'
    this.protocol = protocol
    this.address = address
    this.port = port
    this.code = code
  }

  /** A plain object that survives postMessage, which keeps neither an error's class nor its fields. */
  toData(): BindErrorData {
    return { kind: 'bind', protocol: this.protocol, address: this.address, port: this.port, code: this.code }
  }

  static from(data: BindErrorData): BindError {
    return new BindError(data.protocol, data, data.code)
  }
}

/** The wanted way of packet input and output does not exist here; `reason` says what is missing. */
export class UdpIoError extends Error {
  readonly reason: string

  constructor(reason: string) {
    super(`batched system calls (mmsg) are not available: ${reason}; use --io dgram or --io auto`)
    this.name = 'UdpIoError'
    this.reason = reason
  }
}

function adviceFor(code: string, address: string, port: number): string {
  switch (code) {
    case 'EADDRINUSE':
      return `another program has port ${port}; find it with 'ss -lnp sport = :${port}' and stop it, or choose another port`
    case 'EACCES':
    case 'EPERM':
      return `this user may not use port ${port}; grant CAP_NET_BIND_SERVICE or choose a port above 1023`
    case 'EADDRNOTAVAIL':
      return `${address} is not an address of this host; 'ip address' lists those that are`
    case 'EAFNOSUPPORT':
      return 'this host has this address family switched off'
    case 'EINVAL':
      return 'the address does not fit; a link-local address needs its interface, as in fe80::1%eth0'
    case 'EMFILE':
    case 'ENFILE':
      return 'no file descriptor is left; raise the limit (ulimit -n, LimitNOFILE)'
    default:
      return 'the system refused it'
  }
}
