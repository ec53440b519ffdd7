import koffi from 'koffi'

/**
 * The system calls of the load generator. They are bound here a second time, not taken from the server's listeners: a
 * tool that measures those must not change when they do.
 */
const library = koffi.load(null)

export const socket = library.func('int socket(int domain, int type, int protocol)') as (
  domain: number,
  type: number,
  protocol: number,
) => number
export const connect = library.func('int connect(int fd, const void *address, uint32_t length)') as (
  fd: number,
  address: Uint8Array,
  length: number,
) => number
export const setsockopt = library.func(
  'int setsockopt(int fd, int level, int option, const void *value, uint32_t length)',
) as (fd: number, level: number, option: number, value: Int32Array, length: number) => number
export const close = library.func('int close(int fd)') as (fd: number) => number
export const poll = library.func('int poll(uintptr_t descriptors, unsigned long count, int milliseconds)') as (
  descriptors: number,
  count: number,
  milliseconds: number,
) => number

/** Blocks the thread. @param milliseconds whole */
export function sleepFor(milliseconds: number): void {
  poll(0, 0, milliseconds)
}

export const sendmmsg = library.func('int sendmmsg(int fd, uintptr_t messages, unsigned int count, int flags)') as (
  fd: number,
  messages: number,
  count: number,
  flags: number,
) => number
export const recvmmsg = library.func(
  'int recvmmsg(int fd, uintptr_t messages, unsigned int count, int flags, uintptr_t timeout)',
) as (fd: number, messages: number, count: number, flags: number, timeout: number) => number

export const bind = library.func('int bind(int fd, const void *address, uint32_t length)') as (
  fd: number,
  address: Uint8Array,
  length: number,
) => number
export const send = library.func('long send(int fd, uintptr_t octets, size_t length, int flags)') as (
  fd: number,
  octets: number,
  length: number,
  flags: number,
) => number
export const recv = library.func('long recv(int fd, uintptr_t octets, size_t length, int flags)') as (
  fd: number,
  octets: number,
  length: number,
  flags: number,
) => number

export function errno(): number {
  return koffi.errno()
}

/** Where a buffer lies in memory; it stays there as long as the buffer lives. */
export function addressOf(memory: ArrayBuffer): number {
  return Number(koffi.address(memory))
}

export const AF_INET = 2
export const AF_INET6 = 10
export const SOCK_DGRAM = 2
export const SOCK_STREAM = 1
export const SOCK_NONBLOCK = 0x800
export const SOL_SOCKET = 1
export const SOL_IP = 0
export const IPPROTO_TCP = 6
export const TCP_NODELAY = 1
export const IP_BIND_ADDRESS_NO_PORT = 24
export const SO_SNDBUF = 7
export const SO_RCVBUF = 8
export const MSG_DONTWAIT = 0x40
export const MSG_NOSIGNAL = 0x4000
export const POLLIN = 1
export const POLLOUT = 4
export const EAGAIN = 11
export const EINPROGRESS = 115
export const ECONNREFUSED = 111
