import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { bind, knot, nsd, type Peer, startPeers, temporaryFolder, zonecut } from '../peers/index.ts'
import { describeWithTools } from '../peers/suite.ts'
import { Random } from '../zones/random.ts'
import { writeZone } from '../zones/sign.ts'
import { ACCEPTED } from './accepted.ts'
import { Comparison, expectExplained } from './comparison.ts'
import { TYPE } from './message.ts'
import { wireName } from './name.ts'
import { type ComparedQuery, compareQuery, type Manner } from './query.ts'
import { randomQueries } from './random-queries.ts'
import { rootZoneMissing, rootZoneText } from './root-zone.ts'
import { readZoneNames, type ZoneNames } from './zone-names.ts'

const MINUTES = 60_000

/** Every way in which the size and the kind of an answer may depend on how it is asked for. */
const MANNERS: readonly Manner[] = [
  { transport: 'udp' },
  { transport: 'udp', payload: 512, dnssecOk: false },
  { transport: 'udp', payload: 512, dnssecOk: true },
  { transport: 'udp', payload: 1232, dnssecOk: false },
  { transport: 'udp', payload: 1232, dnssecOk: true },
  { transport: 'tcp', payload: 1232, dnssecOk: false },
  { transport: 'tcp', payload: 1232, dnssecOk: true },
]

function inEveryManner(names: readonly string[], types: readonly number[]): ComparedQuery[] {
  return names.flatMap((name) => {
    const wire = wireName(name)
    return types.flatMap((type) => MANNERS.map((manner) => compareQuery(wire, type, manner)))
  })
}

/** Names that do not exist: random ones, and some a letter away from a delegation, so that every NSEC is met. */
function absentNames(names: ZoneNames, random: Random, count: number): string[] {
  const existing = new Set([...names.types.keys()])
  const found = new Set<string>()
  const letters = 'abcdefghijklmnopqrstuvwxyz0123456789-'
  const label = (length: number) => Array.from({ length }, () => letters[random.below(letters.length)]).join('')
  while (found.size < count) {
    const top = random.chance(0.4) ? `${random.pick(names.cuts).slice(0, -1)}${label(1)}` : label(1 + random.below(20))
    if (existing.has(`${top}.`) || top.length > 63) continue
    found.add(random.chance(0.3) ? `${label(5)}.${top}.` : `${top}.`)
  }
  return [...found]
}

describe.skipIf(rootZoneMissing)(`the real root zone${rootZoneMissing ? ` (skipped: ${rootZoneMissing})` : ''}`, () => {
  describeWithTools('answers as NSD, Knot and BIND do', ['nsd', 'knotd', 'named'], () => {
    let servers: Peer[] = []
    let comparison: Comparison
    let names: ZoneNames

    beforeAll(async () => {
      const text = rootZoneText()
      names = readZoneNames(text, '.')
      const zones = [{ origin: '.', file: writeZone(temporaryFolder('root'), 'root.zone', text) }]
      servers = await startPeers([zonecut, nsd, knot, bind], zones)
      const [subject, ...references] = servers
      comparison = new Comparison(subject!, references, ACCEPTED)
    }, MINUTES)
    afterAll(() => Promise.all(servers.map((server) => server.stop())))

    test(
      'for every delegation, in every manner',
      async () => {
        expect(names.cuts.length).toBeGreaterThan(1400)
        const below = names.cuts.map((cut) => `www.example.${cut}`)
        const queries = [...inEveryManner(names.cuts, [TYPE.A]), ...inEveryManner(below, [TYPE.AAAA])]
        expectExplained(await comparison.run(queries))
      },
      2 * MINUTES,
    )

    test(
      'for DS, DNSKEY, SOA and NS at every cut',
      async () => {
        expectExplained(await comparison.run(inEveryManner(names.cuts, [TYPE.DS, TYPE.DNSKEY, TYPE.SOA, TYPE.NS])))
      },
      3 * MINUTES,
    )

    test('for every type at the apex', async () => {
      const { A, NS, SOA, DS, DNSKEY, NSEC, ZONEMD, TXT, RRSIG, ANY } = TYPE
      expectExplained(
        await comparison.run(inEveryManner(['.'], [A, NS, SOA, DS, DNSKEY, NSEC, ZONEMD, TXT, RRSIG, ANY])),
      )
    })

    test(
      'for 10,000 names that do not exist',
      async () => {
        const queries = inEveryManner(absentNames(names, new Random(20260731), 10_000), [TYPE.A])
        expectExplained(await comparison.run(queries))
      },
      4 * MINUTES,
    )

    test(
      'for 10,000 random queries of every kind',
      async () => {
        expectExplained(await comparison.run(randomQueries(names, new Random(1), 10_000)))
      },
      2 * MINUTES,
    )
  })
})
