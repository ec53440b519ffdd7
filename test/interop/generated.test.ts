import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, test } from 'vitest'
import { bind, knot, nsd, type Peer, startPeers, temporaryFolder, zonecut } from '../peers/index.ts'
import { describeWithTools } from '../peers/suite.ts'
import { generateZone } from '../zones/generate.ts'
import { Random } from '../zones/random.ts'
import { type Signing, signZone, writeZone } from '../zones/sign.ts'
import { ACCEPTED } from './accepted.ts'
import { Comparison, expectExplained } from './comparison.ts'
import { randomQueries, redirectedQueries } from './random-queries.ts'
import { readZoneNames, type ZoneNames } from './zone-names.ts'

const MINUTES = 60_000
const QUERIES = 10_000

const SUITES: readonly {
  readonly title: string
  readonly origin: string
  readonly seed: number
  readonly signing?: Signing
}[] = [
  { title: 'an unsigned TLD', origin: 'zz.', seed: 1 },
  { title: 'a TLD signed with NSEC3 and opt-out', origin: 'zz.', seed: 2, signing: 'nsec3-opt-out' },
  { title: 'a TLD signed with NSEC3', origin: 'zz.', seed: 3, signing: 'nsec3' },
  { title: 'a TLD signed with NSEC', origin: 'zz.', seed: 4, signing: 'nsec' },
  {
    title: 'a zone two labels deep, signed with NSEC3 and opt-out',
    origin: 'registry.zz.',
    seed: 5,
    signing: 'nsec3-opt-out',
  },
]

for (const { title, origin, seed, signing } of SUITES) {
  describeWithTools(
    `${title} answers as NSD, Knot and BIND do`,
    ['nsd', 'knotd', 'named', 'dnssec-signzone', 'dnssec-keygen'],
    () => {
      let servers: Peer[] = []
      let names: ZoneNames

      beforeAll(async () => {
        const folder = temporaryFolder('generated')
        const plain = writeZone(folder, 'plain.zone', generateZone({ origin, seed, delegations: 400 }).text)
        const file = signing === undefined ? plain : signZone(origin, plain, folder, signing)
        names = readZoneNames(readFileSync(join(file), 'latin1'), origin)
        servers = await startPeers([zonecut, nsd, knot, bind], [{ origin, file }])
      }, MINUTES)
      afterAll(() => Promise.all(servers.map((server) => server.stop())))

      test(
        `for ${QUERIES} random queries`,
        async () => {
          const [subject, ...references] = servers
          const queries = randomQueries(names, new Random(seed), QUERIES)
          expectExplained(await new Comparison(subject!, references, ACCEPTED).run(queries))
        },
        2 * MINUTES,
      )

      // replies to these once were cut short where Knot's and BIND's answer had not come to the missing name yet
      test(
        'for names of every length below a DNAME',
        async () => {
          const [subject, ...references] = servers
          expectExplained(await new Comparison(subject!, references, ACCEPTED).run(redirectedQueries(names)))
        },
        2 * MINUTES,
      )
    },
  )
}
