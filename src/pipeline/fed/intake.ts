import { type EventOutcome, type FeedEvent, type FeedItem, FeedRefusal } from '../../feed/index.ts'

/** What is held in all before sources have to wait, behind a missing event or a commit. */
const MOST_ITEMS = 20_000
const MOST_OCTETS = 64 << 20
/** Milliseconds without another event after which a registry transaction whose end is not told counts as whole. */
const GROUP_QUIET = 250
/** Events in a row that could not be read, and are taken for the numbers that are missing after them. */
const MOST_UNREADABLE = 1000

/** An event in its place in the sequence, or what was wrong with it. */
export interface TakenEvent {
  /** Undefined when it could not be read. */
  readonly seq: number | undefined
  readonly event: FeedEvent | undefined
  readonly refusal: FeedRefusal | undefined
  readonly text: string | undefined
  /** Name of the source that gave it first. */
  readonly source: string
  /** Milliseconds since 1970. */
  readonly arrivedAt: number
}

interface Entry extends TakenEvent {
  readonly tx: string | undefined
  readonly endsGroup: boolean
  readonly octets: number
  /** As often as it was given. */
  readonly givers: Giver[]
}

/** An item as its source knows it. */
interface Giver {
  readonly source: string
  readonly position: string
  readonly settle: FeedItem['settle']
  done: boolean
}

/** Events that are committed together. */
export interface IntakeBatch {
  readonly events: readonly TakenEvent[]
  /** The last number taken, also when it stands for an event that could not be read. */
  readonly seq: number
  /** Events that could not be read since the last one whose number is known. */
  readonly unreadable: number
}

/**
 * Puts what sources give into the order of the registry: every number once, none left out, transactions whole. It holds a
 * bounded number of events; nothing is done with them here.
 */
export class Intake {
  readonly #parse: (text: string) => FeedEvent
  /** The number that is to be taken next. */
  #expected: number
  /** Events that could not be read since the last whose number is known: as taken, and as done with. */
  #unreadable: number
  #unreadableDone: number
  #doneSeq: number
  /** In order, to be committed. */
  #ready: Entry[] = []
  #batch: Entry[] = []
  /** By number, beyond one that is missing: sources deliver again, and not in order, after a failure. */
  readonly #ahead = new Map<number, Entry>()
  /** By number, what is ready or in the batch. */
  readonly #taken = new Map<number, Entry>()
  /** By source, in the order given: what is not done with yet. */
  readonly #outstanding = new Map<string, Giver[]>()
  #octets = 0
  #room: (() => void)[] = []
  #gapSince: number | undefined

  /**
   * @param parse reads one event; throws FeedRefusal
   * @param seq the last number done with; 0 before the first
   * @param unreadable events that could not be read since then
   */
  constructor(parse: (text: string) => FeedEvent, seq: number, unreadable = 0) {
    this.#parse = parse
    this.#expected = seq + 1
    this.#doneSeq = seq
    this.#unreadable = unreadable
    this.#unreadableDone = unreadable
  }

  /** Takes an item; one seen before is settled at once, or with the first of its number. @param now ms since 1970 */
  add(source: string, item: FeedItem, now: number): void {
    const giver: Giver = { source, position: item.position, settle: item.settle, done: false }
    this.#queueOf(source).push(giver)
    const entry = this.#read(source, item, giver)
    const { seq } = entry
    if (seq !== undefined) {
      const same = this.#ahead.get(seq) ?? this.#taken.get(seq)
      if (same !== undefined) {
        same.givers.push(giver)
        return
      }
      if (seq < this.#expected) {
        this.#settle(giver, { outcome: 'ignored', seq })
        this.#trim(source)
        return
      }
      this.#ahead.set(seq, entry)
    } else {
      this.#unreadable++
      this.#ready.push(entry)
    }
    this.#octets += entry.octets
    this.#advance(now)
  }

