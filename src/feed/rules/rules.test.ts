import { describe, expect, test } from 'vitest'
import { deletion, domain, host, moment, NOON, rrset, SECOND } from '../../../test/feed/events.ts'
import { Registry } from '../objects/registry.fixture.ts'
import { REFUSALS } from '../outcome.ts'
import { RULES } from './index.ts'

const FAR = ['ns.example.net']
const DAY = 86_400 * SECOND
const by = (registrar: string | null) => ({ registrar })

test('each row has its own key and reason, and says what it refuses', () => {
  expect(RULES.map(({ key }) => key)).toEqual(['firstCome', 'reserved', 'refusedLabels', 'suffixes', 'linkedHosts'])
  expect(new Set(RULES.map(({ reason }) => reason)).size).toBe(RULES.length)
  for (const { reason, refuses } of RULES) {
    expect(REFUSALS).toContain(reason)
    expect(refuses).toMatch(/^[A-Z].*\.$/)
  }
})

describe('firstCome', () => {
  const events = [
    domain('example.zz', FAR, by('one')),
    domain('example.zz', ['ns2.example.net'], by('two')),
    domain('example.zz', ['ns2.example.net'], by(null)),
    deletion('domain', 'example.zz', by('two')),
    host('ns.example.zz', ['192.0.2.1'], by('one')),
    host('ns.example.zz', ['192.0.2.2'], by('two')),
    deletion('host', 'ns.example.zz', by('two')),
  ]
  const advice = 'send it with "transfer": true when the registry moved the object'

  test('keeps an object to the registrar that sponsors it', () => {
    const registry = new Registry()
    expect(registry.take(...events)).toEqual([
      'applied',
      `sponsor: example.zz. is sponsored by one, and the event comes from two: ${advice}`,
      `sponsor: example.zz. is sponsored by one, and the event comes from nobody: ${advice}`,
      `sponsor: example.zz. is sponsored by one, and the event comes from two: ${advice}`,
      'applied',
      `sponsor: ns.example.zz. is sponsored by one, and the event comes from two: ${advice}`,
      `sponsor: ns.example.zz. is sponsored by one, and the event comes from two: ${advice}`,
    ])
    expect(registry.zone).toEqual(['example.zz. 86400 NS ns.example.net.'])
  })

  test('switched off, lets everyone change everything', () => {
    expect(new Registry('', { firstCome: false }).take(...events)).toEqual(Array(events.length).fill('applied'))
  })

  test('lets a transfer pass, after which the new sponsor counts', () => {
    expect(
      new Registry().take(
        domain('example.zz', FAR, by('one')),
        domain('example.zz', FAR, { ...by('two'), transfer: true }),
        domain('example.zz', FAR, by('one')),
        domain('example.zz', FAR, by('two')),
      ),
    ).toMatchObject(['applied', 'applied', expect.stringMatching(/^sponsor: .* by two/), 'applied'])
  })

  test('gives what a zone file brought, and a name that was deleted, to the first who comes', () => {
    const registry = new Registry('example NS ns.example.net.\n')
    expect(
      registry.take(
        domain('example.zz', FAR, by('one')),
        domain('example.zz', FAR, by('two')),
        deletion('domain', 'example.zz', by('one')),
        domain('example.zz', FAR, by('two')),
      ),
    ).toMatchObject(['applied', expect.stringMatching(/^sponsor: /), 'applied', 'applied'])
  })

  test('counts for an application that waits to be published', () => {
    const registry = new Registry('', { publicationDelay: 60 })
    expect(registry.take(domain('example.zz', FAR, by('one')), domain('example.zz', FAR, by('two')))).toMatchObject([
      'pending until 2026-05-01T12:01:00.000Z',
      expect.stringMatching(/^sponsor: /),
    ])
  })

  test('knows no sponsor of the operator’s own data', () => {
    const registry = new Registry()
    expect(registry.take(rrset('www.zz', 'A', ['192.0.2.1']), rrset('www.zz', 'A', ['192.0.2.2']))).toEqual([
      'applied',
      'applied',
    ])
  })
})

