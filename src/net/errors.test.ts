import { expect, it } from 'vitest'
import { BindError } from './errors.ts'

it.each([
  ['EACCES', 'grant CAP_NET_BIND_SERVICE or choose a port above 1023'],
  ['EADDRINUSE', "find it with 'ss -lnp sport = :53'"],
  ['EADDRNOTAVAIL', '192.0.2.1 is not an address of this host'],
  ['EAFNOSUPPORT', 'address family switched off'],
  ['EINVAL', 'a link-local address needs its interface'],
  ['EMFILE', 'raise the limit'],
  ['EIO', 'the system refused it'],
])('%s comes with advice', (code, advice) => {
  const { message } = new BindError('udp', { address: '192.0.2.1', port: 53 }, code)
  expect(message).toContain(`cannot listen on 192.0.2.1@53 (udp): ${code}: `)
  expect(message).toContain(advice)
})

it('crosses a thread boundary as data', () => {
  const error = new BindError('tcp', { address: '::1', port: 53 }, 'EACCES')
  expect(BindError.from(structuredClone(error.toData()))).toEqual(error)
})