  /** Resolves when there is room for more. */
  room(): Promise<void> {
    const isFull = this.#ready.length + this.#ahead.size > MOST_ITEMS || this.#octets > MOST_OCTETS
    return isFull ? new Promise((resolve) => this.#room.push(resolve)) : Promise.resolve()
  }

  /** The number that is missing, while others wait for it, and since when (ms since 1970). */
  get gap(): { readonly missing: number; readonly since: number; readonly waiting: number } | undefined {
    if (this.#gapSince === undefined) return undefined
    return { missing: this.#expected, since: this.#gapSince, waiting: this.#ahead.size }
  }

  /** The last number done with. */
  get doneSeq(): number {
    return this.#doneSeq
  }

  /** Events in order that wait to be committed. */
  get waiting(): number {
    return this.#ready.length + this.#batch.length
  }

  /** There is something to commit now. */
  isReady(now: number): boolean {
    return this.#batch.length > 0 || this.#wholeGroups(1, now) > 0
  }

  /**
   * What is to be committed next: as many events as may go together, no transaction split. It stays the same until it is
   * `done`.
   * @param most events; a single transaction may have more
   */
  batch(most: number, now: number): IntakeBatch | undefined {
    if (this.#batch.length === 0) {
      const count = this.#wholeGroups(most, now)
      if (count === 0) return undefined
      this.#batch = this.#ready.splice(0, count)
    }
    const last = this.#batch.findLastIndex(({ seq }) => seq !== undefined)
    const after = this.#batch.length - 1 - last
    return {
      events: this.#batch,
      seq: last < 0 ? this.#doneSeq : this.#batch[last]!.seq!,
      unreadable: last < 0 ? this.#unreadableDone + after : after,
    }
  }

  /** When a transaction whose end is not told counts as whole, in ms since 1970; undefined when none waits. */
  readyAt(): number | undefined {
    const last = this.#ready.at(-1)
    return this.#batch.length > 0 || last === undefined ? undefined : last.arrivedAt + GROUP_QUIET
  }

  /** Where each source stands once the batch is done with. */
  positions(): Map<string, string> {
    const inBatch = new Set(this.#batch.flatMap(({ givers }) => givers))
    const positions = new Map<string, string>()
    for (const [source, queue] of this.#outstanding) {
      for (const giver of queue) {
        if (!giver.done && !inBatch.has(giver)) break
        positions.set(source, giver.position)
      }
    }
    return positions
  }

  /** The batch is on the disk. @param outcomes of its events, in their order */
  done({ seq, unreadable }: IntakeBatch, outcomes: readonly EventOutcome[]): void {
    const batch = this.#batch
    this.#batch = []
    this.#doneSeq = seq
    this.#unreadableDone = unreadable
    for (const [index, entry] of batch.entries()) {
      this.#octets -= entry.octets
      if (entry.seq !== undefined) this.#taken.delete(entry.seq)
      const [first, ...again] = entry.givers
      this.#settle(first!, outcomes[index]!)
      for (const giver of again) this.#settle(giver, { outcome: 'ignored', seq: entry.seq! })
    }
    for (const source of this.#outstanding.keys()) this.#trim(source)
    for (const resolve of this.#room.splice(0)) resolve()
  }

  /** Lets go of what only this source gave and that waits for a missing number. */
  dropAhead(source: string, outcome: (seq: number) => EventOutcome): void {
    for (const [seq, entry] of this.#ahead) {
      if (entry.givers.some((giver) => giver.source !== source)) continue
      this.#ahead.delete(seq)
      this.#octets -= entry.octets
      for (const giver of entry.givers) this.#settle(giver, outcome(seq))
    }
    if (this.#ahead.size === 0) this.#gapSince = undefined
    this.#trim(source)
  }

  #queueOf(source: string): Giver[] {
    let queue = this.#outstanding.get(source)
    if (queue === undefined) {
      queue = []
      this.#outstanding.set(source, queue)
    }
    return queue
  }

  #settle(giver: Giver, outcome: EventOutcome): void {
    giver.done = true
    giver.settle?.(outcome)
  }

  /** Forgets what the source is done with, but for the last, whose position is the source's. */
  #trim(source: string): void {
    const queue = this.#queueOf(source)
    let done = 0
    while (done + 1 < queue.length && queue[done]!.done && queue[done + 1]!.done) done++
    if (done > 0) queue.splice(0, done)
  }

  #read(source: string, { text, fault, arrivedAt, endsGroup }: FeedItem, giver: Giver): Entry {
    const common = { source, text, arrivedAt, endsGroup, octets: text?.length ?? 0, givers: [giver] }
    if (text === undefined) {
      const refusal = new FeedRefusal('too-long', fault ?? 'the event could not be taken')
      return { ...common, seq: undefined, tx: undefined, event: undefined, refusal }
    }
    try {
      const event = this.#parse(text)
      return { ...common, seq: event.seq, tx: event.tx, event, refusal: undefined }
    } catch (error) {
      if (!(error instanceof FeedRefusal)) throw error
      return { ...common, seq: error.seq, tx: undefined, event: undefined, refusal: error }
    }
  }

  /** Moves what is in order from the held ones to those to be committed. */
  #advance(now: number): void {
    while (this.#ahead.size > 0) {
      const entry = this.#next()
      if (entry === undefined) {
        this.#gapSince ??= now
        return
      }
      this.#ahead.delete(entry.seq!)
      this.#taken.set(entry.seq!, entry)
      this.#ready.push(entry)
      this.#expected = entry.seq! + 1
      this.#unreadable = 0
      this.#gapSince = undefined
    }
    this.#gapSince = undefined
  }

  /** The next one in order. What could not be read had the numbers that are missing. */
  #next(): Entry | undefined {
    const passable = Math.min(this.#unreadable, MOST_UNREADABLE)
    for (let seq = this.#expected; seq <= this.#expected + passable; seq++) {
      const entry = this.#ahead.get(seq)
      if (entry !== undefined) return entry
    }
    return undefined
  }

  /** How many of those ready make whole transactions, at most so many unless the first alone has more. */
  #wholeGroups(most: number, now: number): number {
    let whole = 0
    let tx: string | undefined
    for (const [index, entry] of this.#ready.entries()) {
      // What was refused has no transaction that is known: it goes with the one it stands in.
      tx = entry.event === undefined ? tx : entry.tx
      const next = this.#ready[index + 1]
      const isLast = next === undefined
      const goesOn = tx !== undefined && !entry.endsGroup && (isLast || next.event === undefined || next.tx === tx)
      if (!goesOn || (isLast && now >= entry.arrivedAt + GROUP_QUIET)) {
        if (index >= most && whole > 0) return whole
        whole = index + 1
      }
      if (whole >= most) return whole
    }
    return whole
  }
}
