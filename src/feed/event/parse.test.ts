import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { nameFromText, nameToText } from '../../wire/index.ts'
import type { DomainObject, HostObject, RRsetObject } from '../object.ts'
import { FeedRefusal, REFUSALS } from '../outcome.ts'
import { MAX_EVENT_OCTETS } from '../sources/source.ts'
import { domainLine, hostLine, rrsetLine } from './parse.fixture.ts'
import { parseEvent } from './parse.ts'

const ZZ = nameFromText('zz.')
const read = (text: string) => parseEvent(text, ZZ)

function refusalOf(text: string, origin = ZZ): FeedRefusal {
  try {
    parseEvent(text, origin)
  } catch (error) {
    if (error instanceof FeedRefusal) return error
    throw error
  }
  throw new Error(`not refused: ${text.slice(0, 200)}`)
}

describe('what is taken', () => {
  test('a domain with nameservers and DS data', () => {
    expect(
      read(
        domainLine({
          tx: 'T1',
          txSize: 2,
          publishAt: '2027-01-01T01:00:00.5+01:00',
          ttl: { NS: 3600 },
          transfer: true,
        }),
      ),
    ).toEqual({
      seq: 7,
      tx: 'T1',
      txSize: 2,
      at: Date.UTC(2026, 10, 24, 8),
      op: 'upsert',
      object: {
        kind: 'domain',
        name: 'example.zz.',
        registrar: 'REG-1',
        statuses: ['ok'],
        ns: ['ns1.example.zz.', 'ns.elsewhere.net.'],
        ds: [{ keyTag: 12345, algorithm: 13, digestType: 2, digest: 'AB'.repeat(32) }],
        ttl: { NS: 3600 },
      },
      transfer: true,
      publishAt: Date.UTC(2027, 0, 1) + 500,
    })
  })

  test('a host with addresses, brought into one form', () => {
    const { object } = read(
      hostLine({ name: 'NS1.Example.ZZ.', addrs: ['2001:DB8:0:0:0:0:0:1', '192.0.2.1'], ttl: { AAAA: 60 } }),
    )
    expect(object).toEqual({
      kind: 'host',
      name: 'ns1.example.zz.',
      registrar: 'REG-1',
      statuses: ['linked'],
      addrs: ['2001:db8::1', '192.0.2.1'],
      ttl: { AAAA: 60 },
    } satisfies HostObject)
  })

  test('an RRset of the operator, its rdata printed canonically', () => {
    const { object } = read(
      rrsetLine({ name: '*.nic.zz', type: 'mx', rdata: ['10   MAIL.example.', '020 b.example. ; comment'] }),
    )
    expect(object).toEqual({
      kind: 'rrset',
      name: '*.nic.zz.',
      type: 'MX',
      ttl: 3600,
      rdatas: ['10 mail.example.', '20 b.example.'],
    } satisfies RRsetObject)
    const unknown = read(rrsetLine({ type: 'TYPE65400', rdata: ['\\# 2 AB cd'] })).object
    expect(unknown).toMatchObject({ type: 'TYPE65400', rdatas: ['\\# 2 abcd'] })
  })

  test('deletions name the object, and who deletes it', () => {
    const bare = {
      statuses: undefined,
      ns: undefined,
      ds: undefined,
      addrs: undefined,
      ttl: undefined,
      rdata: undefined,
    }
    expect(read(domainLine({ ...bare, op: 'delete', registrar: null }))).toMatchObject({
      op: 'delete',
      object: { kind: 'domain', name: 'example.zz.', registrar: null, ns: [] },
    })
    expect(read(hostLine({ ...bare, op: 'delete', name: 'ns.elsewhere.net' })).object.name).toBe('ns.elsewhere.net.')
    expect(read(rrsetLine({ ...bare, op: 'delete', type: 'txt' })).object).toMatchObject({ type: 'TXT', rdatas: [] })
  })

  test('an RRset of the operator that is to be seen, or to go, at a time of its own', () => {
    const publishAt = '2027-01-01T00:00:00Z'
    expect(read(rrsetLine({ publishAt })).publishAt).toBe(Date.UTC(2027, 0, 1))
    expect(read(rrsetLine({ op: 'delete', publishAt, ttl: undefined, rdata: undefined })).publishAt).toBe(
      Date.UTC(2027, 0, 1),
    )
  })

  test('a host outside the zone, without addresses', () => {
    expect(read(hostLine({ name: 'ns.elsewhere.net', addrs: [] })).object).toMatchObject({ addrs: [] })
  })

  test.each([
    ['Example.ZZ', 'example.zz.'],
    ['example.com.zz.', 'example.com.zz.'],
    ['a_b$.zz', 'a_b\\$.zz.'],
    ['a\\.b.zz', 'a\\.b.zz.'],
    ['a\\046b.zz', 'a\\.b.zz.'],
    ['\\*.zz', '*.zz.'],
    ['\\252.zz', '\\252.zz.'],
    ['b\\195\\188cher.zz', 'b\\195\\188cher.zz.'],
    ['xn--bcher-kva.zz', 'xn--bcher-kva.zz.'],
  ])('the name %s is %s', (text, name) => {
    expect(read(domainLine({ name: text })).object.name).toBe(name)
  })

  test('digests of types that are not assigned have any length from one octet on', () => {
    const ds = (digest: string) => [{ keyTag: 1, algorithm: 250, digestType: 99, digest }]
    expect((read(domainLine({ ds: ds('00') })).object as DomainObject).ds).toEqual(ds('00'))
    expect(refusalOf(domainLine({ ds: ds('') }))).toMatchObject({ reason: 'schema' })
    expect(refusalOf(domainLine({ ds: ds('0') }))).toMatchObject({ reason: 'schema' })
  })

  test('the root is a zone as any other', () => {
    const root = nameFromText('.')
    expect(parseEvent(domainLine({ name: 'zz' }), root).object.name).toBe('zz.')
  })
})

