import { expect, test } from 'vitest'
import { deletion, domain, ds, dsText, host, rrset } from '../../../test/feed/events.ts'
import { textRecords } from '../../../test/zones/records.ts'
import { nameFromText } from '../../wire/index.ts'
import { MemoryZone } from '../../zone/index.ts'
import { objectsOfZone } from './adopt.ts'
import { Registry } from './registry.fixture.ts'

const ORIGIN = nameFromText('zz.')
const ZONE = `$TTL 86400
@ SOA ns host 1 7200 3600 1209600 600
@ NS ns
@ NS ns.nic
ns A 192.0.2.53
ns.nic A 192.0.2.54
*.park TXT "operator's own"
Signed 300 NS NS1.Hoster
signed 60 DS 2 13 2 ${'BB'.repeat(32)}
signed 60 DS 1 13 2 ${'aa'.repeat(32)}
hoster NS ns1.hoster
hoster NS ns2.hoster
hoster A 192.0.2.3
ns1.hoster 900 A 192.0.2.1
ns1.hoster 800 AAAA 2001:0DB8::0:1
ns2.hoster A 192.0.2.2
a.deep.name NS ns.example.net.
`

test('each delegation of a zone file is a domain, each address at or below one a host, and the rest nobody’s object', () => {
  const objects = [...objectsOfZone(new MemoryZone(ORIGIN, textRecords(ZONE, ORIGIN)).nodes, ORIGIN)]
  const nobodys = { registrar: null, statuses: [] }
  expect(objects).toEqual([
    {
      ...nobodys,
      kind: 'domain',
      name: 'hoster.zz.',
      ns: ['ns1.hoster.zz.', 'ns2.hoster.zz.'],
      ds: [],
      ttl: { NS: 86_400 },
    },
    { ...nobodys, kind: 'host', name: 'hoster.zz.', addrs: ['192.0.2.3'], ttl: { A: 86_400 } },
    {
      ...nobodys,
      kind: 'host',
      name: 'ns1.hoster.zz.',
      addrs: ['192.0.2.1', '2001:db8::1'],
      ttl: { A: 900, AAAA: 800 },
    },
    { ...nobodys, kind: 'host', name: 'ns2.hoster.zz.', addrs: ['192.0.2.2'], ttl: { A: 86_400 } },
    { ...nobodys, kind: 'domain', name: 'a.deep.name.zz.', ns: ['ns.example.net.'], ds: [], ttl: { NS: 86_400 } },
    {
      ...nobodys,
      kind: 'domain',
      name: 'signed.zz.',
      ns: ['ns1.hoster.zz.'],
      ds: [
        { keyTag: 1, algorithm: 13, digestType: 2, digest: 'AA'.repeat(32) },
        { keyTag: 2, algorithm: 13, digestType: 2, digest: 'BB'.repeat(32) },
      ],
      ttl: { NS: 300, DS: 60 },
    },
  ])
})

test('what was adopted, sent as events with the same state, changes no record', () => {
  const registry = new Registry(ZONE)
  const outcomes = registry.take(
    domain('hoster.zz', ['ns2.hoster.zz', 'ns1.hoster.zz'], { registrar: 'REG-1' }),
    host('ns1.hoster.zz', ['2001:db8::1', '192.0.2.1'], { ttl: { A: 900, AAAA: 800 } }),
    domain('signed.zz', ['ns1.hoster.zz'], { ds: [ds(1, 'aa'), ds(2, 'bb')], ttl: { NS: 300, DS: 60 } }),
  )
  expect(outcomes).toEqual(['applied', 'applied', 'applied'])
  expect(registry.last).toMatchObject({ changes: [], published: 0, withdrawn: 0 })
})

test('what was adopted is changed and deleted by events, glue with its last user', () => {
  const registry = new Registry(ZONE)
  expect(registry.take(deletion('host', 'ns1.hoster.zz'), deletion('domain', 'hoster.zz'))).toEqual([
    'in-use: ns1.hoster.zz. is a nameserver of a published domain: change that first, in the same tx or before',
    'applied',
  ])
  expect(registry.zone.filter((line) => line.includes('hoster'))).toEqual([
    'ns1.hoster.zz. 900 A 192.0.2.1',
    'ns1.hoster.zz. 800 AAAA 2001:db8::1',
    'signed.zz. 300 NS ns1.hoster.zz.',
  ])
  registry.take(domain('signed.zz', ['ns.example.net'], { ds: [ds(9, '99')] }))
  expect(registry.zone.filter((line) => /hoster|signed/.test(line))).toEqual([
    'signed.zz. 86400 NS ns.example.net.',
    `signed.zz. 86400 DS ${dsText(9, '99')}`,
  ])
})

test('orphan glue of a zone file goes with the domain above it: its name is not to be answered with it', () => {
  const registry = new Registry(`${ZONE}x.hoster A 192.0.2.9\n`)
  registry.take(host('new.zz', ['192.0.2.1']))
  expect(registry.zone).toEqual(
    expect.arrayContaining(['hoster.zz. 86400 A 192.0.2.3', 'x.hoster.zz. 86400 A 192.0.2.9']),
  )
  registry.take(domain('hoster.zz', ['ns.example.net'], { statuses: ['serverHold'] }))
  expect(registry.zone.filter((line) => line.includes('hoster'))).toEqual([
    'ns1.hoster.zz. 900 A 192.0.2.1',
    'ns1.hoster.zz. 800 AAAA 2001:db8::1',
    'signed.zz. 300 NS ns1.hoster.zz.',
  ])
})

test('the zone’s own nameservers keep their addresses', () => {
  const registry = new Registry(ZONE)
  // ns.nic is the operator's until the registry has a host of the name.
  expect(registry.take(domain('nic.zz', ['ns.example.net']))).toEqual([
    "overlap: the operator's own A at ns.nic.zz. lies at or below nic.zz.: delete it first",
  ])
  expect(registry.take(host('ns.nic.zz', ['192.0.2.99']), domain('nic.zz', ['ns.nic.zz']))).toEqual([
    'applied',
    'applied',
  ])
  expect(
    registry.take(deletion('host', 'ns.nic.zz'), deletion('domain', 'nic.zz'), deletion('host', 'ns.nic.zz')),
  ).toEqual([
    'in-use: ns.nic.zz. is a nameserver of a published domain: change that first, in the same tx or before',
    'applied',
    'in-use: ns.nic.zz. is a nameserver of a published domain: change that first, in the same tx or before',
  ])
  expect(registry.zone).toContain('ns.nic.zz. 86400 A 192.0.2.99')
})

test('the operator’s own data of a zone file is changed by rrset', () => {
  const registry = new Registry(ZONE)
  registry.take(rrset('*.park.zz', 'TXT', ['"changed"']), rrset('ns.zz', 'A', ['192.0.2.55'], { ttl: 60 }))
  expect(registry.zone).toEqual(expect.arrayContaining(['*.park.zz. 3600 TXT "changed"', 'ns.zz. 60 A 192.0.2.55']))
})