describe('publicationDelay', () => {
  const old = { at: moment(NOON - 30 * DAY) }

  test('publishes a new domain so long after its event, whenever that comes', () => {
    const registry = new Registry('', { publicationDelay: (60 * DAY) / SECOND })
    expect(registry.take(domain('example.zz', FAR, old))).toEqual(['pending until 2026-05-31T12:00:00.000Z'])
    expect(registry.takeAt(NOON + 40 * DAY, domain('other.zz', FAR, old))).toEqual(['applied'])
    expect(registry.zone).toEqual(['other.zz. 86400 NS ns.example.net.'])
    expect(registry.due(NOON + 30 * DAY)).toEqual(['domain example.zz. of event 1'])
    expect(registry.zone).toEqual(['example.zz. 86400 NS ns.example.net.', 'other.zz. 86400 NS ns.example.net.'])
  })

  test('switched off, holds nothing back', () => {
    expect(new Registry().take(domain('example.zz', FAR))).toEqual(['applied'])
  })

  test('does not begin anew when an application is sent again, and what was sent last is published', () => {
    const registry = new Registry('', { publicationDelay: 60 })
    registry.take(domain('example.zz', FAR))
    const again = domain('example.zz', ['ns2.example.net'], { at: moment(NOON + 30 * SECOND) })
    expect(registry.takeAt(NOON + 30 * SECOND, again)).toEqual(['pending until 2026-05-01T12:01:00.000Z'])
    registry.due(NOON + 60 * SECOND)
    expect(registry.zone).toEqual(['example.zz. 86400 NS ns2.example.net.'])
  })

  test('holds back neither changes, deletions and hosts, nor what says itself when it is to be published', () => {
    const registry = new Registry('example NS ns.example.net.\nother NS ns.example.net.\n', { publicationDelay: 60 })
    expect(
      registry.take(
        domain('example.zz', ['ns2.example.net']),
        deletion('domain', 'other.zz'),
        host('ns.example.zz', ['192.0.2.1']),
        rrset('www.zz', 'A', ['192.0.2.1']),
        domain('now.zz', FAR, { publishAt: moment(NOON) }),
      ),
    ).toEqual(Array(5).fill('applied'))
  })
})

describe('reserved', () => {
  const reserved = ['WWW', 'nic.', 'gov.example']
  const events = ['www.zz', 'nic.zz', 'x.nic.zz', 'gov.example.zz', 'example.zz', 'www.other.zz', 'xnic.zz'].map(
    (name) => domain(name, FAR),
  )

  test('keeps names and what lies below them from being registered', () => {
    expect(new Registry('', { reserved }).take(...events)).toEqual([
      'reserved: www.zz.: the name WWW is reserved by the configuration',
      'reserved: nic.zz.: the name nic. is reserved by the configuration',
      'reserved: x.nic.zz.: the name nic. is reserved by the configuration',
      'reserved: gov.example.zz.: the name gov.example is reserved by the configuration',
      'applied',
      'applied',
      'applied',
    ])
  })

  test('switched off, reserves nothing', () => {
    const outcomes = new Registry().take(...events)
    expect(outcomes.filter((outcome) => outcome.startsWith('reserved'))).toEqual([])
  })

  test('leaves domains that are there, and hosts, alone', () => {
    const registry = new Registry('www NS ns.example.net.\n', { reserved })
    expect(
      registry.take(
        domain('www.zz', ['ns2.example.net']),
        host('ns.nic.zz', ['192.0.2.1']),
        deletion('domain', 'www.zz'),
        domain('www.zz', FAR),
      ),
    ).toEqual(['applied', 'applied', 'applied', 'reserved: www.zz.: the name WWW is reserved by the configuration'])
  })
})

