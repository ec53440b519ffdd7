import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type EventOutcome, type FeedEvent, FeedRefusal } from '../../feed/index.ts'
import { Intake, type IntakeBatch, type Unreadable } from './intake.ts'

/** `7`, `7 tx`, `7 tx/3` where its transaction has three, `bad 7` and so on, or anything else for what can't be read. */
function parse(text: string): FeedEvent {
  const [, bad, seq, tx, size] = /^(bad )?(\d+)(?: (\w+)(?:\/(\d+))?)?$/.exec(text) ?? []
  if (seq === undefined) throw new FeedRefusal('malformed', 'no event')
  const object = { kind: 'domain', name: 'a.zz.', registrar: null, statuses: [], ns: [], ds: [], ttl: {} } as const
  const txSize = size === undefined ? undefined : Number(size)
  if (bad !== undefined) throw new FeedRefusal('schema', 'bad', { seq: Number(seq), tx, txSize })
  return { seq: Number(seq), tx, txSize, at: 0, op: 'upsert', object, transfer: false, publishAt: undefined }
}

class Feeder {
  readonly intake: Intake
  readonly settled: EventOutcome[] = []
  position = 0

  constructor(seq = 0, unreadable: Unreadable = {}) {
    this.intake = new Intake(parse, seq, unreadable, 'http')
  }

  give(texts: readonly string[], { source = 'a', now = 0, endsGroup = false } = {}): void {
    for (const text of texts) {
      const settle = (outcome: EventOutcome) => void this.settled.push(outcome)
      const item = { text, fault: undefined, position: `${++this.position}`, arrivedAt: now, endsGroup, settle }
      this.intake.add(source, item, now)
    }
  }

  take(most = 100, now = 10_000): string[] | undefined {
    const batch = this.intake.batch(most, now)
    if (batch === undefined) return undefined
    const texts = batch.events.map(({ text }) => text!)
    this.intake.done(batch, outcomes(batch))
    return texts
  }
}

function outcomes({ events }: IntakeBatch): EventOutcome[] {
  return events.map(({ seq, refusal }) =>
    refusal === undefined
      ? { outcome: 'applied', seq: seq!, serial: 1 }
      : { outcome: 'refused', seq, reason: refusal.reason, text: refusal.message },
  )
}

describe('events', () => {
  test('are taken in the order of their numbers', () => {
    const feeder = new Feeder()
    feeder.give(['1', '3', '2', '4'])
    expect(feeder.take()).toEqual(['1', '2', '3', '4'])
    expect(feeder.take()).toBeUndefined()
  })

  test('seen before are ignored, but told so only once the first of their number is committed', () => {
    const feeder = new Feeder(5)
    feeder.give(['5', '6', '6'])
    expect(feeder.settled).toEqual([{ outcome: 'ignored', seq: 5 }])
    const batch = feeder.intake.batch(10, 0)!
    feeder.give(['6'])
    expect(feeder.settled).toHaveLength(1)
    feeder.intake.done(batch, outcomes(batch))
    expect(feeder.settled.map(({ outcome }) => outcome)).toEqual(['ignored', 'applied', 'ignored', 'ignored'])
  })

  test('behind a missing number wait for it, and the gap is told', () => {
    const feeder = new Feeder()
    feeder.give(['1', '3', '4'], { now: 7 })
    expect(feeder.take()).toEqual(['1'])
    expect(feeder.intake.gap).toEqual({ missing: 2, since: 7, waiting: 2 })
    feeder.give(['2'], { source: 'b' })
    expect(feeder.intake.gap).toBeUndefined()
    expect(feeder.take()).toEqual(['2', '3', '4'])
  })

  test('that are refused have their place in the sequence', () => {
    const feeder = new Feeder()
    feeder.give(['bad 2', '1', '3'])
    expect(feeder.take()).toEqual(['1', 'bad 2', '3'])
  })

  test('that cannot be read stand for the numbers that are missing after them, and for no more', () => {
    const feeder = new Feeder()
    feeder.give(['1', 'junk', '3', 'junk', '6'])
    expect(feeder.take()).toEqual(['1', 'junk', '3', 'junk'])
    expect(feeder.intake.gap).toMatchObject({ missing: 4 })
    feeder.give(['junk'])
    expect(feeder.take()).toEqual(['junk', '6'])
  })

  test('that could not be read before a restart count after it', () => {
    const before = new Feeder()
    before.give(['1', 'junk'])
    const { seq, unreadable } = before.intake.batch(10, 0)!
    expect([seq, unreadable]).toEqual([1, { a: 1 }])
    const after = new Feeder(seq, unreadable)
    after.give(['3'])
    expect(after.take()).toEqual(['3'])
  })
})

