import { familyOf, isWildcard, type ListenAddress } from './address.ts'
import { errnoName } from './errno.ts'
import { BindError } from './errors.ts'
import {
  AF_INET,
  AF_INET6,
  IP_MTU_DISCOVER,
  IP_PKTINFO,
  IPPROTO_IP,
  IPPROTO_IPV6,
  IPV6_MTU_DISCOVER,
  IPV6_RECVPKTINFO,
  IPV6_V6ONLY,
  type Libc,
  PMTUDISC_OMIT,
  SO_RCVBUF,
  SO_RCVBUFFORCE,
  SO_RCVTIMEO,
  SO_REUSEPORT,
  SO_SNDBUF,
  SO_SNDBUFFORCE,
  SO_SNDTIMEO,
  SOCK_CLOEXEC,
  SOCK_DGRAM,
  SOL_SOCKET,
} from './libc.ts'
import { socketBufferNotes } from './socket-buffer.ts'
import { STOP_INTERVAL } from './stop.ts'

/** A bound UDP socket made by system calls; whoever holds it closes `fd`. */
export interface UdpSocket {
  readonly fd: number
  readonly family: 4 | 6
  /** Bound to every address of the host, so that each packet has to say which one it came to. */
  readonly wildcard: boolean
  /** The address as bound, with its real port. */
  readonly address: ListenAddress
  readonly notes: readonly string[]
}

export interface UdpSocketOptions {
  readonly sharePort: boolean
  /** Octets. */
  readonly receiveBuffer: number
  readonly sendBuffer: number
}

/** Makes and binds a blocking socket. @throws BindError */
export function openUdpSocket(libc: Libc, listen: ListenAddress, options: UdpSocketOptions): UdpSocket {
  const family = familyOf(listen.address)
  const wildcard = isWildcard(listen.address)
  const failed = () => new BindError('udp', listen, errnoName(libc.errno()))
  const fd = libc.socket(family === 4 ? AF_INET : AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0)
  if (fd < 0) throw failed()
  const set = (level: number, option: number, value: number) =>
    libc.setsockopt(fd, level, option, Int32Array.of(value), 4) === 0
  const require = (done: boolean) => {
    if (!done) throw failed()
  }
  try {
    if (options.sharePort) require(set(SOL_SOCKET, SO_REUSEPORT, 1))
    if (family === 6) require(set(IPPROTO_IPV6, IPV6_V6ONLY, 1))
    if (wildcard) {
      require(family === 4 ? set(IPPROTO_IP, IP_PKTINFO, 1) : set(IPPROTO_IPV6, IPV6_RECVPKTINFO, 1))
    }
    // A forged ICMP message could otherwise make this host fragment its replies (RFC 9715 3.1, R2).
    if (family === 4) set(IPPROTO_IP, IP_MTU_DISCOVER, PMTUDISC_OMIT)
    else set(IPPROTO_IPV6, IPV6_MTU_DISCOVER, PMTUDISC_OMIT)
    require(setTimeout(libc, fd, SO_RCVTIMEO))
    require(setTimeout(libc, fd, SO_SNDTIMEO))
    const notes = [
      ...sizeBuffer(libc, fd, listen, 'receive', SO_RCVBUFFORCE, SO_RCVBUF, options.receiveBuffer),
      ...sizeBuffer(libc, fd, listen, 'send', SO_SNDBUFFORCE, SO_SNDBUF, options.sendBuffer),
    ]
    const name = socketName(libc, listen)
    if (name === undefined) throw new BindError('udp', listen, 'EINVAL')
    require(libc.bind(fd, name, name.length) === 0)
    const port = boundPort(libc, fd)
    if (port < 0) throw failed()
    return { fd, family, wildcard, address: { address: listen.address, port }, notes }
  } catch (error) {
    libc.close(fd)
    throw error
  }
}

/** Bounds how long one call may block, so that the thread comes back to look at its flags. */
function setTimeout(libc: Libc, fd: number, option: number): boolean {
  const timeval = BigInt64Array.of(0n, BigInt(STOP_INTERVAL * 1_000))
  return libc.setsockopt(fd, SOL_SOCKET, option, timeval, timeval.byteLength) === 0
}

function sizeBuffer(
  libc: Libc,
  fd: number,
  listen: ListenAddress,
  direction: 'receive' | 'send',
  forcing: number,
  polite: number,
  wanted: number,
): string[] {
  const value = Int32Array.of(wanted)
  // The forcing option passes the system's maximum, but only for those with CAP_NET_ADMIN.
  if (libc.setsockopt(fd, SOL_SOCKET, forcing, value, 4) === 0) return []
  libc.setsockopt(fd, SOL_SOCKET, polite, value, 4)
  if (libc.getsockopt(fd, SOL_SOCKET, polite, value, Int32Array.of(4)) !== 0) return []
  return socketBufferNotes(listen, direction, value[0]!, wanted)
}

/** The sockaddr_in or sockaddr_in6 of an address; undefined when it does not stand for one. */
function socketName(libc: Libc, { address, port }: ListenAddress): Uint8Array | undefined {
  const [host = '', zone] = address.split('%')
  const family = familyOf(address)
  const name = new Uint8Array(family === 4 ? SOCKADDR_IN_SIZE : SOCKADDR_IN6_SIZE)
  const view = new DataView(name.buffer)
  view.setUint16(0, family === 4 ? AF_INET : AF_INET6, true)
  view.setUint16(2, port)
  if (family === 4) return libc.inet_pton(AF_INET, host, name.subarray(4, 8)) === 1 ? name : undefined
  if (libc.inet_pton(AF_INET6, host, name.subarray(8, 24)) !== 1) return undefined
  if (zone !== undefined) {
    const index = /^\d+$/.test(zone) ? Number(zone) : libc.if_nametoindex(zone)
    if (index === 0) return undefined
    view.setUint32(24, index, true)
  }
  return name
}

function boundPort(libc: Libc, fd: number): number {
  const name = new Uint8Array(SOCKADDR_IN6_SIZE)
  if (libc.getsockname(fd, name, Int32Array.of(name.length)) !== 0) return -1
  return (name[2]! << 8) | name[3]!
}

export const SOCKADDR_IN_SIZE = 16
export const SOCKADDR_IN6_SIZE = 28
