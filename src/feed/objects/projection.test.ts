import { describe, expect, test } from 'vitest'
import { deletion, domain, ds, dsText, host } from '../../../test/feed/events.ts'
import { DOMAIN_STATUSES } from '../event/statuses.ts'
import { Registry } from './registry.fixture.ts'

const FAR = ['ns.example.net']

describe('a domain', () => {
  test('is delegated with its nameservers and DS, by the TTLs of the feed', () => {
    const registry = new Registry()
    const event = domain('Example.ZZ', ['ns2.example.net', 'ns1.example.net'], { ds: [ds(2, 'bb'), ds(1, 'aa')] })
    expect(registry.take(event)).toEqual(['applied'])
    expect(registry.zone).toEqual([
      'example.zz. 86400 NS ns1.example.net.',
      'example.zz. 86400 NS ns2.example.net.',
      `example.zz. 86400 DS ${dsText(1, 'aa')}`,
      `example.zz. 86400 DS ${dsText(2, 'bb')}`,
    ])
    expect(registry.last).toMatchObject({ published: 1, withdrawn: 0 })
  })

  test('names TTLs of its own (RFC 9803)', () => {
    const registry = new Registry()
    registry.take(domain('example.zz', FAR, { ds: [ds(1, 'aa')], ttl: { NS: 300, DS: 60 } }))
    expect(registry.zone).toEqual(['example.zz. 300 NS ns.example.net.', `example.zz. 60 DS ${dsText(1, 'aa')}`])
  })

  test('may have more labels than one below the zone', () => {
    const registry = new Registry()
    expect(registry.take(domain('example.co.zz', FAR), domain('other.co.zz', FAR))).toEqual(['applied', 'applied'])
    expect(registry.zone).toEqual(['example.co.zz. 86400 NS ns.example.net.', 'other.co.zz. 86400 NS ns.example.net.'])
  })

  test('without a nameserver is not published, and no DS is without NS', () => {
    const registry = new Registry()
    expect(registry.take(domain('example.zz', [], { ds: [ds(1, 'aa')] }))).toEqual(['applied'])
    expect(registry.zone).toEqual([])
    registry.take(domain('example.zz', FAR, { ds: [ds(1, 'aa')] }))
    expect(registry.zone).toHaveLength(2)
    registry.take(domain('example.zz', [], { ds: [ds(1, 'aa')] }))
    expect(registry.zone).toEqual([])
  })

  const WITHHOLDING = ['serverHold', 'clientHold', 'inactive', 'pendingCreate', 'pendingDelete']
  test.each(WITHHOLDING)('with the status %s is not published, nor are the addresses of its nameservers', (status) => {
    const registry = new Registry()
    registry.take(host('ns.example.zz', ['192.0.2.1']), domain('example.zz', ['ns.example.zz'], { ds: [ds(1, 'aa')] }))
    expect(registry.zone).toHaveLength(3)
    registry.take(domain('example.zz', ['ns.example.zz'], { ds: [ds(1, 'aa')], statuses: ['ok', status] }))
    expect(registry.zone).toEqual([])
    expect(registry.last).toMatchObject({ published: 0, withdrawn: 1 })
    registry.take(domain('example.zz', ['ns.example.zz'], { ds: [ds(1, 'aa')] }))
    expect(registry.zone).toHaveLength(3)
  })

  test.each(DOMAIN_STATUSES.filter((status) => !WITHHOLDING.includes(status)))('with the status %s is', (status) => {
    const registry = new Registry()
    registry.take(domain('example.zz', FAR, { statuses: [status] }))
    expect(registry.zone).toEqual(['example.zz. 86400 NS ns.example.net.'])
  })

  test('that is deleted goes with its DS; to delete it again changes nothing', () => {
    const registry = new Registry('example NS ns.example.net.\nother NS ns.example.net.\n')
    registry.take(domain('example.zz', FAR, { ds: [ds(1, 'aa')] }))
    const before = registry.kept
    expect(registry.take(deletion('domain', 'example.zz'))).toEqual(['applied'])
    expect(registry.zone).toEqual(['other.zz. 86400 NS ns.example.net.'])
    expect(registry.kept).toBe(before - 1)
    expect(registry.take(deletion('domain', 'example.zz'))).toEqual(['applied'])
    expect(registry.last).toMatchObject({ changes: [], state: [], withdrawn: 0 })
  })

  test('that is sent again as it is changes nothing', () => {
    const registry = new Registry()
    const event = domain('example.zz', FAR, { ds: [ds(1, 'aa')] })
    registry.take(event)
    expect(registry.take(event)).toEqual(['applied'])
    expect(registry.last).toMatchObject({ changes: [], state: [] })
  })

  test('that comes and goes in one batch leaves nothing', () => {
    const registry = new Registry()
    registry.take(domain('example.zz', FAR), deletion('domain', 'example.zz'))
    expect(registry.last).toEqual({ changes: [], state: [], published: 0, withdrawn: 0 })
  })

  test('is not the zone itself, nor outside it', () => {
    const registry = new Registry()
    expect(registry.take(domain('zz', FAR), deletion('domain', 'zz.'), domain('example.yy', FAR))).toEqual([
      'apex: zz. is the zone itself: send its records as rrset',
      'apex: zz. is the zone itself: send its records as rrset',
      'out-of-zone: name: "example.yy" is not in the zone zz.: send it to the feed of its own zone',
    ])
    expect(registry.last).toMatchObject({ changes: [], state: [] })
  })
})

