import { describe, expect, test } from 'vitest'
import { deletion, domain, type EventFields, host, rrset, rrsetDeletion } from '../../../test/feed/events.ts'
import { Registry } from './registry.fixture.ts'

const FAR = ['ns.example.net']

/** Takes events one by one, each in a batch of its own, and in one batch: both must come to the same. */
function outcomes(zone: string, ...events: readonly EventFields[]): string[] {
  const alone = new Registry(zone)
  const together = new Registry(zone)
  const results = events.flatMap((event) => alone.take(event))
  expect(together.take(...events)).toEqual(results)
  expect(together.zone).toEqual(alone.zone)
  expect(together.kept).toBe(alone.kept)
  return results
}

describe('a domain is refused', () => {
  test('below another, above another, also one that is not published', () => {
    expect(
      outcomes('', domain('a.zz', [], {}), domain('b.a.zz', FAR), domain('c.x.zz', FAR), domain('x.zz', FAR)),
    ).toEqual([
      'applied',
      'overlap: b.a.zz. lies below the domain a.zz.',
      'applied',
      'overlap: x.zz. lies above the domain c.x.zz.',
    ])
  })

  test('where the operator’s own records stand at its name or below, until they are deleted', () => {
    const zone = 'www A 192.0.2.1\nmail.x MX 1 mx.example.net.\n'
    expect(
      outcomes(
        zone,
        domain('www.zz', FAR),
        domain('x.zz', FAR),
        rrsetDeletion('www.zz', 'A'),
        domain('www.zz', FAR),
        rrset('new.y.zz', 'TXT', ['x']),
        domain('y.zz', FAR),
      ),
    ).toEqual([
      "overlap: the operator's own A at www.zz. lies at or below www.zz.: delete it first",
      "overlap: the operator's own MX at mail.x.zz. lies at or below x.zz.: delete it first",
      'applied',
      'applied',
      'applied',
      "overlap: the operator's own TXT at new.y.zz. lies at or below y.zz.: delete it first",
    ])
  })

  test('below a name with DNAME (RFC 6672 2.4)', () => {
    expect(outcomes('moved DNAME elsewhere.net.\n', domain('a.moved.zz', FAR))).toEqual([
      'unfit: a.moved.zz. lies below moved.zz., which has DNAME (RFC 6672 2.4)',
    ])
  })

  test('never by the names of its neighbours, nor by glue of others below it', () => {
    expect(
      outcomes(
        '',
        host('ns.a.zz', ['192.0.2.1']),
        domain('b.zz', ['ns.a.zz']),
        domain('a.zz', FAR),
        domain('aa.zz', FAR),
        domain('a-a.zz', FAR),
        domain('\\000.zz', FAR),
        domain('a\\.b.zz', FAR),
      ),
    ).toEqual(Array(7).fill('applied'))
  })
})

describe('a host is refused', () => {
  test('where the operator’s own records stand, unless they are addresses that a delegation uses', () => {
    const zone = 'www A 192.0.2.1\nalias CNAME www.example.net.\nns A 192.0.2.3\nexample NS ns\n'
    const registry = new Registry(zone)
    expect(
      registry.take(
        host('www.zz', ['192.0.2.9']),
        host('alias.zz', ['192.0.2.9']),
        host('ns.zz', ['192.0.2.9', '2001:db8::9']),
      ),
    ).toEqual([
      "overlap: the operator's own A stands at www.zz.: delete it first, in the same tx",
      "overlap: the operator's own CNAME stands at alias.zz.: delete it first, in the same tx",
      'applied',
    ])
    expect(registry.zone.filter((line) => line.startsWith('ns'))).toEqual([
      'ns.zz. 86400 A 192.0.2.9',
      'ns.zz. 86400 AAAA 2001:db8::9',
    ])
  })

  test('whose name had addresses of the operator’s own does not leave them behind, in one batch or in many', () => {
    const zone = 'ns A 192.0.2.1\nns AAAA 2001:db8::1\nexample NS ns\n'
    const events = [host('ns.zz', ['192.0.2.9']), deletion('domain', 'example.zz'), deletion('host', 'ns.zz')]
    expect(outcomes(zone, ...events)).toEqual(['applied', 'applied', 'applied'])
    const registry = new Registry(zone)
    registry.take(...events)
    expect(registry.zone).toEqual([])
  })

  test('takes the place of an address that is deleted in the same batch', () => {
    const registry = new Registry('ns A 192.0.2.1\n')
    const events = [rrsetDeletion('ns.zz', 'A'), host('ns.zz', ['192.0.2.9']), domain('example.zz', ['ns.zz'])]
    expect(registry.take(...events)).toEqual(['applied', 'applied', 'applied'])
    expect(registry.zone).toContain('ns.zz. 86400 A 192.0.2.9')
  })

  test('below a name with DNAME (RFC 6672 2.4)', () => {
    expect(outcomes('', rrset('moved.zz', 'DNAME', ['elsewhere.net.']), host('ns.moved.zz', ['192.0.2.1']))).toEqual([
      'applied',
      'unfit: ns.moved.zz. lies below moved.zz., which has DNAME (RFC 6672 2.4)',
    ])
  })

  test('that leaves gives its name back to the operator', () => {
    const registry = new Registry()
    registry.take(host('ns.zz', ['192.0.2.1']), domain('example.zz', ['ns.zz']))
    expect(registry.take(rrset('ns.zz', 'A', ['192.0.2.7']))).toEqual([
      'overlap: ns.zz. is a host of the registry: its addresses come from the host',
    ])
    const events = [deletion('domain', 'example.zz'), deletion('host', 'ns.zz'), rrset('ns.zz', 'A', ['192.0.2.7'])]
    expect(registry.take(...events)).toEqual(['applied', 'applied', 'applied'])
    expect(registry.zone).toEqual(['ns.zz. 3600 A 192.0.2.7'])
  })
})

