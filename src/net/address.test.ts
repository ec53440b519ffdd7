import { describe, expect, it } from 'vitest'
import { formatListenAddress, isWildcard, ListenAddressError, parseListenAddress } from './address.ts'

describe('listening addresses', () => {
  it.each([
    ['127.0.0.1', '127.0.0.1', 53],
    ['127.0.0.1@5300', '127.0.0.1', 5300],
    ['127.0.0.1:5300', '127.0.0.1', 5300],
    ['::1', '::1', 53],
    ['::1@0', '::1', 0],
    ['2001:db8::53@65535', '2001:db8::53', 65535],
    ['2001:db8::53', '2001:db8::53', 53],
    ['[::1]', '::1', 53],
    ['[::1]:5300', '::1', 5300],
    ['fe80::1%eth0@53', 'fe80::1%eth0', 53],
    ['0.0.0.0@53', '0.0.0.0', 53],
  ])('reads %s', (text, address, port) => {
    expect(parseListenAddress(text, 53)).toEqual({ address, port })
  })

  it.each([
    '',
    'localhost',
    'localhost@53',
    '127.0.0.1@',
    '127.0.0.1@x',
    '127.0.0.1@65536',
    '127.0.0.1@-1',
    '127.0.0.1@5e3',
    '127.0.0.1@53@53',
    '300.0.0.1',
    '1.2.3:53',
    '[::1',
    '[::1]53',
    '[::1]:',
    '@53',
  ])('refuses %j', (text) => {
    expect(() => parseListenAddress(text, 53)).toThrow(ListenAddressError)
  })

  it('writes what it reads', () => {
    for (const text of ['127.0.0.1@53', '::1@5300']) expect(formatListenAddress(parseListenAddress(text, 1))).toBe(text)
  })

  it('knows the addresses that stand for all', () => {
    expect(['0.0.0.0', '::', '0::0', '0:0:0:0:0:0:0:0'].every(isWildcard)).toBe(true)
    expect(['127.0.0.1', '::1', '10.0.0.0', '::0:1', '1::'].some(isWildcard)).toBe(false)
  })
})