describe('refusedLabels', () => {
  const refusedLabels = [/^(?:..--.*)$/, /^(?:\d+)$/]
  const events = ['xn--bcher-kva.zz', '123.zz', 'a.123.zz', 'a123.zz', '123a.zz'].map((name) => domain(name, FAR))

  test('keeps labels that a pattern matches from being registered', () => {
    expect(new Registry('', { refusedLabels }).take(...events)).toEqual([
      'pattern: xn--bcher-kva.zz.: the configuration refuses the label xn--bcher-kva by ^(?:..--.*)$',
      'pattern: 123.zz.: the configuration refuses the label 123 by ^(?:\\d+)$',
      'pattern: a.123.zz.: the configuration refuses the label 123 by ^(?:\\d+)$',
      'applied',
      'applied',
    ])
  })

  test('switched off, refuses none', () => {
    const outcomes = new Registry().take(...events)
    expect(outcomes.filter((outcome) => outcome.startsWith('pattern'))).toEqual([])
  })

  test('leaves domains that are there, hosts, and the zone’s own labels alone', () => {
    const registry = new Registry('123 NS ns.example.net.\n', { refusedLabels: [/^(?:zz|\d+)$/] })
    expect(registry.take(domain('123.zz', FAR), host('456.zz', []), deletion('domain', '123.zz'))).toEqual(
      Array(3).fill('applied'),
    )
  })
})

describe('suffixes', () => {
  const suffixes = ['com', 'Co.UK']
  const events = ['example.com.zz', 'a.b.co.uk.zz', 'com.zz', 'co.uk.zz', 'example.net.zz', 'xcom.zz'].map((name) =>
    domain(name, FAR),
  )

  test('allows key names under them only', () => {
    const why = (name: string) => `suffix: ${name}.zz.: ${name} stands under none of the suffixes allowed, com, Co.UK`
    expect(new Registry('', { suffixes }).take(...events)).toEqual([
      'applied',
      'applied',
      ...['com', 'co.uk', 'example.net', 'xcom'].map(why),
    ])
  })

  test('are labels: a label with a dot in it is not under them', () => {
    const event = domain('example\\.com.zz', FAR)
    expect(new Registry('', { suffixes }).take(event)).toMatchObject([expect.stringMatching(/^suffix: /)])
    expect(new Registry('', { reserved: ['com'] }).take(event)).toEqual(['applied'])
  })

  test('switched off, allow all', () => {
    const outcomes = new Registry().take(...events)
    expect(outcomes.filter((outcome) => outcome.startsWith('suffix'))).toEqual([])
  })

  test('an empty list allows none', () => {
    expect(new Registry('', { suffixes: [] }).take(domain('example.com.zz', FAR))).toMatchObject([
      expect.stringMatching(/^suffix: /),
    ])
  })
})

describe('linkedHosts', () => {
  const events = [
    host('ns.hoster.zz', ['192.0.2.1']),
    domain('example.zz', ['ns.hoster.zz']),
    deletion('host', 'ns.hoster.zz'),
  ]

  test('keeps a host that a published domain names (RFC 5732 3.2.2)', () => {
    expect(new Registry().take(...events)).toEqual([
      'applied',
      'applied',
      'in-use: ns.hoster.zz. is a nameserver of a published domain: change that first, in the same tx or before',
    ])
  })

  test('switched off, lets it go', () => {
    expect(new Registry('', { linkedHosts: false }).take(...events)).toEqual(Array(3).fill('applied'))
  })

  test('lets a host go that only a domain on hold names, and one that is changed in the same batch', () => {
    const registry = new Registry()
    expect(
      registry.take(
        ...events.slice(0, 2),
        domain('example.zz', ['ns.hoster.zz'], { statuses: ['serverHold'] }),
        deletion('host', 'ns.hoster.zz'),
      ),
    ).toEqual(Array(4).fill('applied'))
  })
})
