import { expect, test } from 'vitest'
import {
  DEFAULT_FEED_TTL,
  type ProjectionCounts,
  type ProjectionDifference,
  verifyProjection,
} from '../../feed/index.ts'
import { RRType, typeToText } from '../../iana/index.ts'
import type { StatePut } from '../../store/index.ts'
import { type Name, nameFromText, nameToText, rdataFromText, rdataToText } from '../../wire/index.ts'
import { type RRset, sortKey } from '../../zone/index.ts'
import { LATER, ORIGIN, zoneWithObjects } from './fed.fixture.ts'
import type { UnsignedZone } from './unsigned-zone.ts'

function differences(zone: UnsignedZone, ttl: typeof DEFAULT_FEED_TTL | undefined = DEFAULT_FEED_TTL) {
  const found: string[] = []
  const walk = verifyProjection(zone.updater.snapshot, ttl)
  let next = walk.next()
  for (; !next.done; next = walk.next()) found.push(textOf(next.value))
  return { found, counts: next.value as ProjectionCounts }
}

function textOf(difference: ProjectionDifference): string {
  if (difference.kind === 'index') return `${difference.name}: ${difference.problem}`
  const { owner, type, expected, found } = difference
  const side = (is: RRset | undefined) =>
    is === undefined ? 'nothing' : `${is.ttl} ${is.rdatas.map((rdata) => rdataToText(type, rdata)).join(', ')}`
  return `${nameToText(owner)} ${typeToText(type)}: ${side(expected)}, not ${side(found)}`
}

test('a zone that its feed made is what its objects make it', async () => {
  const zone = await zoneWithObjects()
  expect(differences(zone)).toEqual({ found: [], counts: { domains: 4, hosts: 4, pending: 3 } })
  expect(differences(zone, undefined).found).toEqual([])
  // The TTLs that objects do not name are the settings'.
  expect(differences(zone, { ...DEFAULT_FEED_TTL, AAAA: 5 }).found).toEqual([
    'ns1.shared.zz. AAAA: 5 2001:db8::7, not 86400 2001:db8::7',
  ])
})

const set = (owner: string, type: number, ttl: number, ...rdatas: string[]) => ({
  owner: nameFromText(owner),
  type,
  rrset:
    rdatas.length === 0
      ? undefined
      : { type, ttl, rdatas: rdatas.map((text) => rdataFromText(type, text)), signatures: [] },
})

const { NS, DS, A } = RRType

test.each([
  [
    'a delegation is gone',
    [set('shared.zz.', NS, 0)],
    'shared.zz. NS: 7200 ns.example.net., ns1.shared.zz., not nothing',
  ],
  ['DS is gone', [set('shared.zz.', DS, 0)], `shared.zz. DS: 86400 1 13 2 ${'00'.repeat(32)}, not nothing`],
  ['a delegation is of nobody', [set('x.zz.', NS, 60, 'a.')], 'x.zz. NS: nothing, not 60 a.'],
  ['one on hold is there', [set('held.zz.', NS, 60, 'a.')], 'held.zz. NS: nothing, not 60 a.'],
  ['glue is gone', [set('ns1.shared.zz.', A, 0)], 'ns1.shared.zz. A: 300 192.0.2.7, not nothing'],
  [
    'glue has another TTL',
    [set('ns1.shared.zz.', A, 60, '192.0.2.7')],
    'ns1.shared.zz. A: 300 192.0.2.7, not 60 192.0.2.7',
  ],
  ['glue is of nobody', [set('x.old.zz.', A, 60, '192.0.2.8')], 'x.old.zz. A: nothing, not 60 192.0.2.8'],
  ['glue is unused', [set('ns.unused.zz.', A, 60, '192.0.2.9')], 'ns.unused.zz. A: nothing, not 60 192.0.2.9'],
] as const)('%s: that is told', async (_, changes, expected) => {
  const zone = await zoneWithObjects()
  zone.updater.apply(changes)
  expect(differences(zone).found).toEqual([expected])
})

const key = (prefix: string, ...parts: readonly (Uint8Array | Name)[]) => Buffer.concat([Buffer.from(prefix), ...parts])
const order = (name: string) => sortKey(nameFromText(name), ORIGIN)
const userKey = (hostName: string, user: string) => key('feed/u/', order(hostName), Uint8Array.of(0), order(user))
const dueKey = (at: string, kind: string, name: string) => {
  const time = Buffer.alloc(8)
  time.writeBigUInt64BE(BigInt(Date.parse(at)))
  return key('feed/p/', time, Buffer.from(`${kind}/`), order(name))
}
const VALUE = Buffer.from('1')

test.each<[string, StatePut, string[]]>([
  [
    'a user of a host is missing',
    { key: userKey('ns1.old.zz.', 'old.zz.'), value: undefined },
    [
      'ns1.old.zz. A: nothing, not 60 192.0.2.1',
      "old.zz.: it names the host ns1.old.zz., and the list of that host's users lacks it",
    ],
  ],
  [
    'a user of a host is none',
    { key: userKey('ns1.old.zz.', 'held.zz.'), value: VALUE },
    ["held.zz.: it does not name the host ns1.old.zz., and the list of that host's users has it"],
  ],
  [
    'the apex uses no host',
    { key: userKey('ns1.old.zz.', 'zz.'), value: VALUE },
    ["zz.: it does not name the host ns1.old.zz., and the list of that host's users has it"],
  ],
  [
    'a change to come is not on the list',
    { key: dueKey(LATER, 'd', 'later.zz.'), value: undefined },
    [`later.zz.: its change at ${LATER} is not on the list of what comes due`],
  ],
  [
    'a change to come is none',
    { key: dueKey(LATER, 'd', 'held.zz.'), value: VALUE },
    [`held.zz.: no change of it waits for ${LATER}, and the list of what comes due has one`],
  ],
])('%s: that is told', async (_, state, expected) => {
  const zone = await zoneWithObjects()
  zone.updater.apply([], { state: [state] })
  expect(differences(zone).found).toEqual(expected)
})
