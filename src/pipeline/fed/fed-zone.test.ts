import { describe, expect, test } from 'vitest'
import { zoneLines } from '../../../test/zones/lines.ts'
import type { FeedItem } from '../../feed/index.ts'
import { deadLetters } from './dead-letters.ts'
import { domain, eventText, follow, give, host, loadedFolder, NOON, openAdopted, rrset } from './fed.fixture.ts'
import type { FedZone } from './fed-zone.ts'
import { recentCommits } from './recent.ts'
import type { UnsignedZone } from './unsigned-zone.ts'

const FAR = ['ns.example.net.']

/** The zone's records below the apex, as `example NS ns.example.net.` */
function records({ updater }: UnsignedZone): string[] {
  const nodes = [...updater.snapshot.nodes()].slice(1).map(({ node }) => node)
  return zoneLines(nodes).map((line) => line.replace(/\.zz\. \d+/, ''))
}

const dead = ({ updater }: UnsignedZone) =>
  [...deadLetters(updater.snapshot)].map(({ seq, reason, event }) => ({ seq, reason, event }))

async function commitAll(fed: FedZone, now = NOON): Promise<void> {
  while ((await fed.commit(now)) !== undefined) {}
}

describe('a commit', () => {
  test('makes of events the records, objects, cursor and serial of one update', async () => {
    const zone = await openAdopted(await loadedFolder('old NS ns.example.net.'))
    const fed = follow(zone)
    const { revision } = zone.updater.info
    give(
      fed,
      eventText(1, host('ns.new', ['192.0.2.1'])),
      eventText(2, domain('new', ['ns.new.zz.'])),
      eventText(3, { op: 'delete', kind: 'domain', name: 'old.zz', registrar: null }),
    )
    const commit = await fed.commit(NOON)
    expect(commit).toMatchObject({ events: 3, outcomes: { applied: 3, refused: 0, pending: 0 }, withdrawn: 1 })
    expect(commit?.update).toMatchObject({ serial: 2, revision: revision + 1 })
    expect(records(zone)).toEqual(['new NS ns.new.zz.', 'ns.new A 192.0.2.1'])
    expect(fed.state.cursor).toMatchObject({ seq: 3, counts: { applied: 3, refused: 0, pending: 0 }, commits: 1 })
    expect(await fed.commit(NOON)).toBeUndefined()
  })

  test('of events that change no record keeps the serial, and remembers how far the feed is', async () => {
    const zone = await openAdopted(await loadedFolder('old NS ns.example.net.'))
    const fed = follow(zone)
    give(
      fed,
      eventText(1, host('ns.unused', ['192.0.2.1'])),
      eventText(2, domain('held', FAR, { statuses: ['serverHold'] })),
    )
    expect((await fed.commit(NOON))?.update?.serial).toBe(1)
    expect(follow(zone).state.cursor).toMatchObject({ seq: 2, counts: { applied: 2 } })
  })

  test('that fails changes nothing, and the same events are committed when it is tried again', async () => {
    const zone = await openAdopted(await loadedFolder('old NS ns.example.net.'))
    let isBroken = true
    const change: UnsignedZone['change'] = (...args) =>
      isBroken ? Promise.reject(new Error('the disk is full')) : zone.change(...args)
    const fed = follow({ updater: zone.updater, change } as UnsignedZone)
    const settled: string[] = []
    const item = (seq: number): FeedItem => ({
      text: eventText(seq, domain(`d${seq}`, FAR)),
      fault: undefined,
      position: String(seq),
      arrivedAt: NOON,
      endsGroup: true,
      settle: ({ outcome }) => settled.push(`${seq} ${outcome}`),
    })
    void fed.take('test', [item(1), item(2)], NOON)
    await expect(fed.commit(NOON)).rejects.toThrow('the disk is full')
    expect([fed.state.cursor.seq, settled, records(zone)]).toEqual([0, [], ['old NS ns.example.net.']])
    void fed.take('test', [item(3), item(2)], NOON)
    isBroken = false
    await commitAll(fed)
    expect(records(zone)).toEqual(['d1', 'd2', 'd3', 'old'].map((label) => `${label} NS ns.example.net.`))
    expect(settled).toEqual(['1 applied', '2 applied', '2 ignored', '3 applied'])
    expect(fed.state.cursor).toMatchObject({ seq: 3, sources: { test: '2' }, counts: { applied: 3 } })
  })

  test('is the same whether events come one by one or all at once, again and out of order', async () => {
    const events = [
      domain('a', ['ns.a.zz.']),
      host('ns.a', ['192.0.2.1']),
      domain('b', ['ns.a.zz.']),
      domain('a', FAR),
      rrset('www.zz', 'A', ['192.0.2.80']),
      domain('www', FAR),
    ].map((of, i) => eventText(i + 1, of))
    const [one, other] = [await openAdopted(await loadedFolder('')), await openAdopted(await loadedFolder(''))]
    const slow = follow(one)
    for (const text of events) {
      give(slow, text)
      await commitAll(slow)
    }
    const fast = follow(other)
    give(fast, ...[2, 0, 4, 4, 1, 5, 3, 0].map((i) => events[i]!))
    await commitAll(fast)
    expect(records(other)).toEqual(records(one))
    expect(records(one)).toEqual(['a NS ns.example.net.', 'ns.a A 192.0.2.1', 'b NS ns.a.zz.', 'www A 192.0.2.80'])
    expect(fast.state.cursor.counts).toEqual({ applied: 5, refused: 1, pending: 0 })
    expect(dead(other)).toEqual([{ seq: 6, reason: 'overlap', event: events[5] }])
  })
})

