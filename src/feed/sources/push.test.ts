import { expect, test } from 'vitest'
import { Collector } from './collector.fixture.ts'
import { PushQueueFull, PushSource, PushStopped } from './push.ts'
import { MAX_EVENT_OCTETS } from './source.ts'

const applied = (seq: number) => ({ outcome: 'applied', seq, serial: 7 }) as const

test('a push resolves when all its events are settled, in their order; the last ends the group', async () => {
  const source = new PushSource('http')
  const sink = new Collector()
  source.start(undefined, sink)
  const pushed = source.push(['{"seq":1}', '{"seq":2}'])
  await sink.untilCount(2)
  expect(sink.items.map(({ text, endsGroup }) => [text, endsGroup])).toEqual([
    ['{"seq":1}', false],
    ['{"seq":2}', true],
  ])
  expect(source.report()).toMatchObject({ state: 'following', behind: 2, behindUnit: 'events' })
  sink.items[1]?.settle?.(applied(2))
  sink.items[0]?.settle?.(applied(1))
  expect(await pushed).toEqual([applied(1), applied(2)])
  expect(source.report().behind).toBe(0)
})

test('an event that is too long is given as such', async () => {
  const source = new PushSource('http')
  const sink = new Collector()
  source.start(undefined, sink)
  const pushed = source.push(['x'.repeat(MAX_EVENT_OCTETS + 1)])
  await sink.untilCount(1)
  expect(sink.items[0]?.text).toBeUndefined()
  expect(sink.items[0]?.fault).toContain(`${MAX_EVENT_OCTETS + 1} octets`)
  sink.items[0]?.settle?.({ outcome: 'refused', seq: undefined, reason: 'too-long', text: '' })
  expect(await pushed).toMatchObject([{ reason: 'too-long' }])
})

test('what would be too much is refused whole, by events and by octets, until some are settled', async () => {
  const source = new PushSource('http', { events: 2, octets: 10 })
  const sink = new Collector()
  source.start(undefined, sink)
  await expect(source.push(['1', '2', '3'])).rejects.toThrow(PushQueueFull)
  await expect(source.push(['12345678901'])).rejects.toThrow(PushQueueFull)
  const first = source.push(['1', '2'])
  await expect(source.push(['3'])).rejects.toMatchObject({ waiting: 2 })
  await sink.untilCount(2)
  for (const [index, item] of sink.items.entries()) item.settle?.(applied(index + 1))
  await first
  const second = source.push(['3'])
  await sink.untilCount(3)
  sink.items[2]?.settle?.(applied(3))
  expect(await second).toEqual([applied(3)])
})

test('stop rejects what is not settled, and a source that was stopped takes up again', async () => {
  const source = new PushSource('http')
  await expect(source.push(['0'])).rejects.toThrow(PushStopped)
  const sink = new Collector()
  sink.gate = new Promise(() => {})
  source.start(undefined, sink)
  const given = source.push(['1'])
  const queued = source.push(['2'])
  await sink.untilCount(1)
  const both = Promise.allSettled([given, queued])
  await source.stop()
  expect((await both).map((result) => result.status === 'rejected' && result.reason)).toEqual([
    expect.any(PushStopped),
    expect.any(PushStopped),
  ])
  sink.items[0]?.settle?.(applied(1))
  expect(sink.items.length).toBe(1)

  const again = new Collector()
  source.start(undefined, again)
  expect(source.report().behind).toBe(0)
  const pushed = source.push(['3'])
  await again.untilCount(1)
  again.items[0]?.settle?.(applied(3))
  expect(await pushed).toEqual([applied(3)])
  await source.stop()
})