describe('glue', () => {
  test('is published only for a host that a published delegation names', () => {
    const registry = new Registry()
    registry.take(host('ns.example.zz', ['192.0.2.1', '2001:DB8::1']))
    expect(registry.zone).toEqual([])
    registry.take(domain('example.zz', ['ns.example.zz']))
    expect(registry.zone).toEqual([
      'example.zz. 86400 NS ns.example.zz.',
      'ns.example.zz. 86400 A 192.0.2.1',
      'ns.example.zz. 86400 AAAA 2001:db8::1',
    ])
  })

  test('comes also when the host comes after the domain, and by the host’s own TTLs', () => {
    const registry = new Registry()
    registry.take(domain('example.zz', ['ns.example.zz']))
    expect(registry.zone).toEqual(['example.zz. 86400 NS ns.example.zz.'])
    registry.take(host('ns.example.zz', ['192.0.2.1', '2001:db8::1'], { ttl: { A: 60 } }))
    expect(registry.zone.slice(1)).toEqual(['ns.example.zz. 60 A 192.0.2.1', 'ns.example.zz. 86400 AAAA 2001:db8::1'])
  })

  test('is not made of a host outside the zone', () => {
    const registry = new Registry()
    expect(registry.take(host('ns.example.net', []), host('ns.example.net', ['192.0.2.1']))).toEqual([
      'applied',
      "addresses-outside: addrs: ns.example.net. is not in the zone zz., which can't publish its addresses: send []",
    ])
    registry.take(domain('example.zz', FAR))
    expect(registry.zone).toEqual(['example.zz. 86400 NS ns.example.net.'])
  })

  test('stays while one domain names the host, and goes with the last', () => {
    const registry = new Registry()
    const ns = ['ns.hoster.zz']
    registry.take(host('ns.hoster.zz', ['192.0.2.1']), domain('one.zz', ns), domain('two.zz', ns), domain('six.zz', ns))
    expect(registry.zone).toContain('ns.hoster.zz. 86400 A 192.0.2.1')
    registry.take(deletion('domain', 'one.zz'))
    registry.take(domain('two.zz', FAR))
    expect(registry.zone).toContain('ns.hoster.zz. 86400 A 192.0.2.1')
    registry.take(domain('six.zz', ns, { statuses: ['serverHold'] }))
    expect(registry.zone).toEqual(['two.zz. 86400 NS ns.example.net.'])
    registry.take(domain('six.zz', ns))
    expect(registry.zone).toContain('ns.hoster.zz. 86400 A 192.0.2.1')
  })

  test('stays when its last user goes and another comes in the same batch', () => {
    const registry = new Registry()
    registry.take(host('ns.hoster.zz', ['192.0.2.1']), domain('one.zz', ['ns.hoster.zz']))
    registry.take(deletion('domain', 'one.zz'), domain('two.zz', ['ns.hoster.zz']))
    expect(registry.zone).toEqual(['ns.hoster.zz. 86400 A 192.0.2.1', 'two.zz. 86400 NS ns.hoster.zz.'])
    registry.take(domain('three.zz', ['ns.hoster.zz']), deletion('domain', 'two.zz'), deletion('domain', 'three.zz'))
    expect(registry.zone).toEqual([])
  })

  test('may stand at the delegated name itself', () => {
    const registry = new Registry()
    registry.take(host('example.zz', ['192.0.2.1']), domain('example.zz', ['example.zz']))
    expect(registry.zone).toEqual(['example.zz. 86400 A 192.0.2.1', 'example.zz. 86400 NS example.zz.'])
    registry.take(deletion('domain', 'example.zz'))
    expect(registry.zone).toEqual([])
  })

  test('is kept for the zone’s own nameservers', () => {
    const registry = new Registry()
    const rdata = ['ns.example.net.', 'ns.nic.zz.']
    registry.take(host('ns.nic.zz', ['192.0.2.53']), {
      kind: 'rrset',
      op: 'upsert',
      name: 'zz',
      type: 'NS',
      ttl: 60,
      rdata,
    })
    expect(registry.zone).toEqual(['ns.nic.zz. 86400 A 192.0.2.53'])
    registry.take(domain('nic.zz', ['ns.nic.zz']), deletion('domain', 'nic.zz'))
    expect(registry.zone).toEqual(['ns.nic.zz. 86400 A 192.0.2.53'])
    registry.take({ kind: 'rrset', op: 'upsert', name: 'zz', type: 'NS', ttl: 60, rdata: ['ns.example.net.'] })
    expect(registry.zone).toEqual([])
  })
})

