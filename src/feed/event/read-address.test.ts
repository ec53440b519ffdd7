import { expect, test } from 'vitest'
import { FeedRefusal } from '../outcome.ts'
import { readAddress } from './read-address.ts'

test('ordinary IPv4 addresses are not taken for addresses mapped into IPv6', () => {
  for (const address of ['192.0.2.1', '1.0.0.0', '10.1.2.3', '126.255.255.255', '128.0.0.1', '223.255.255.255']) {
    expect(readAddress(address, 'addrs[0]')).toBe(address)
  }
})

test.each([
  ['0.1.2.3', /this network/],
  ['127.0.0.1', /loopback/],
  ['169.254.7.7', /link-local/],
  ['224.0.0.1', /multicast/],
  ['240.0.0.1', /reserved/],
  ['::', /unspecified/],
  ['::1', /loopback/],
  ['::ffff:192.0.2.1', /mapped into IPv6/],
  ['::ffff:c000:201', /mapped into IPv6/],
  ['fe80::1', /link-local/],
  ['febf::1', /link-local/],
  ['ff02::1', /multicast/],
])('%s is refused', (address, why) => {
  expect(() => readAddress(address, 'addrs[2]')).toThrow(FeedRefusal)
  expect(() => readAddress(address, 'addrs[2]')).toThrow(why)
  expect(() => readAddress(address, 'addrs[2]')).toThrow(/^addrs\[2\]: /)
})

test.each(['fec0::1', 'fe00::1', '2001:DB8::1', 'fd00::1', '::2'])('%s is taken', (address) => {
  expect(readAddress(address, 'addrs[0]')).toBe(address.toLowerCase())
})
