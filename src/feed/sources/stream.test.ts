import { PassThrough } from 'node:stream'
import { expect, test } from 'vitest'
import { Collector } from './collector.fixture.ts'
import { StreamSource } from './stream.ts'

test('a stream is given line by line, and its end is told', async () => {
  const input = new PassThrough()
  const source = new StreamSource('stdin', input)
  const sink = new Collector()
  source.start(undefined, sink)
  input.write('{"seq":1}\n{"se')
  await sink.untilCount(1)
  expect(source.report()).toMatchObject({ name: 'stdin', state: 'following', position: '10' })
  input.end('q":2}\n{"seq":3}')
  await source.ended
  expect(sink.texts).toEqual(['{"seq":1}', '{"seq":2}', '{"seq":3}'])
  expect(source.report()).toMatchObject({ state: 'ended', position: '29' })
  await source.stop()
  expect(source.report().state).toBe('ended')
})

test('nothing is read on while the sink is full, and nothing is given after stop', async () => {
  const input = new PassThrough({ highWaterMark: 1024 })
  const source = new StreamSource('stdin', input)
  const sink = new Collector()
  let open = () => {}
  sink.gate = new Promise((resolve) => (open = resolve))
  source.start(undefined, sink)
  let written = 0
  while (written < 1000 && input.write(`${written}`.padEnd(100, ' ').concat('\n'))) written++
  await sink.untilCount(1)
  const held = sink.items.length
  for (let i = 0; i < 50; i++) await new Promise(setImmediate)
  expect(sink.items.length).toBe(held)
  const stopped = source.stop()
  await stopped
  open()
  for (let i = 0; i < 50; i++) await new Promise(setImmediate)
  expect(sink.items.length).toBe(held)
  expect(source.report().state).toBe('stopped')
})

test('an input that fails is told', async () => {
  const input = new PassThrough()
  const source = new StreamSource('fifo', input)
  const sink = new Collector()
  source.start(undefined, sink)
  input.write('1\n')
  await sink.untilCount(1)
  input.destroy(new Error('broken pipe'))
  await source.ended
  expect(sink.problems).toEqual(["fifo can't be read: broken pipe"])
})
