import { type EventOutcome, type FeedEvent, type FeedItem, FeedRefusal } from '../../feed/index.ts'
import { type Queued, ReadyQueue } from './ready-queue.ts'

/**
 * What is held in all before sources have to wait, behind a missing event or a commit: items, an event that is given twice
 * counted twice, and their octets. A transaction that is larger is committed in pieces.
 */
const MOST_ITEMS = 20_000
const MOST_OCTETS = 64 << 20
/** Events in a row that could not be read, and are taken for the numbers that are missing after them in the same source. */
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

interface Entry extends TakenEvent, Queued {
  readonly seq: number | undefined
  readonly arrivedAt: number
  readonly octets: number
  /** As often as it was given. */
  givers: Giver[]
  /** Once it has its place: what could not be read up to it. */
  unreadable: Unreadable
}

/** By source: how many events could not be read since the last that the source gave and whose number is known. */
export type Unreadable = Readonly<Record<string, number>>

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
  readonly unreadable: Unreadable
  /** A transaction that is committed in pieces, since it is larger than what is held. */
  readonly split: string | undefined
}

/**
 * Puts what sources give into the order of the registry: every number once, none left out, transactions whole. It holds a
 * bounded number of events; nothing is done with them here.
 */
export class Intake {
  readonly #parse: (text: string) => FeedEvent
  readonly #answered: string | undefined
  /** The number that is to be taken next. */
  #expected: number
  #unreadable: Unreadable
  #doneSeq: number
  /** In order, to be committed. */
  readonly #ready = new ReadyQueue<Entry>()
  #batch: Entry[] = []
  #split: string | undefined
  /** By number, beyond one that is missing: sources deliver again, and not in order, after a failure. */
  readonly #ahead = new Map<number, Entry>()
  /** By number, what is ready or in the batch. */
  readonly #taken = new Map<number, Entry>()
  /** By source, in the order given: what is not done with yet. */
  readonly #outstanding = new Map<string, Giver[]>()
  #octets = 0
  /** Items given and not settled. */
  #items = 0
  #room: (() => void)[] = []
  #gapSince: number | undefined

  /**
   * @param parse reads one event; throws FeedRefusal
   * @param seq the last number done with; 0 before the first
   * @param unreadable events that could not be read since then
   * @param answered the source whose giver is told each outcome and waits for it: it gives again what could not be read, which
   *   therefore stands for no number, and what lies beyond a number that is missing (`dropAhead`)
   */
  constructor(parse: (text: string) => FeedEvent, seq: number, unreadable: Unreadable = {}, answered?: string) {
    this.#parse = parse
    this.#answered = answered
    this.#expected = seq + 1
    this.#doneSeq = seq
    this.#unreadable = unreadable
  }

  /** Takes an item; one seen before is settled at once, or with the first of its number. @param now ms since 1970 */
  add(source: string, item: FeedItem, now: number): void {
    const giver: Giver = { source, position: item.position, settle: item.settle, done: false }
    this.#queueOf(source).push(giver)
    this.#items++
    const entry = this.#read(source, item, giver)
    const { seq } = entry
    if (seq !== undefined) {
      const same = this.#ahead.get(seq) ?? this.#taken.get(seq)
      if (same !== undefined) {
        same.givers.push(giver)
        if (seq < this.#expected) this.#noteRead(source)
        return
      }
      if (seq < this.#expected) {
        this.#noteRead(source)
        this.#settle(giver, { outcome: 'ignored', seq })
        this.#trim(source)
        return
      }
      this.#ahead.set(seq, entry)
    } else {
      if (source !== this.#answered) {
        this.#unreadable = { ...this.#unreadable, [source]: (this.#unreadable[source] ?? 0) + 1 }
      }
      this.#place(entry)
    }
    this.#octets += entry.octets
    this.#advance(now)
  }

  /** Resolves when there is room for more. */
  room(): Promise<void> {
    return this.#isFull ? new Promise((resolve) => this.#room.push(resolve)) : Promise.resolve()
  }

  get #isFull(): boolean {
    return this.#items > MOST_ITEMS || this.#octets > MOST_OCTETS
  }

