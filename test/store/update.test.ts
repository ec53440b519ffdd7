import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { CompiledAnswers } from '../../src/answer/index.ts'
import { ZoneUpdater } from '../../src/pipeline/index.ts'
import { openZone, type ZoneSnapshot } from '../../src/store/index.ts'
import { compareNames, nameToText } from '../../src/wire/index.ts'
import type { ZoneNode } from '../../src/zone/index.ts'
import { Random } from '../zones/random.ts'
import { compareAnswers } from './comparison.ts'
import { type Chains, ORIGIN, RandomZone } from './random-zone.ts'
import { buildStore, entriesOf } from './scratch-store.ts'

const folder = mkdtempSync(join(tmpdir(), 'zonecut-update-'))
let stores = 0
afterAll(() => rmSync(folder, { recursive: true }))

/** All nodes of a model in canonical order, NSEC3 owners among them. */
function nodesOf(zone: RandomZone): ZoneNode[] {
  const nodes = new Map<string, { owner: ZoneNode['owner']; rrsets: ZoneNode['rrsets'][number][] }>()
  for (const { owner, rrset } of zone.rrsets) {
    const key = nameToText(owner)
    const node = nodes.get(key) ?? { owner, rrsets: [] }
    node.rrsets.push(rrset)
    nodes.set(key, node)
  }
  for (const { rrsets } of nodes.values()) rrsets.sort((a, b) => a.type - b.type)
  return [...nodes.values()].sort((a, b) => compareNames(a.owner, b.owner))
}

/** What is known of a zone but for when and how often it was written. */
function counts({
  serial,
  records,
  delegations,
  owners,
  signed,
  denial,
  denials,
  entries,
  entryOctets,
}: ZoneSnapshot['info']) {
  return { serial, records, delegations, owners, signed, denial, denials, entries, entryOctets }
}

const sections = (nodes: Iterable<ZoneNode>) =>
  [...nodes].map(({ owner, rrsets }) => [nameToText(owner), JSON.stringify(rrsets)])

async function compareWithScratch(zone: RandomZone, updated: ZoneSnapshot): Promise<void> {
  const dataDir = join(folder, `scratch${++stores}`)
  await buildStore(dataDir, ORIGIN, nodesOf(zone))
  const scratch = openZone(dataDir, ORIGIN)
  expect(sections([...updated.nodes()].map(({ node }) => node))).toEqual(
    sections([...scratch.nodes()].map(({ node }) => node)),
  )
  expect(sections(updated.denialNodes())).toEqual(sections(scratch.denialNodes()))
  expect(entriesOf(updated)).toEqual(entriesOf(scratch))
  expect(counts(updated.info)).toEqual(counts(scratch.info))
  scratch.close()
  rmSync(dataDir, { recursive: true })
}

describe.each<Chains>(['none', 'nsec', 'nsec3'])('updates of a random zone, denial %s', (chains) => {
  test.each([1, 2, 3, 4, 5, 6])('make of it what a store built from scratch is, seed %d', async (seed) => {
    const random = new Random(seed * 1000)
    const zone = new RandomZone(random, chains)
    const dataDir = join(folder, `updated${++stores}`)
    await buildStore(dataDir, ORIGIN, nodesOf(zone))
    const updater = ZoneUpdater.open(dataDir, ORIGIN)
    let snapshot = openZone(dataDir, ORIGIN)
    let fast = new CompiledAnswers(snapshot)
    for (let step = 1; step <= 60; step++) {
      const result = updater.apply(zone.step())
      expect(result.revision).toBe(step)
      // Now and then several updates are taken up at once.
      if (random.chance(0.3)) continue
      const later = snapshot.newest()
      fast = fast.renewed(later)
      snapshot.close()
      snapshot = later
      compareAnswers(random, () => (random.chance(0.1) ? ORIGIN : zone.name()), zone.records, snapshot, fast)
      if (step % 6 === 0) await compareWithScratch(zone, snapshot)
    }
    const last = snapshot.newest()
    snapshot.close()
    await compareWithScratch(zone, last)
    last.close()
    await updater.close()
  })
})