describe('an rrset is refused', () => {
  test('at a domain or below it, or at a host', () => {
    expect(
      outcomes(
        'example NS ns.example\nns.example A 192.0.2.1\n',
        rrset('example.zz', 'TXT', ['x']),
        rrset('www.example.zz', 'A', ['192.0.2.1']),
        rrset('ns.example.zz', 'A', ['192.0.2.2']),
        rrsetDeletion('example.zz', 'TXT'),
      ),
    ).toEqual([
      "overlap: example.zz. is a domain of the registry: its records are the domain's",
      'overlap: www.example.zz. lies below the domain example.zz.',
      'overlap: ns.example.zz. lies below the domain example.zz.',
      "overlap: example.zz. is a domain of the registry: its records are the domain's",
    ])
  })

  test('beside a CNAME, and a CNAME beside others (RFC 2181 10.1)', () => {
    expect(
      outcomes(
        'alias CNAME www.example.net.\nwww A 192.0.2.1\n',
        rrset('alias.zz', 'A', ['192.0.2.2']),
        rrset('www.zz', 'CNAME', ['www.example.net.']),
        rrset('two.zz', 'CNAME', ['a.example.net.', 'b.example.net.']),
        rrset('alias.zz', 'CNAME', ['other.example.net.']),
      ),
    ).toEqual([
      'unfit: A at alias.zz.: the name has CNAME, and CNAME stands alone (RFC 2181 10.1)',
      'unfit: CNAME at www.zz.: the name has A, and CNAME stands alone (RFC 2181 10.1)',
      'unfit: CNAME at two.zz. has 2 records, and needs one',
      'applied',
    ])
  })

  test('below a DNAME, and a DNAME above anything (RFC 6672 2.4)', () => {
    expect(
      outcomes(
        'x.one A 192.0.2.1\nx.two NS ns.example.net.\n',
        rrset('one.zz', 'DNAME', ['a.example.net.']),
        rrset('two.zz', 'DNAME', ['a.example.net.']),
        host('ns.three.zz', ['192.0.2.1']),
        rrset('three.zz', 'DNAME', ['a.example.net.']),
        rrset('four.zz', 'DNAME', ['a.example.net.']),
        rrset('x.four.zz', 'A', ['192.0.2.1']),
      ),
    ).toEqual([
      'unfit: DNAME at one.zz.: x.one.zz. lies below (RFC 6672 2.4)',
      'unfit: DNAME at two.zz.: the domain x.two.zz. lies below (RFC 6672 2.4)',
      'applied',
      'unfit: DNAME at three.zz.: the host ns.three.zz. lies below (RFC 6672 2.4)',
      'applied',
      'unfit: x.four.zz. lies below four.zz., which has DNAME (RFC 6672 2.4)',
    ])
  })

  test.each([
    ['example.zz', 'NS', 'NS away from the apex is a delegation: send a domain'],
    ['example.zz', 'DS', 'DS stands with a delegation: send it with the domain'],
    ['example.zz', 'SOA', 'SOA stands at the apex only (RFC 1035 5.2)'],
    ['zz', 'SOA', 'a zone has SOA and NS at its apex (RFC 1034 4.2.1)'],
    ['zz', 'NS', 'a zone has SOA and NS at its apex (RFC 1034 4.2.1)'],
    ['zz', 'CNAME', 'the apex has other records, and names below it'],
    ['zz', 'DNAME', 'the apex has other records, and names below it'],
    ...['DNSKEY', 'RRSIG', 'NSEC', 'NSEC3', 'NSEC3PARAM', 'CDS', 'CDNSKEY', 'ZONEMD'].map((type) => [
      'zz',
      type,
      'signing makes records of this type',
    ]),
  ] as [string, string, string][])('at %s, type %s', (name, type, why) => {
    expect(new Registry().take(rrsetDeletion(name, type))).toEqual([`type: ${type} at ${name}.: ${why}`])
  })
})
