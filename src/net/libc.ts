import { createRequire } from 'node:module'

/**
 * The system calls that Node does not offer, by way of koffi. Addresses are plain numbers: a user-space address of a
 * 64-bit Linux has at most 57 bits, and the kernel gives out those above 47 only when asked to.
 *
 * As in C, a negative result is a failure and `errno` says which, until the next call.
 */
export interface Libc {
  socket(domain: number, type: number, protocol: number): number
  close(fd: number): number
  bind(fd: number, address: Uint8Array, length: number): number
  getsockname(fd: number, address: Uint8Array, length: Int32Array): number
  setsockopt(fd: number, level: number, option: number, value: ArrayBufferView, length: number): number
  getsockopt(fd: number, level: number, option: number, value: Int32Array, length: Int32Array): number
  inet_pton(family: number, text: string, address: Uint8Array): number
  if_nametoindex(name: string): number
  poll(descriptors: number, count: number, milliseconds: number): number
  recvmmsg(fd: number, messages: number, count: number, flags: number, timeout: number): number
  sendmmsg(fd: number, messages: number, count: number, flags: number): number
  usleep(microseconds: number): number
  errno(): number
  addressOf(memory: ArrayBuffer): number
}

/** Numbers of asm-generic, which x64 and arm64 share (some other Linux architectures differ). */
export const AF_INET = 2
export const AF_INET6 = 10
export const SOCK_DGRAM = 2
export const SOCK_CLOEXEC = 0o2000000
export const SOL_SOCKET = 1
export const SO_SNDBUF = 7
export const SO_RCVBUF = 8
export const SO_REUSEPORT = 15
export const SO_RCVTIMEO = 20
export const SO_SNDTIMEO = 21
export const SO_SNDBUFFORCE = 32
export const SO_RCVBUFFORCE = 33
export const IPPROTO_IP = 0
export const IP_PKTINFO = 8
export const IP_MTU_DISCOVER = 10
export const IPPROTO_IPV6 = 41
export const IPV6_MTU_DISCOVER = 23
export const IPV6_V6ONLY = 26
export const IPV6_RECVPKTINFO = 49
/** Of both families: packets as large as the interface takes, whatever path MTU someone claims to have found. */
export const PMTUDISC_OMIT = 5
export const MSG_TRUNC = 0x20
export const MSG_DONTWAIT = 0x40
export const MSG_WAITFORONE = 0x10000
export const POLLIN = 1

export type LibcResult = { readonly libc: Libc } | { readonly missing: string }

let loaded: LibcResult | undefined

/** The system calls, or what is missing for having them. Loads the library once a thread. */
export function loadLibc(): LibcResult {
  loaded ??= load()
  return loaded
}

function load(): LibcResult {
  if (process.platform !== 'linux') return { missing: `this is ${process.platform}, not Linux` }
  // Other architectures have other option numbers or another octet order; these two are the ones that are tested.
  if (process.arch !== 'x64' && process.arch !== 'arm64')
    return { missing: `this is ${process.arch}, not x64 or arm64` }
  try {
    return { libc: declare(createRequire(import.meta.url)('koffi') as typeof import('koffi').default) }
  } catch (error) {
    return { missing: `the package koffi does not load: ${error instanceof Error ? error.message : String(error)}` }
  }
}

function declare(koffi: typeof import('koffi').default): Libc {
  // Node links libc already, whichever it is (glibc or musl); no file name needs to be known.
  const library = koffi.load(null)
  return {
    socket: library.func('int socket(int domain, int type, int protocol)'),
    close: library.func('int close(int fd)'),
    bind: library.func('int bind(int fd, const void *address, uint32_t length)'),
    getsockname: library.func('int getsockname(int fd, void *address, void *length)'),
    setsockopt: library.func('int setsockopt(int fd, int level, int option, const void *value, uint32_t length)'),
    getsockopt: library.func('int getsockopt(int fd, int level, int option, void *value, void *length)'),
    inet_pton: library.func('int inet_pton(int family, const char *text, void *address)'),
    if_nametoindex: library.func('uint32_t if_nametoindex(const char *name)'),
    poll: library.func('int poll(uintptr_t descriptors, unsigned long count, int milliseconds)'),
    usleep: library.func('int usleep(unsigned int microseconds)'),
    recvmmsg: library.func(
      'int recvmmsg(int fd, uintptr_t messages, unsigned int count, int flags, uintptr_t timeout)',
    ),
    sendmmsg: library.func('int sendmmsg(int fd, uintptr_t messages, unsigned int count, int flags)'),
    errno: () => koffi.errno(),
    addressOf: (memory) => Number(koffi.address(memory)),
  }
}