const twice = (value: unknown) => [value, value]
const ds = { keyTag: 1, algorithm: 13, digestType: 2, digest: '00'.repeat(32) }

describe('what is refused', () => {
  test.each<[string, string, string, RegExp]>([
    ['no JSON', '{"v":1,', 'malformed', /not JSON/],
    ['nothing', '', 'malformed', /not JSON/],
    ['two values', '{} {}', 'malformed', /not JSON/],
    ['NaN for seq', domainLine().replace('"seq":7', '"seq":NaN'), 'malformed', /not JSON/],
    ['no object', '[1]', 'schema', /event: .*a list of 1/],
    ['null', 'null', 'schema', /event/],
    ['another version', domainLine({ v: 2 }), 'version', /v: 2 is not the version read here, which is 1/],
    ['no version', domainLine({ v: undefined }), 'schema', /v: expected 1/],
    ['the version as text', domainLine({ v: '1' }), 'schema', /v: expected 1.*found "1"/],
    [
      'an unknown kind',
      domainLine({ kind: 'contact' }),
      'schema',
      /kind: expected "domain", "host" or "rrset", found "contact"/,
    ],
    ['an unknown op', domainLine({ op: 'update' }), 'schema', /op: expected "upsert" or "delete", found "update"/],
    ['an unknown key', domainLine({ publishat: '2026-01-01T00:00:00Z' }), 'schema', /"publishat" can't stand here/],
    [
      'a __proto__ key',
      domainLine().replace('{', '{"__proto__":{"kind":"host"},'),
      'schema',
      /"__proto__" can't stand here/,
    ],
    ['a constructor key', domainLine().replace('{', '{"constructor":1,'), 'schema', /"constructor" can't/],
    ['another kind’s key', domainLine({ addrs: [] }), 'schema', /"addrs" can't stand here/],
    ['state in a deletion', domainLine({ op: 'delete' }), 'schema', /"statuses", "ns", "ds" can't stand here/],
    ['seq 0', domainLine({ seq: 0 }), 'schema', /seq: expected the event's number, a whole number from 1/],
    ['a broken seq', domainLine({ seq: 1.5 }), 'schema', /seq:.*found 1.5/],
    ['a seq without end', domainLine().replace('"seq":7', '"seq":1e400'), 'schema', /seq:.*found Infinity/],
    ['a seq that is no safe integer', domainLine().replace('"seq":7', '"seq":9007199254740993'), 'schema', /seq:/],
    ['a seq as text', domainLine({ seq: '7' }), 'schema', /seq:.*found "7"/],
    ['a list left out', domainLine({ ds: undefined }), 'schema', /ds: expected a list .*found nothing/],
    ['null for a list', domainLine({ ns: null }), 'schema', /ns:.*found null/],
    ['a control character in registrar', domainLine({ registrar: 'a\nb' }), 'schema', /registrar:.*control character/],
    ['a lone surrogate in registrar', domainLine().replace('REG-1', '\\ud800'), 'schema', /registrar:/],
    ['a long registrar', domainLine({ registrar: 'r'.repeat(256) }), 'schema', /registrar:.*256 characters/],
    ['an empty tx', domainLine({ tx: '' }), 'schema', /tx:/],
    ['a txSize without tx', domainLine({ txSize: 2 }), 'schema', /txSize: stands with tx only/],
    ['a txSize of 0', domainLine({ tx: 'T1', txSize: 0 }), 'schema', /txSize:.* from 1 to 10000, found 0/],
    ['a txSize too large', domainLine({ tx: 'T1', txSize: 10_001 }), 'schema', /txSize:.*found 10001/],
    [
      'an unknown status',
      domainLine({ statuses: ['onHold'] }),
      'schema',
      /statuses\[0\]: expected a status of a domain.*found "onHold"/,
    ],
    [
      'a domain’s status on a host',
      hostLine({ statuses: ['clientHold'] }),
      'schema',
      /statuses\[0\]: expected a status of a host/,
    ],
    ['a status twice', domainLine({ statuses: twice('ok') }), 'schema', /statuses\[1\]: "ok" is listed twice/],
    [
      '101 nameservers',
      domainLine({ ns: Array.from({ length: 101 }, (_, i) => `n${i}.zz`) }),
      'schema',
      /ns: .*at most 100.*a list of 101/,
    ],
    ['a nameserver twice', domainLine({ ns: ['a.zz', 'A.zz.'] }), 'schema', /ns\[1\]: "a.zz." is listed twice/],
    ['the root as nameserver', domainLine({ ns: ['.'] }), 'name', /ns\[0\]/],
    ['a DS twice', domainLine({ ds: [ds, { ...ds }] }), 'schema', /ds\[1\].*twice/],
    ['a key tag too large', domainLine({ ds: [{ ...ds, keyTag: 65_536 }] }), 'schema', /ds\[0\].keyTag/],
    ['algorithm 0', domainLine({ ds: [{ ...ds, algorithm: 0 }] }), 'schema', /ds\[0\].algorithm/],
    [
      'a digest of bad length',
      domainLine({ ds: [{ ...ds, digest: '00'.repeat(20) }] }),
      'schema',
      /ds\[0\].digest: a digest of type 2 has 32 octets, this one 20/,
    ],
    [
      'an SHA-384 digest of bad length',
      domainLine({ ds: [{ ...ds, digestType: 4 }] }),
      'schema',
      /type 4 has 48 octets, this one 32/,
    ],
    ['a digest that is not hexadecimal', domainLine({ ds: [{ ...ds, digest: 'xy' }] }), 'schema', /hexadecimal/],
    ['a TTL too large', domainLine({ ttl: { NS: 2 ** 31 } }), 'schema', /ttl.NS/],
    ['a negative TTL', rrsetLine({ ttl: -1 }), 'schema', /ttl: expected a TTL/],
    ['a TTL of a type that a domain has not', domainLine({ ttl: { A: 1 } }), 'schema', /"A" can't stand here/],
    ['a time without zone', domainLine({ at: '2026-11-24T08:00:00' }), 'schema', /at: expected when .* RFC 3339/],
    ['a date', domainLine({ at: '2026-11-24' }), 'schema', /at:/],
    ['30 February', domainLine({ at: '2028-02-30T08:00:00Z' }), 'schema', /at: .*no such day/],
    [
      'a time before 1970',
      domainLine({ publishAt: '1970-01-01T00:00:00+01:00' }),
      'schema',
      /publishAt: .*before 1970/,
    ],
    ['a name out of zone', domainLine({ name: 'example.zy' }), 'out-of-zone', /"example.zy" is not in the zone zz\./],
    ['a name that only ends alike', domainLine({ name: 'example.azz' }), 'out-of-zone', /not in the zone/],
    ['an escaped dot before the origin', domainLine({ name: 'example\\.zz' }), 'out-of-zone', /not in the zone/],
    ['an RRset out of zone', rrsetLine({ name: 'com.' }), 'out-of-zone', /"com." is not in the zone zz/],
    [
      'a deletion out of zone',
      JSON.stringify({
        v: 1,
        seq: 7,
        at: '2026-11-24T08:00:00Z',
        kind: 'domain',
        op: 'delete',
        name: 'a.b',
        registrar: null,
      }),
      'out-of-zone',
      /not in/,
    ],
    ['a U-label', domainLine({ name: 'bücher.zz' }), 'name', /"bücher.zz" is not ASCII: .*write "xn--bcher-kva.zz"/],
    ['a U-label of a nameserver', domainLine({ ns: ['ns.bücher.zz'] }), 'name', /ns\[0\].*write "ns.xn--bcher-kva.zz"/],
    [
      'a lone surrogate in a name',
      domainLine().replace('example.zz"', '\\ud800.zz"'),
      'name',
      /is not ASCII: .*these can have none/,
    ],
    ['an empty label', domainLine({ name: 'a..zz' }), 'name', /empty label/],
    ['a long label', domainLine({ name: `${'a'.repeat(64)}.zz` }), 'name', /label longer than 63 octets/],
    ['a long name', domainLine({ name: `${'a.'.repeat(127)}zz` }), 'name', /longer than 255 octets/],
    ['a bad escape', domainLine({ name: 'a\\256.zz' }), 'name', /malformed escape/],
    ['the origin as @', rrsetLine({ name: '@' }), 'name', /write it out/],
    [
      'addresses outside',
      hostLine({ name: 'ns.elsewhere.net' }),
      'addresses-outside',
      /ns.elsewhere.net. is not in the zone zz.*send \[\]/,
    ],
    ['no address', hostLine({ addrs: ['192.0.2.256'] }), 'schema', /addrs\[0\]: "192.0.2.256" is neither/],
    ['an address with leading zeros', hostLine({ addrs: ['192.0.2.01'] }), 'schema', /neither/],
    ['an address with an interface', hostLine({ addrs: ['fe80::1%eth0'] }), 'schema', /neither/],
    [
      'an address twice',
      hostLine({ addrs: ['2001:db8::1', '2001:db8:0::1'] }),
      'schema',
      /addrs\[1\]: "2001:db8::1" is listed twice/,
    ],
    [
      'a mapped address',
      hostLine({ addrs: ['::ffff:192.0.2.1'] }),
      'schema',
      /mapped into IPv6.*give the IPv4 address/,
    ],
    ['the unspecified address', hostLine({ addrs: ['::'] }), 'schema', /unspecified/],
    ['loopback', hostLine({ addrs: ['127.1.2.3'] }), 'schema', /loopback/],
    ['the broadcast address', hostLine({ addrs: ['255.255.255.255'] }), 'schema', /broadcast/],
    ['multicast', hostLine({ addrs: ['ff02::1'] }), 'schema', /multicast/],
    ['link-local', hostLine({ addrs: ['fe80::1'] }), 'schema', /link-local/],
    ['an unknown type', rrsetLine({ type: 'TEXT' }), 'type', /"TEXT" is no type known here/],
    ['a query type', rrsetLine({ type: 'ANY' }), 'type', /query or meta type/],
    ['a class’s type number', rrsetLine({ type: 'TYPE65536' }), 'type', /no type/],
    [
      'rdata of another type',
      rrsetLine({ type: 'A', rdata: ['2001:db8::1'] }),
      'schema',
      /rdata\[0\]: no rdata of type A: expected/,
    ],
    ['a relative name in rdata', rrsetLine({ type: 'MX', rdata: ['10 mail'] }), 'schema', /rdata\[0\]:/],
    ['no rdata', rrsetLine({ rdata: [] }), 'schema', /rdata: .*send a deletion/],
    [
      'the same rdata twice',
      rrsetLine({ type: 'A', rdata: ['192.0.2.1', '192.0.2.1'] }),
      'schema',
      /rdata\[1\]: .*twice/,
    ],
    [
      'more rdata than a message holds',
      rrsetLine({
        rdata: Array.from({ length: 100 }, (_, i) => `${i} ${'a'.repeat(255)} ${'b'.repeat(255)} ${'c'.repeat(255)}`),
      }),
      'schema',
      /does not fit a DNS message/,
    ],
    [
      'too many octets',
      domainLine({ registrar: 'é'.repeat(MAX_EVENT_OCTETS / 2) }),
      'too-long',
      /at most 1048576 octets/,
    ],
  ])('%s', (_, line, reason, text) => {
    const refusal = refusalOf(line)
    expect(refusal.reason).toBe(reason)
    expect(refusal.message).toMatch(text)
    expect(refusal.message.length).toBeLessThan(2000)
  })

  test('with the number of the event where it could be read, so that the feed goes on', () => {
    expect(refusalOf(domainLine({ name: 'ü.zz' })).place?.seq).toBe(7)
    expect(refusalOf(domainLine({ kind: 'x', tx: 't', txSize: 3 })).place).toEqual({ seq: 7, tx: 't', txSize: 3 })
    expect(refusalOf(domainLine({ tx: 5, txSize: 3 })).place).toEqual({ seq: 7, tx: undefined, txSize: undefined })
    expect(refusalOf(domainLine({ v: 2, seq: 8 })).place?.seq).toBe(8)
    expect(refusalOf(domainLine({ kind: 'x', seq: 9 })).place?.seq).toBe(9)
    expect(refusalOf(domainLine({ seq: -1 })).place?.seq).toBeUndefined()
    expect(refusalOf('{"__proto__":{"seq":5}}').place?.seq).toBeUndefined()
    expect(refusalOf('[').place?.seq).toBeUndefined()
  })

  test('with the first problems only, of many', () => {
    const many = Object.fromEntries(Array.from({ length: 50 }, (_, i) => [`key${i}`, 1]))
    expect(refusalOf(JSON.stringify({ ...JSON.parse(domainLine()), ...many })).message).toMatch(
      /"key0", "key1", "key2" and 47 more/,
    )
    expect(refusalOf(domainLine({ seq: 0, at: 1, ns: 1, ds: 1 })).message).toMatch(/; and 1 more$/)
  })
})

describe('hostile events are refused in bounded time', () => {
  const room = MAX_EVENT_OCTETS - 1000
  const filled = (piece: (index: number) => string, octets = room) => {
    const pieces: string[] = []
    for (let length = 0, index = 0; length < octets; index++) {
      pieces.push(piece(index))
      length += pieces.at(-1)!.length + 1
    }
    return pieces
  }
  const line = domainLine()
  test.each<[string, string]>([
    [
      '100,000 nameservers',
      line.replace(
        /"ns":\[.*?\]/,
        `"ns":[${filled((i) => `"${i}.zz"`)
          .slice(0, 100_000)
          .join(',')}]`,
      ),
    ],
    ['a list of what is not text', line.replace(/"ns":\[.*?\]/, `"ns":[${filled(() => '0').join(',')}]`)],
    ['a list of empty DS', line.replace(/"ds":\[.*?\]/, `"ds":[${filled(() => '{}').join(',')}]`)],
    ['a hundred thousand keys', line.replace('{', `{${filled((i) => `"k${i}":0`).join(',')},`)],
    ['lists in lists', line.replace('"REG-1"', '['.repeat(room / 2 - 500) + ']'.repeat(room / 2 - 500))],
    ['objects in objects', line.replace('"REG-1"', `${'{"a":'.repeat(room / 7)}1${'}'.repeat(room / 7)}`)],
    ['a long name', domainLine({ name: 'a.'.repeat(room / 2) })],
    ['a long name that is not ASCII', domainLine({ name: 'ü'.repeat(1020) })],
    ['a long digest', domainLine({ ds: [{ ...ds, digest: '00'.repeat(room / 2) }] })],
    ['a long number', line.replace('"seq":7', `"seq":${'9'.repeat(room)}`)],
    ['a long time', domainLine({ at: `2026-11-24T08:00:00.${'0'.repeat(room)}Z` })],
    ['a long rdata', rrsetLine({ rdata: [`"${'a'.repeat(room)}"`] })],
    ['a rdata of many words', rrsetLine({ rdata: [filled(() => 'a').join(' ')] })],
    [
      'a long generic rdata',
      rrsetLine({ type: 'TYPE65400', rdata: [`\\# ${room / 2} ${'00'.repeat(room / 2 - 100)}`] }),
    ],
    ['a long status', domainLine({ statuses: ['x'.repeat(room)] })],
    ['a long key', line.replace('{', `{"${'k'.repeat(room)}":1,`)],
  ])('%s', (_, text) => {
    const began = performance.now()
    const refusal = refusalOf(text)
    expect(performance.now() - began).toBeLessThan(2000)
    expect(refusal.message.length).toBeLessThan(2000)
    expect(REFUSALS).toContain(refusal.reason)
  })
})

describe('whatever comes', () => {
  test('text is read or refused, and nothing else', () => {
    const json = fc.json({ maxDepth: 4 })
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), json), (text) => {
        try {
          read(text)
        } catch (error) {
          expect(error).toBeInstanceOf(FeedRefusal)
        }
      }),
      { numRuns: 1000 },
    )
  })

  test('an event with one value replaced is read or refused, and what is read is canonical', () => {
    const lines = [domainLine(), hostLine(), rrsetLine(), rrsetLine({ type: 'MX', rdata: ['1 a.zz.'] })]
    const piece = fc.oneof(
      fc.jsonValue(),
      fc.string({ unit: 'binary' }),
      fc.array(fc.string()),
      fc.constantFrom(
        'a.zz',
        '\\046.zz',
        '\\000\\255.zz',
        '192.0.2.7',
        '2001:DB8::',
        'AAAA',
        'OPT',
        '1e9',
        1e9,
        -0,
        true,
      ),
    )
    fc.assert(
      fc.property(fc.constantFrom(...lines), fc.nat(), piece, (line, which, value) => {
        const event = JSON.parse(line)
        const keys = Object.keys(event)
        event[keys[which % keys.length]!] = value
        let object: unknown
        try {
          object = read(JSON.stringify(event)).object
        } catch (error) {
          expect(error).toBeInstanceOf(FeedRefusal)
          return
        }
        const { name } = object as DomainObject
        expect(nameToText(nameFromText(name))).toBe(name)
        expect(name).toBe(name.toLowerCase())
      }),
      { numRuns: 3000 },
    )
  })
})
