import { describe, expect, test } from 'vitest'
import { deletion, domain, host, moment, NOON, SECOND } from '../../../test/feed/events.ts'
import { Registry } from './registry.fixture.ts'

const FAR = ['ns.example.net']
const DAY = 86_400 * SECOND
const later = (seconds: number) => ({ publishAt: moment(NOON + seconds * SECOND) })

describe('publishAt', () => {
  test('holds a change back until its time, and no longer', () => {
    const registry = new Registry()
    expect(registry.take(domain('example.zz', FAR, later(60)))).toEqual(['pending until 2026-05-01T12:01:00.000Z'])
    expect(registry.zone).toEqual([])
    expect(registry.nextDue).toBe('2026-05-01T12:01:00.000Z')
    expect(registry.due(NOON + 60 * SECOND - 1)).toEqual([])
    expect(registry.due(NOON + 60 * SECOND)).toEqual(['domain example.zz. of event 1'])
    expect(registry.zone).toEqual(['example.zz. 86400 NS ns.example.net.'])
    expect(registry.nextDue).toBeUndefined()
    expect(registry.kept).toBe(1)
  })

  test('in the past holds nothing back', () => {
    const registry = new Registry()
    expect(registry.take(domain('example.zz', FAR, later(-60)))).toEqual(['applied'])
  })

  test('of a change or a deletion leaves what is there until then', () => {
    const registry = new Registry('example NS ns.example.net.\nother NS ns.example.net.\n')
    registry.take(domain('example.zz', ['ns2.example.net'], later(60)), deletion('domain', 'other.zz', later(120)))
    expect(registry.zone).toEqual(['example.zz. 86400 NS ns.example.net.', 'other.zz. 86400 NS ns.example.net.'])
    expect(registry.due(NOON + 90 * SECOND)).toEqual(['domain example.zz. of event 1'])
    expect(registry.zone).toEqual(['example.zz. 86400 NS ns2.example.net.', 'other.zz. 86400 NS ns.example.net.'])
    expect(registry.due(NOON + 150 * SECOND)).toEqual(['domain other.zz. of event 2'])
    expect(registry.zone).toEqual(['example.zz. 86400 NS ns2.example.net.'])
    expect(registry.last).toMatchObject({ withdrawn: 1 })
  })

  test('is that of the last event: a later one takes the place of what waited', () => {
    const registry = new Registry()
    registry.take(domain('example.zz', FAR, later(60)))
    registry.take(domain('example.zz', ['ns2.example.net'], later(120)))
    expect(registry.due(NOON + 60 * SECOND)).toEqual([])
    expect(registry.nextDue).toBe('2026-05-01T12:02:00.000Z')
    registry.take(domain('example.zz', ['ns3.example.net']))
    expect(registry.nextDue).toBeUndefined()
    expect(registry.due(NOON + DAY)).toEqual([])
    expect(registry.zone).toEqual(['example.zz. 86400 NS ns3.example.net.'])
  })

  test('of an application that is withdrawn counts no more, and the name is free again', () => {
    const registry = new Registry()
    registry.take(domain('a.example.zz', FAR, later(60)))
    expect(registry.take(domain('example.zz', FAR))).toEqual([
      'overlap: example.zz. lies above the domain a.example.zz.',
    ])
    registry.take(deletion('domain', 'a.example.zz'))
    expect([registry.nextDue, registry.kept]).toEqual([undefined, 0])
    expect(registry.take(domain('example.zz', FAR))).toEqual(['applied'])
  })

  test('of a host holds its addresses back', () => {
    const registry = new Registry()
    registry.take(domain('example.zz', ['ns.example.zz']), host('ns.example.zz', ['192.0.2.1']))
    registry.take(host('ns.example.zz', ['192.0.2.2'], later(60)))
    expect(registry.zone).toContain('ns.example.zz. 86400 A 192.0.2.1')
    registry.due(NOON + 60 * SECOND)
    expect(registry.zone).toContain('ns.example.zz. 86400 A 192.0.2.2')
  })

  test('of a host’s deletion is given up where a domain names it by then (RFC 5732 3.2.2)', () => {
    const registry = new Registry()
    registry.take(host('ns.hoster.zz', ['192.0.2.1']), deletion('host', 'ns.hoster.zz', later(60)))
    registry.take(domain('example.zz', ['ns.hoster.zz']))
    expect(registry.due(NOON + 60 * SECOND)).toEqual([
      'host ns.hoster.zz. of event 2, given up: in-use: ns.hoster.zz. is named by a published domain (RFC 5732 3.2.2)',
    ])
    expect(registry.zone).toContain('ns.hoster.zz. 86400 A 192.0.2.1')
    expect(registry.nextDue).toBeUndefined()
  })

  test('brings changes in the order of their times, some in each batch', () => {
    const registry = new Registry()
    registry.take(...[5, 1, 4, 2, 3].map((n) => domain(`d${n}.zz`, FAR, later(n))))
    expect(registry.due(NOON + 9 * SECOND, 2)).toEqual(['domain d1.zz. of event 2', 'domain d2.zz. of event 4'])
    expect(registry.due(NOON + 4 * SECOND)).toEqual(['domain d3.zz. of event 5', 'domain d4.zz. of event 3'])
    expect(registry.zone).toHaveLength(4)
    expect(registry.nextDue).toBe('2026-05-01T12:00:05.000Z')
  })
})
