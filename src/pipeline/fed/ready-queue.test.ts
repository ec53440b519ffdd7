import { expect, test } from 'vitest'
import { type Queued, ReadyQueue } from './ready-queue.ts'

/** `7`, `7 tx`, `7 tx/3` for a transaction of three, `7 bad` for one that was refused, `junk` for what has no number. */
function queued(text: string, arrivedAt = 0): Queued & { text: string } {
  const [, seq, tx, size] = /^(\d+)?(?:junk)?(?: (\w+))?(?:\/(\d+))?$/.exec(text)!
  const isUnplaced = tx === 'bad' || seq === undefined
  const txSize = size === undefined ? undefined : Number(size)
  const common = { text, txSize, isUnplaced, endsGroup: false, arrivedAt }
  return { ...common, seq: seq === undefined ? undefined : Number(seq), tx: isUnplaced ? undefined : tx }
}

function queueOf(...texts: string[]): ReadyQueue<ReturnType<typeof queued>> {
  const queue = new ReadyQueue<ReturnType<typeof queued>>()
  for (const text of texts) queue.push(queued(text))
  return queue
}

const texts = ({ entries }: { entries: { text: string }[] }) => entries.map(({ text }) => text)

test('a transaction whose size is told is whole with its last event, and not before, however quiet it is', () => {
  const queue = queueOf('1 t/3', '2 t/3')
  expect(queue.isReady(5000, false)).toBe(false)
  queue.push(queued('3 t/3'))
  expect(queue.isReady(0, false)).toBe(true)
  expect(texts(queue.take(1, 0, false))).toEqual(['1 t/3', '2 t/3', '3 t/3'])
})

test('events that are refused have their place in a transaction whose size is told; what has no number has none', () => {
  const queue = queueOf('1 t/3', '2 bad', 'junk')
  expect(queue.isReady(0, false)).toBe(false)
  queue.push(queued('3 t/3'))
  expect(texts(queue.take(1, 0, false))).toEqual(['1 t/3', '2 bad', 'junk', '3 t/3'])
})

test('a transaction of which events never come is taken after a while, or when another event follows it', () => {
  const queue = queueOf('1 t/3')
  expect(queue.readyAt()).toBe(10_000)
  expect(queue.isReady(9_999, false)).toBe(false)
  expect(texts(queue.take(9, 10_000, false))).toEqual(['1 t/3'])
  expect(queueOf('1 t/3', '2').isReady(0, false)).toBe(true)
})

test('what is whole is taken, and what is not waits', () => {
  const queue = queueOf('1', '2 t', '3 t', '4 u')
  expect(texts(queue.take(1, 0, false))).toEqual(['1'])
  expect(texts(queue.take(9, 0, false))).toEqual(['2 t', '3 t'])
  expect(queue.isReady(249, false)).toBe(false)
  expect(queue.readyAt()).toBe(250)
  expect(texts(queue.take(9, 250, false))).toEqual(['4 u'])
  expect(queue.length).toBe(0)
})

test('where nothing more is taken in, a transaction that is not whole is split', () => {
  const queue = queueOf('1 t', '2 t')
  expect(queue.take(1, 0, true)).toMatchObject({ entries: { length: 2 }, split: 't' })
  expect(queueOf('1', '2 t').take(9, 0, true)).toMatchObject({ entries: { length: 1 }, split: undefined })
})

test('to ask again and again whether a long transaction is whole costs little', () => {
  const queue = new ReadyQueue<Queued>()
  const began = performance.now()
  for (let seq = 1; seq <= 50_000; seq++) {
    queue.push(queued(`${seq} t`))
    queue.isReady(0, false)
  }
  expect(performance.now() - began).toBeLessThan(2000)
})
