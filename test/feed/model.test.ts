import { afterAll, describe, expect, test } from 'vitest'
import { RrsigVerifier } from '../../src/dnssec/verify/index.ts'
import type { FeedItem } from '../../src/feed/index.ts'
import { ZoneChecker } from '../../src/zone/checks/index.ts'
import { sortKey } from '../../src/zone/index.ts'
import { Random } from '../zones/random.ts'
import { ORIGIN, Restartable, START, scratchFolder } from './fed-zones.ts'
import { ModelFollower, type StreamEvent, streamOf } from './registry-stream.ts'
import { mountSmallDisk, type SmallDisk } from './small-disk.ts'
import { storedIn } from './stored.ts'

const SOURCES = ['a', 'b'] as const
type Source = (typeof SOURCES)[number]

/** What each source gives, by numbers: every event comes from one of them at least, out of order and more than once. */
function deliveries(random: Random, events: readonly StreamEvent[]): Record<Source, number[]> {
  const given: Record<Source, number[]> = { a: [], b: [] }
  for (const { seq } of events) {
    const first = random.pick(SOURCES)
    given[first].push(seq)
    if (random.chance(0.15)) given[first].push(seq)
    if (random.chance(0.1)) given[first === 'a' ? 'b' : 'a'].push(seq)
  }
  for (const source of SOURCES) {
    const list = given[source]
    for (let at = 0; at < list.length; at++) {
      const other = Math.min(list.length - 1, at + random.below(6))
      const [x, y] = [list[at]!, list[other]!]
      list[at] = y
      list[other] = x
    }
  }
  return given
}

/** Gives a random stream to a zone in random pieces, with restarts in between, and compares it with the model after each commit. */
async function follow(one: Restartable, seed: number, count: number, disk?: SmallDisk): Promise<ModelFollower> {
  const random = new Random(seed)
  const began = Date.now()
  // So close together that a transaction whose events are still to come never counts as given up.
  const timeOf = (seq: number) => began + 3 * seq
  const options = { count, grouped: 0.3, at: timeOf, publishAt: (seq: number) => timeOf(seq) + random.below(800) }
  const events = [...streamOf(random, 1, options)]
  const given = deliveries(random, events)
  const at: Record<Source, number> = { a: 0, b: 0 }
  const model = new ModelFollower(START)
  let now = began

  const give = (source: Source) => {
    const until = Math.min(given[source].length, at[source] + 1 + random.below(12))
    const items = given[source].slice(at[source], until).map(
      (seq, i): FeedItem => ({
        text: events[seq - 1]!.text,
        fault: undefined,
        position: String(at[source] + i + 1),
        arrivedAt: now,
        endsGroup: false,
      }),
    )
    at[source] = until
    void one.fed.take(source, items, now)
  }
  const commit = async () => {
    const done = await (disk === undefined ? one.fed.commit(now) : disk.commit(one.fed, now, random.chance(0.3)))
    const { cursor } = one.fed.state
    if (done !== undefined) model.goOn(events, cursor.seq, now)
    const stored = storedIn(one.zone.updater.snapshot)
    expect(stored.cursor).toEqual(cursor)
    expect({ seq: cursor.seq, counts: cursor.counts }).toEqual({ seq: model.seq, counts: model.counts })
    expect(stored.zone).toEqual(model.registry.zone)
    expect(stored.objects).toEqual(model.registry.objects)
    expect(stored.dead).toEqual(model.dead)
    // No registry transaction is half done.
    expect(events[cursor.seq - 1]?.txEnd ?? 0).toBe(cursor.seq)
    return done !== undefined
  }

  while (SOURCES.some((source) => at[source] < given[source].length)) {
    now += random.below(10)
    if (random.chance(0.7)) give(random.pick(SOURCES))
    if (random.chance(0.4)) await commit()
    if (random.chance(0.06)) {
      await one.restart()
      const { sources } = one.fed.state.cursor
      for (const source of SOURCES) at[source] = Math.max(0, Number(sources[source] ?? 0) - random.below(3))
    }
  }
  while (await commit()) {}
  expect(model.seq).toBe(count)
  now += 5000
  while (await commit()) {}
  expect(one.fed.state).toMatchObject({ pending: 0, nextDue: undefined, waiting: 0, gap: undefined })
  return model
}

describe.each([
  { what: 'an unsigned zone', isSigned: false, seeds: [1, 2, 3, 4, 5, 6, 7, 8] },
  { what: 'a signed zone', isSigned: true, seeds: [11, 12, 13, 307] },
])('$what equals the model after every commit', ({ isSigned, seeds }) => {
  test.each(seeds)('with duplicates, reordering, gaps and restarts (seed %d)', async (seed) => {
    const one = await Restartable.begin(isSigned)
    const { counts } = await follow(one, seed, 300)
    // The stream has what it is to prove.
    for (const outcome of ['applied', 'refused', 'pending'] as const) expect(counts[outcome]).toBeGreaterThan(5)
    if (isSigned) expect(faultsOf(one)).toEqual([])
  })
})

const disk = mountSmallDisk()
afterAll(() => disk?.unmount())

test.skipIf(disk === undefined)('so does one whose disk is full again and again (root mounts the disk)', async () => {
  const one = await Restartable.begin(false, disk!.path)
  await follow(one, 21, 400, disk)
  expect(disk!.refused).toBeGreaterThan(3)
})

/** What the zone checks find wrong, every signature verified; hosts without addresses are the registry's business. */
function faultsOf({ zone }: Restartable): string[] {
  const { snapshot } = zone.updater
  const chain = [...snapshot.denialNodes()].map((node) => ({ node, key: sortKey(node.owner, ORIGIN) }))
  const checker = new ZoneChecker({
    origin: ORIGIN,
    now: Math.floor(Date.now() / 1000),
    temporaryFolder: scratchFolder(),
    verifier: new RrsigVerifier(),
  })
  const nodes = [...snapshot.nodes(), ...chain].sort((a, b) => Buffer.compare(a.key, b.key))
  for (const { node } of nodes) checker.node(node)
  const { findings } = checker.finish()
  return findings
    .filter(({ check }) => check !== 'glue-missing' && check !== 'host-without-address')
    .map(({ check, owner, message }) => `${owner} ${check} ${message}`)
}