describe('a change of a host', () => {
  const users = ['one', 'two', 'six'].map((label) => domain(`${label}.zz`, ['ns.hoster.zz']))

  test('is one change of the zone, however many domains name it', () => {
    const registry = new Registry()
    registry.take(host('ns.hoster.zz', ['192.0.2.1']), ...users)
    registry.take(host('ns.hoster.zz', ['192.0.2.2', '192.0.2.1', '2001:db8::2']))
    expect(registry.last?.changes).toHaveLength(2)
    expect(registry.zone.filter((line) => line.startsWith('ns.'))).toEqual([
      'ns.hoster.zz. 86400 A 192.0.2.1',
      'ns.hoster.zz. 86400 A 192.0.2.2',
      'ns.hoster.zz. 86400 AAAA 2001:db8::2',
    ])
    registry.take(host('ns.hoster.zz', ['2001:db8::2']))
    expect(registry.zone.filter((line) => line.startsWith('ns.'))).toEqual(['ns.hoster.zz. 86400 AAAA 2001:db8::2'])
  })

  test('takes away the addresses of one that is deleted where a registry allows it, and the delegations stay', () => {
    const registry = new Registry('', { linkedHosts: false })
    registry.take(host('ns.hoster.zz', ['192.0.2.1']), ...users)
    expect(registry.take(deletion('host', 'ns.hoster.zz'))).toEqual(['applied'])
    expect(registry.zone).toEqual(['one', 'six', 'two'].map((label) => `${label}.zz. 86400 NS ns.hoster.zz.`))
    registry.take(host('ns.hoster.zz', ['192.0.2.9']))
    expect(registry.zone).toContain('ns.hoster.zz. 86400 A 192.0.2.9')
  })
})
