import { expect, test } from 'vitest'
import { deletion, domain, rrset, rrsetDeletion } from '../../../test/feed/events.ts'
import { Registry } from './registry.fixture.ts'

test('data of the operator’s own stands beside the delegations: wildcards, MX, empty non-terminals, unknown types', () => {
  const registry = new Registry('example NS ns.example.net.\n')
  const outcomes = registry.take(
    rrset('*.zz', 'TXT', ['"no such name"'], { ttl: 60 }),
    rrset('nic.zz', 'MX', ['20 mx2.example.net.', '10 MX.example.net.']),
    rrset('a.b.c.zz', 'A', ['192.0.2.1']),
    rrset('new.zz', 'TYPE65400', ['\\# 2 abcd']),
  )
  expect(outcomes).toEqual(Array(4).fill('applied'))
  expect(registry.zone).toEqual([
    '*.zz. 60 TXT "no such name"',
    'a.b.c.zz. 3600 A 192.0.2.1',
    'example.zz. 86400 NS ns.example.net.',
    'new.zz. 3600 TYPE65400 \\# 2 abcd',
    'nic.zz. 3600 MX 10 mx.example.net.',
    'nic.zz. 3600 MX 20 mx2.example.net.',
  ])
  registry.take(rrset('nic.zz', 'MX', ['30 mx3.example.net.']), rrsetDeletion('*.zz', 'TXT'))
  expect(registry.zone).not.toContain('*.zz. 60 TXT "no such name"')
  expect(registry.zone.at(-1)).toBe('nic.zz. 3600 MX 30 mx3.example.net.')
  expect(registry.last?.state).toEqual([])
})

test('the apex has TXT and CAA as the operator sends them; its SOA keeps the server’s serial', () => {
  const registry = new Registry()
  registry.take(
    rrset('zz', 'TXT', ['"v=spf1 -all"']),
    rrset('zz', 'CAA', ['0 issue "ca.example.net"']),
    rrset('zz', 'SOA', ['ns.example.net. host.example.net. 999 1 2 3 4'], { ttl: 900 }),
    rrset('zz', 'NS', ['ns2.example.net.', 'ns.example.net.']),
  )
  expect(registry.apex).toEqual([
    'zz. 3600 NS ns.example.net.',
    'zz. 3600 NS ns2.example.net.',
    'zz. 900 SOA ns.example.net. host.example.net. 1 1 2 3 4',
    'zz. 3600 TXT "v=spf1 -all"',
    'zz. 3600 CAA 0 issue "ca.example.net"',
  ])
  expect(registry.take(rrsetDeletion('zz', 'TXT'), rrsetDeletion('zz', 'TXT'))).toEqual(['applied', 'applied'])
  expect(registry.apex).toHaveLength(4)
})

test('two SOA records are refused', () => {
  const soa = 'ns.example.net. host.example.net. 999 1 2 3'
  expect(new Registry().take(rrset('zz', 'SOA', [`${soa} 4`, `${soa} 5`]))).toEqual([
    'unfit: SOA at zz. has 2 records, and needs one',
  ])
})

test('an rrset that comes, goes and comes as something else in one batch is what came last', () => {
  const registry = new Registry()
  registry.take(
    rrset('www.zz', 'A', ['192.0.2.1']),
    rrsetDeletion('www.zz', 'A'),
    domain('www.zz', ['ns.example.net']),
    deletion('domain', 'www.zz'),
    rrset('www.zz', 'CNAME', ['www.example.net.']),
  )
  expect(registry.zone).toEqual(['www.zz. 3600 CNAME www.example.net.'])
})
