import { afterEach, expect, it, vi } from 'vitest'

const real = { platform: process.platform, arch: process.arch }

afterEach(() => {
  Object.defineProperty(process, 'platform', { value: real.platform })
  Object.defineProperty(process, 'arch', { value: real.arch })
  vi.resetModules()
})

it.each([
  ['darwin', 'arm64', 'this is darwin, not Linux'],
  ['linux', 's390x', 'this is s390x, not x64 or arm64'],
])('on %s %s packets go by dgram, and mmsg is refused', async (platform, arch, reason) => {
  Object.defineProperty(process, 'platform', { value: platform })
  Object.defineProperty(process, 'arch', { value: arch })
  vi.resetModules()
  const { chooseUdpIo } = await import('./udp.ts')
  expect(chooseUdpIo('auto')).toMatchObject({ io: 'dgram', reason: `no batched system calls: ${reason}` })
  expect(() => chooseUdpIo('mmsg')).toThrow(
    `batched system calls (mmsg) are not available: ${reason}; use --io dgram or --io auto`,
  )
  expect(chooseUdpIo('dgram')).toMatchObject({ io: 'dgram', reason: 'asked for' })
})

it.skipIf(real.platform !== 'linux')('on Linux the batched calls are taken unless told otherwise', async () => {
  const { chooseUdpIo } = await import('./udp.ts')
  expect(chooseUdpIo('auto')).toEqual({ io: 'mmsg', reason: 'Linux and koffi are here', sharesPort: true })
  expect(chooseUdpIo('mmsg')).toMatchObject({ io: 'mmsg', reason: 'asked for' })
  expect(chooseUdpIo('dgram').io).toBe('dgram')
})