describe('what cannot be read', () => {
  test('stands for no number of another source: that one may come out of order, and must not be lost', () => {
    const feeder = new Feeder()
    feeder.give(['1', 'junk'], { source: 'file' })
    feeder.give(['3'], { source: 'nats' })
    expect(feeder.take()).toEqual(['1', 'junk'])
    expect(feeder.intake.gap).toMatchObject({ missing: 2 })
    feeder.give(['2'], { source: 'nats' })
    expect(feeder.take()).toEqual(['2', '3'])
  })

  test('stands for no number where its giver is told, and gives it again', () => {
    const feeder = new Feeder()
    feeder.give(['1', 'junk', '3'], { source: 'http' })
    expect(feeder.take()).toEqual(['1', 'junk'])
    expect(feeder.intake.gap).toMatchObject({ missing: 2 })
  })

  test('counts no more once its source gives an event that was taken from another', () => {
    const feeder = new Feeder()
    feeder.give(['1', 'junk'], { source: 'file' })
    feeder.give(['2'], { source: 'http' })
    feeder.give(['2', '4'], { source: 'file' })
    expect(feeder.take()).toEqual(['1', 'junk', '2'])
    expect(feeder.intake.gap).toMatchObject({ missing: 3 })
  })
})

describe('transactions', () => {
  test('are not taken for whole while the event after them is missing', () => {
    const feeder = new Feeder()
    feeder.give(['1 t', '3 t'])
    expect(feeder.take(10, 100_000)).toBeUndefined()
    expect(feeder.intake.readyAt()).toBeUndefined()
    feeder.give(['2 t', '4'])
    expect(feeder.take(10, 100_000)).toEqual(['1 t', '2 t', '3 t', '4'])
  })

  test('larger than what is held are committed in pieces, and that is told', () => {
    const feeder = new Feeder()
    const numbers = Array.from({ length: 20_000 }, (_, i) => i + 1)
    feeder.give(numbers.map((seq) => `${seq} t`))
    expect(feeder.intake.isReady(0)).toBe(false)
    feeder.give(['20001 t'])
    expect(feeder.intake.isReady(0)).toBe(true)
    const batch = feeder.intake.batch(1000, 0)!
    expect(batch.events).toHaveLength(20_001)
    expect(batch.split).toBe('t')
    feeder.intake.done(batch, outcomes(batch))
    feeder.give(['20002 t', '20003'])
    const rest = feeder.intake.batch(1000, 0)!
    expect(rest.events.map(({ seq }) => seq)).toEqual([20_002, 20_003])
    expect(rest.split).toBeUndefined()
  })

  test('are not split', () => {
    const feeder = new Feeder()
    feeder.give(['1', '2 t', '3 t', '4 t', '5'])
    expect(feeder.take(2)).toEqual(['1'])
    expect(feeder.take(2)).toEqual(['2 t', '3 t', '4 t'])
    expect(feeder.take(2)).toEqual(['5'])
  })

  test('whose end is not told wait until it is quiet, or a request ends', () => {
    const feeder = new Feeder()
    feeder.give(['1 t', '2 t'], { now: 1000 })
    expect(feeder.intake.isReady(1100)).toBe(false)
    expect(feeder.intake.readyAt()).toBe(1250)
    expect(feeder.take(10, 1250)).toEqual(['1 t', '2 t'])
    feeder.give(['3 t'], { now: 2000, endsGroup: true })
    expect(feeder.take(10, 2000)).toEqual(['3 t'])
  })

  test('whose size is told are whole with their last event, and are not split in a pause before it', () => {
    const feeder = new Feeder()
    feeder.give(['1 t/2'], { now: 1000 })
    expect(feeder.take(10, 2000)).toBeUndefined()
    feeder.give(['2 t/2'], { now: 2000 })
    expect(feeder.take(10, 2000)).toEqual(['1 t/2', '2 t/2'])
  })

  test('whose first event is refused are not taken without the others, and do not wait for more than there are', () => {
    const feeder = new Feeder()
    feeder.give(['bad 1 t/3'], { now: 1000 })
    expect(feeder.take(10, 2000)).toBeUndefined()
    feeder.give(['2 t/3', 'bad 3 t/3'], { now: 2000 })
    expect(feeder.take(10, 2000)).toEqual(['bad 1 t/3', '2 t/3', 'bad 3 t/3'])
  })

  test('hold a refused event that stands in them', () => {
    const feeder = new Feeder()
    feeder.give(['1 t', 'bad 2', '3 t', '4'])
    expect(feeder.take(1)).toEqual(['1 t', 'bad 2', '3 t'])
  })
})