describe('an event that is refused', () => {
  test('is kept with its reason, and the rest goes on', async () => {
    const zone = await openAdopted(await loadedFolder(''))
    const fed = follow(zone)
    const far = eventText(3, { ...domain('far', FAR), name: 'far.yy.' })
    give(fed, eventText(1, domain('a', FAR)), '{"v":1,', far, eventText(4, domain('b', FAR)))
    expect((await fed.commit(NOON))?.outcomes).toMatchObject({ applied: 2, refused: 2 })
    expect(records(zone)).toEqual(['a NS ns.example.net.', 'b NS ns.example.net.'])
    expect(dead(zone)).toEqual([
      { seq: null, reason: 'malformed', event: '{"v":1,' },
      { seq: 3, reason: 'out-of-zone', event: far },
    ])
    expect(fed.state.cursor).toMatchObject({ seq: 4, counts: { applied: 2, refused: 2 }, dead: { kept: 2 } })
    expect([...recentCommits(zone.updater.snapshot)].at(-1)?.events).toMatchObject([
      { seq: 1, object: 'domain a.zz.', op: 'upsert', outcome: 'applied' },
      { seq: null, object: null, outcome: 'refused', note: expect.stringMatching(/^malformed: /) },
      { seq: 3, object: null, outcome: 'refused', note: expect.stringMatching(/^out-of-zone: /) },
      { seq: 4, object: 'domain b.zz.', outcome: 'applied' },
    ])
  })

  test('alone still moves the cursor', async () => {
    const zone = await openAdopted(await loadedFolder(''))
    const fed = follow(zone)
    give(fed, eventText(1, { kind: 'domain', name: 'a.zz' }))
    await fed.commit(NOON)
    expect(follow(zone).state.cursor).toMatchObject({ seq: 1, counts: { refused: 1 } })
  })
})

test('a domain that waits to be published is published by itself when its time comes, also after a restart', async () => {
  const zone = await openAdopted(await loadedFolder(''))
  const fed = follow(zone, { publicationDelay: 60 })
  give(fed, eventText(1, domain('a', FAR)), eventText(2, domain('b', FAR, { publishAt: '2026-05-01T12:00:30Z' })))
  expect((await fed.commit(NOON))?.outcomes).toMatchObject({ pending: 2 })
  expect([fed.nextAt(NOON), records(zone)]).toEqual([NOON + 30_000, []])
  const restarted = follow(zone)
  await commitAll(restarted, NOON + 30_000)
  expect(records(zone)).toEqual(['b NS ns.example.net.'])
  expect(restarted.nextAt(NOON)).toBe(NOON + 60_000)
  await commitAll(restarted, NOON + 60_000)
  expect(records(zone)).toEqual(['a NS ns.example.net.', 'b NS ns.example.net.'])
  expect([...recentCommits(zone.updater.snapshot)].at(-1)?.events).toMatchObject([
    { seq: 1, op: 'due', outcome: 'applied' },
  ])
})

test('a zone file whose records were adopted is the feed at 0, and a restart does not adopt the zone again', async () => {
  const folder = await loadedFolder('a NS ns.a\nns.a A 192.0.2.1\n')
  const zone = await openAdopted(folder)
  const fed = follow(zone)
  expect(fed.state.cursor.seq).toBe(0)
  give(fed, eventText(1, { op: 'delete', kind: 'domain', name: 'a.zz', registrar: 'REG-1' }))
  await commitAll(fed)
  expect(records(zone)).toEqual([])
  await zone.close()
  const again = follow(await openAdopted(folder))
  expect(again.state.cursor.seq).toBe(1)
})
