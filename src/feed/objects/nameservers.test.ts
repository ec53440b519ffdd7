import { describe, expect, test } from 'vitest'
import { deletion, host, moment, NOON, rrset, rrsetDeletion, SECOND } from '../../../test/feed/events.ts'
import { Registry } from './registry.fixture.ts'

const WHY =
  ', a nameserver of the zone itself, would have no address (RFC 1034 4.2.1): send its addresses first, or name others at the apex'
const OWN = `$TTL 86400
@ SOA ns host 1 7200 3600 1209600 600
@ NS ns
ns A 192.0.2.53
ns AAAA 2001:db8::53
`

describe('the zone’s own nameservers keep an address: a zone without could not be loaded', () => {
  test('when the operator’s own addresses change', () => {
    const registry = new Registry(OWN)
    expect(
      registry.take(
        rrsetDeletion('ns.zz', 'A'),
        rrsetDeletion('ns.zz', 'AAAA'),
        rrset('ns.zz', 'AAAA', ['2001:db8::54']),
      ),
    ).toEqual(['applied', `unfit: ns.zz.${WHY}`, 'applied'])
    expect(registry.zone).toEqual(['ns.zz. 3600 AAAA 2001:db8::54'])
  })

  test('when a host changes or goes, whatever the rules allow', () => {
    const registry = new Registry(OWN, { linkedHosts: false })
    expect(
      registry.take(
        host('ns.zz', []),
        host('ns.zz', ['192.0.2.54']),
        host('ns.zz', []),
        deletion('host', 'ns.zz'),
        rrset('zz', 'NS', ['ns.example.net.']),
        deletion('host', 'ns.zz'),
      ),
    ).toEqual([`unfit: ns.zz.${WHY}`, 'applied', `unfit: ns.zz.${WHY}`, `unfit: ns.zz.${WHY}`, 'applied', 'applied'])
    expect(registry.zone).toEqual([])
  })

  test('when the apex names others', () => {
    const registry = new Registry(OWN)
    const names = rrset('zz', 'NS', ['ns.nic.zz.', 'ns.example.net.'])
    expect(registry.take(names, host('ns.nic.zz', ['192.0.2.55']), names, rrsetDeletion('ns.zz', 'A'))).toEqual([
      `unfit: ns.nic.zz.${WHY}`,
      'applied',
      'applied',
      'applied',
    ])
    expect(registry.zone).toEqual(['ns.nic.zz. 86400 A 192.0.2.55', 'ns.zz. 86400 AAAA 2001:db8::53'])
    expect(registry.take(rrset('zz', 'NS', ['ns2.nic.zz.']))).toEqual([`unfit: ns2.nic.zz.${WHY}`])
  })

  test('when a change that waited comes due', () => {
    const registry = new Registry(OWN, { linkedHosts: false })
    const later = { publishAt: moment(NOON + 60 * SECOND) }
    registry.take(host('ns.zz', ['192.0.2.54']))
    expect(registry.take(host('ns.zz', [], later), rrset('zz', 'NS', ['ns9.zz.'], later))).toEqual([
      'pending until 2026-05-01T12:01:00.000Z',
      'pending until 2026-05-01T12:01:00.000Z',
    ])
    expect(registry.due(NOON + 60 * SECOND)).toEqual([
      `host ns.zz. of event 2, given up: unfit: ns.zz.${WHY}`,
      `rrset zz. NS of event 3, given up: unfit: ns9.zz.${WHY}`,
    ])
    expect(registry.zone).toEqual(['ns.zz. 86400 A 192.0.2.54'])
    expect(registry.nextDue).toBeUndefined()
  })
})