describe('positions', () => {
  test('are those of the last item with nothing left open before it', () => {
    const feeder = new Feeder()
    feeder.give(['1', '3', '2'])
    const batch = feeder.intake.batch(1, 0)!
    expect(feeder.intake.positions().get('a')).toBe('1')
    feeder.intake.done(batch, outcomes(batch))
    feeder.intake.batch(1, 0)
    // 2 came third, and 3, which came second, is not done.
    expect(feeder.intake.positions().get('a')).toBe('1')
  })

  test('beyond a gap are not held for who can give them again', () => {
    const feeder = new Feeder()
    feeder.give(['1'])
    feeder.take()
    feeder.give(['5', '6'], { source: 'http' })
    feeder.intake.dropAhead((seq) => ({ outcome: 'gap', seq, missing: 2 }))
    expect(feeder.intake.gap).toBeUndefined()
    expect(feeder.settled.slice(1)).toEqual([
      { outcome: 'gap', seq: 5, missing: 2 },
      { outcome: 'gap', seq: 6, missing: 2 },
    ])
    feeder.give(['2', '3', '4', '5', '6'], { source: 'http' })
    expect(feeder.take()).toEqual(['2', '3', '4', '5', '6'])
  })
})

test('a number that is given again and again while another is missing fills the intake', async () => {
  const feeder = new Feeder()
  feeder.give(Array.from({ length: 20_001 }, () => '2'))
  let isRoom = false
  void feeder.intake.room().then(() => {
    isRoom = true
  })
  await Promise.resolve()
  expect(isRoom).toBe(false)
})

test('letting go of what lies beyond a gap makes room', async () => {
  const feeder = new Feeder()
  feeder.give(
    Array.from({ length: 20_001 }, (_, i) => `${i + 2}`),
    { source: 'http' },
  )
  const room = feeder.intake.room()
  feeder.intake.dropAhead((seq) => ({ outcome: 'gap', seq, missing: 1 }))
  await room
})

test('an event beyond a gap that another source gave too is kept for it, and told to who waits', () => {
  const feeder = new Feeder()
  feeder.give(['2'], { source: 'file' })
  expect(feeder.settled).toEqual([])
  feeder.give(['2'], { source: 'http' })
  feeder.intake.dropAhead((seq) => ({ outcome: 'gap', seq, missing: 1 }))
  expect(feeder.settled).toEqual([{ outcome: 'gap', seq: 2, missing: 1 }])
  feeder.give(['1'], { source: 'file' })
  expect(feeder.take()).toEqual(['1', '2'])
})