  /** The missing event may belong to the last transaction: while one is missing, neither quiet nor fullness ends it. */
  #waitFor(now: number): [now: number, isFull: boolean] {
    return this.#ahead.size > 0 ? [Number.NEGATIVE_INFINITY, false] : [now, this.#isFull]
  }

  #makeRoom(): void {
    for (const resolve of this.#room.splice(0)) resolve()
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
    return this.#batch.length > 0 || this.#ready.isReady(...this.#waitFor(now))
  }

  /**
   * What is to be committed next: as many events as may go together, no transaction split. It stays the same until it is
   * `done`.
   * @param most events; a single transaction may have more
   */
  batch(most: number, now: number): IntakeBatch | undefined {
    if (this.#batch.length === 0) {
      const { entries, split } = this.#ready.take(most, ...this.#waitFor(now))
      if (entries.length === 0) return undefined
      this.#batch = entries
      this.#split = split
    }
    return {
      events: this.#batch,
      seq: this.#batch.findLast(({ seq }) => seq !== undefined)?.seq ?? this.#doneSeq,
      unreadable: this.#batch.at(-1)!.unreadable,
      split: this.#split,
    }
  }

  /** When a transaction whose end is not known counts as whole, in ms since 1970; undefined when none waits. */
  readyAt(): number | undefined {
    return this.#batch.length > 0 || this.#ahead.size > 0 ? undefined : this.#ready.readyAt()
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
  done({ seq }: IntakeBatch, outcomes: readonly EventOutcome[]): void {
    const batch = this.#batch
    this.#batch = []
    this.#doneSeq = seq
    for (const [index, entry] of batch.entries()) {
      this.#octets -= entry.octets
      if (entry.seq !== undefined) this.#taken.delete(entry.seq)
      const [first, ...again] = entry.givers
      this.#settle(first!, outcomes[index]!)
      for (const giver of again) this.#settle(giver, { outcome: 'ignored', seq: entry.seq! })
    }
    for (const source of this.#outstanding.keys()) this.#trim(source)
    this.#makeRoom()
  }

  /**
   * Goes on after another event, as a snapshot of the objects has it: what that holds is settled as seen before, and the rest
   * waits on in its place.
   * @param seq the last number done with now
   */
  restart(seq: number, now: number): void {
    const all = this.#ready.take(Number.MAX_SAFE_INTEGER, Number.POSITIVE_INFINITY, true).entries
    const waiting = [...this.#batch, ...all, ...this.#ahead.values()]
    this.#batch = []
    this.#ahead.clear()
    this.#taken.clear()
    this.#unreadable = {}
    this.#gapSince = undefined
    this.#expected = seq + 1
    this.#doneSeq = seq
    for (const entry of waiting) {
      if (entry.seq === undefined) this.#place(entry)
      else if (entry.seq > seq) this.#ahead.set(entry.seq, entry)
      else {
        this.#octets -= entry.octets
        for (const giver of entry.givers) this.#settle(giver, { outcome: 'ignored', seq: entry.seq })
      }
    }
    this.#advance(now)
    for (const source of this.#outstanding.keys()) this.#trim(source)
    this.#makeRoom()
  }

  /** Lets go of what the answered source gave and that waits for a missing number; what others gave too is kept for them. */
  dropAhead(outcome: (seq: number) => EventOutcome): void {
    const source = this.#answered
    if (source === undefined) return
    for (const [seq, entry] of this.#ahead) {
      const dropped = entry.givers.filter((giver) => giver.source === source)
      if (dropped.length === 0) continue
      entry.givers = entry.givers.filter((giver) => giver.source !== source)
      if (entry.givers.length === 0) {
        this.#ahead.delete(seq)
        this.#octets -= entry.octets
      }
      for (const giver of dropped) this.#settle(giver, outcome(seq))
    }
    if (this.#ahead.size === 0) this.#gapSince = undefined
    this.#trim(source)
    this.#makeRoom()
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
    this.#items--
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
    let event: FeedEvent | undefined
    let refusal: FeedRefusal | undefined
    try {
      if (text === undefined) throw new FeedRefusal('too-long', fault ?? 'the event could not be taken')
      event = this.#parse(text)
    } catch (error) {
      if (!(error instanceof FeedRefusal)) throw error
      refusal = error
    }
    const place = event ?? refusal?.place
    return {
      seq: place?.seq,
      tx: place?.tx,
      txSize: place?.txSize,
      event,
      refusal,
      isUnplaced: event === undefined && place?.tx === undefined,
      text,
      source,
      arrivedAt,
      endsGroup,
      octets: text?.length ?? 0,
      givers: [giver],
      unreadable: {},
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
      this.#expected = entry.seq! + 1
      for (const giver of entry.givers) this.#noteRead(giver.source)
      this.#place(entry)
      this.#gapSince = undefined
    }
    this.#gapSince = undefined
  }

  #place(entry: Entry): void {
    entry.unreadable = this.#unreadable
    this.#ready.push(entry)
  }

  /** The source gave an event whose number is known, and that has its place. */
  #noteRead(source: string): void {
    if (this.#unreadable[source] === undefined) return
    const { [source]: _gone, ...others } = this.#unreadable
    this.#unreadable = others
  }

  /** The next one in order. What could not be read had the numbers that are missing before what its source gave next. */
  #next(): Entry | undefined {
    const next = this.#ahead.get(this.#expected)
    if (next !== undefined) return next
    const passable = Math.min(MOST_UNREADABLE, Math.max(0, ...Object.values(this.#unreadable)))
    for (let missing = 1; missing <= passable; missing++) {
      const entry = this.#ahead.get(this.#expected + missing)
      if (entry?.givers.some(({ source }) => (this.#unreadable[source] ?? 0) >= missing)) return entry
    }
    return undefined
  }
}
