import koffi from 'koffi'
import { describe, expect, it } from 'vitest'
import * as batch from './batch.ts'
import { loadLibc } from './libc.ts'
import { SOCKADDR_IN_SIZE, SOCKADDR_IN6_SIZE } from './udp-socket.ts'

const result = loadLibc()

// koffi lays structures out as the C compiler of this architecture does.
describe.skipIf('missing' in result)('the layout of message headers', () => {
  const iovec = koffi.struct({ base: 'void *', length: 'size_t' })
  const msghdr = koffi.struct({
    name: 'void *',
    nameLength: 'uint32_t',
    vectors: 'void *',
    vectorCount: 'size_t',
    control: 'void *',
    controlLength: 'size_t',
    flags: 'int',
  })
  const mmsghdr = koffi.struct({ header: msghdr, length: 'unsigned int' })
  const cmsghdr = koffi.struct({ length: 'size_t', level: 'int', type: 'int' })
  const inPktinfo = koffi.struct({ interface: 'int', local: 'uint32_t', destination: 'uint32_t' })
  const in6Pktinfo = koffi.struct({ address: koffi.array('uint8_t', 16), interface: 'int' })
  const sockaddrIn = koffi.struct({
    family: 'uint16_t',
    port: 'uint16_t',
    address: 'uint32_t',
    zero: koffi.array('uint8_t', 8),
  })
  const sockaddrIn6 = koffi.struct({
    family: 'uint16_t',
    port: 'uint16_t',
    flow: 'uint32_t',
    address: koffi.array('uint8_t', 16),
    scope: 'uint32_t',
  })
  const aligned = (size: number) => Math.ceil(size / 8) * 8

  it('is the one of this architecture', () => {
    expect(koffi.sizeof(iovec)).toBe(batch.IOVEC)
    expect(koffi.sizeof(mmsghdr)).toBe(batch.MMSGHDR)
    expect(koffi.offsetof(mmsghdr, 'length')).toBe(batch.MESSAGE_LENGTH * 4)
    expect(koffi.offsetof(msghdr, 'name')).toBe(batch.NAME_POINTER * 4)
    expect(koffi.offsetof(msghdr, 'nameLength')).toBe(8)
    expect(koffi.offsetof(msghdr, 'vectors')).toBe(16)
    expect(koffi.offsetof(msghdr, 'vectorCount')).toBe(24)
    expect(koffi.offsetof(msghdr, 'control')).toBe(batch.CONTROL_POINTER * 4)
    expect(koffi.offsetof(msghdr, 'controlLength')).toBe(batch.CONTROL_LENGTH * 4)
    expect(koffi.offsetof(msghdr, 'flags')).toBe(batch.FLAGS * 4)
    expect(koffi.sizeof(cmsghdr)).toBe(batch.CMSG_DATA)
    expect(batch.CMSG_DATA + aligned(koffi.sizeof(inPktinfo))).toBe(batch.IN_PKTINFO_SPACE)
    expect(batch.CMSG_DATA + aligned(koffi.sizeof(in6Pktinfo))).toBe(batch.IN6_PKTINFO_SPACE)
    expect(koffi.offsetof(in6Pktinfo, 'interface')).toBe(16)
    expect(koffi.sizeof(sockaddrIn)).toBe(SOCKADDR_IN_SIZE)
    expect(koffi.sizeof(sockaddrIn6)).toBe(SOCKADDR_IN6_SIZE)
    expect(koffi.offsetof(sockaddrIn6, 'scope')).toBe(24)
  })
})