test('a full intake makes sources wait until a commit', async () => {
  const feeder = new Feeder()
  feeder.give(Array.from({ length: 25_000 }, (_, i) => `${i + 1}`))
  let isRoom = false
  const waits = feeder.intake.room().then(() => {
    isRoom = true
  })
  await Promise.resolve()
  expect(isRoom).toBe(false)
  expect(feeder.take(10_000)).toHaveLength(10_000)
  await waits
})

test('every number is taken once and in order, whatever the order, the duplicates and the restarts', () => {
  const plan = fc.record({
    count: fc.integer({ min: 1, max: 40 }),
    swaps: fc.array(fc.tuple(fc.nat(60), fc.nat(60))),
    again: fc.array(fc.nat(60)),
    most: fc.integer({ min: 1, max: 7 }),
    restarts: fc.array(fc.nat(40)),
  })
  fc.assert(
    fc.property(plan, ({ count, swaps, again, most, restarts }) => {
      const numbers = Array.from({ length: count }, (_, i) => i + 1)
      const stream = [...numbers, ...again.map((n) => (n % count) + 1)]
      for (const [a, b] of swaps) {
        const [i, j] = [a % stream.length, b % stream.length]
        const [x, y] = [stream[i]!, stream[j]!]
        stream[i] = y
        stream[j] = x
      }
      // Position of an item is how many of the stream are passed with it.
      let done = { seq: 0, unreadable: {}, position: 0 }
      const taken: number[] = []
      let intake = new Intake(parse, 0)
      let at = 0
      const give = () => {
        const text = `${stream[at++]}`
        intake.add('a', { text, fault: undefined, position: `${at}`, arrivedAt: 0, endsGroup: false }, 0)
      }
      const commit = () => {
        const batch = intake.batch(most, 1000)
        if (batch === undefined) return false
        const position = Number(intake.positions().get('a') ?? done.position)
        taken.push(...batch.events.map(({ seq }) => seq!))
        done = { seq: batch.seq, unreadable: batch.unreadable, position }
        intake.done(batch, outcomes(batch))
        return true
      }
      for (let step = 0; at < stream.length; step++) {
        give()
        if (step % 3 === 0) commit()
        if (restarts.includes(step)) {
          intake = new Intake(parse, done.seq, done.unreadable)
          at = done.position
        }
      }
      while (commit()) {}
      expect(taken).toEqual(numbers)
    }),
    { numRuns: 300 },
  )
})

test('going on after another event settles what that holds, and keeps the rest in its place', () => {
  const feeder = new Feeder()
  feeder.give(['1', '2', '4', '5 t', '6 t', '8', 'what'])
  feeder.intake.batch(1, 0)
  feeder.intake.restart(5, 0)
  expect(feeder.settled.map((outcome) => `${outcome.seq} ${outcome.outcome}`)).toEqual([
    '1 ignored',
    '2 ignored',
    '4 ignored',
    '5 ignored',
  ])
  expect(feeder.intake.doneSeq).toBe(5)
  expect(feeder.intake.gap).toMatchObject({ missing: 7, waiting: 1 })
  feeder.give(['3', '7', '9'])
  expect(feeder.take()).toEqual(['what', '6 t', '7', '8', '9'])
  expect(feeder.take()).toBeUndefined()
  expect(feeder.settled).toHaveLength(10)
  expect([...feeder.intake.positions()]).toEqual([['a', '10']])

  // Back: what is missing has to be given again.
  feeder.give(['10', '12'])
  feeder.intake.restart(8, 0)
  expect(feeder.intake.gap).toMatchObject({ missing: 9, waiting: 2 })
  feeder.give(['9', '11'])
  expect(feeder.take()).toEqual(['9', '10', '11', '12'])
})
