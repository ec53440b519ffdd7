/** Milliseconds without another event after which a registry transaction whose size is not told counts as whole. */
const QUIET = 250
/** The same where its size is told, and some of its events are still to come. */
const PATIENCE = 10_000

/** What the queue needs to know of an event. */
export interface Queued {
  /** Undefined when it could not be read. */
  readonly seq: number | undefined
  /** The registry transaction; undefined for an event by itself, and for one that can't be read so far. */
  readonly tx: string | undefined
  /** Events of the transaction, where the registry tells. */
  readonly txSize: number | undefined
  /** Its transaction could not be read: it belongs to the one that it stands in, if any. */
  readonly isUnplaced: boolean
  /** Nothing that follows belongs to the same transaction. */
  readonly endsGroup: boolean
  /** Milliseconds since 1970. */
  readonly arrivedAt: number
}

interface Place<T> {
  readonly entry: T
  /** Of the transaction that it stands in; undefined when it stands by itself. */
  readonly group: Group | undefined
  /** The transaction, or the event by itself, is whole with it, whatever follows. */
  readonly isEnd: boolean
}

interface Group {
  readonly tx: string
  readonly first: number | undefined
  readonly size: number | undefined
}

/** What is taken out together. */
export interface Taken<T> {
  readonly entries: T[]
  /** The transaction that is not whole, because it is larger than what is held. */
  readonly split: string | undefined
}

/** Events in order that wait to be committed, and where among them transactions end. */
export class ReadyQueue<T extends Queued> {
  #places: Place<T>[] = []
  /** So many at the beginning belong to one transaction, and the next one too. */
  #passed = 0

  get length(): number {
    return this.#places.length
  }

  push(entry: T): void {
    const last = this.#places.at(-1)
    const open = last === undefined || last.isEnd ? undefined : last.group
    const { seq, tx, txSize, endsGroup } = entry
    let group = open
    if (!entry.isUnplaced && tx !== open?.tx) group = tx === undefined ? undefined : { tx, first: seq, size: txSize }
    const count = seq === undefined || group?.first === undefined ? 0 : seq - group.first + 1
    const isEnd = group === undefined || endsGroup || (group.size !== undefined && count >= group.size)
    this.#places.push({ entry, group, isEnd })
  }

  /** There is something to take out. @param isFull no more is taken in: what is not whole won't become it */
  isReady(now: number, isFull: boolean): boolean {
    return this.#count(1, now, isFull) > 0
  }

  /**
   * Takes out as many as may go together, no transaction split.
   * @param most events; a single transaction may have more
   */
  take(most: number, now: number, isFull: boolean): Taken<T> {
    const count = this.#count(most, now, isFull)
    this.#passed = 0
    const places = this.#places.splice(0, count)
    const last = places.at(-1)
    const next = this.#places[0]
    const isSplit = last !== undefined && !this.#isWhole(last, next, now)
    return { entries: places.map(({ entry }) => entry), split: isSplit ? last.group!.tx : undefined }
  }

  /** When a transaction whose end is not known counts as whole, in ms since 1970; undefined when none waits. */
  readyAt(): number | undefined {
    const last = this.#places.at(-1)
    return last === undefined ? undefined : last.entry.arrivedAt + patienceFor(last)
  }

  #count(most: number, now: number, isFull: boolean): number {
    let whole = 0
    for (let index = this.#passed; index < this.#places.length; index++) {
      const place = this.#places[index]!
      if (!this.#isWhole(place, this.#places[index + 1], now)) continue
      if (index >= most && whole > 0) return whole
      whole = index + 1
      if (whole >= most) return whole
    }
    if (whole > 0) return whole
    this.#passed = Math.max(0, this.#places.length - 1)
    return isFull ? this.#places.length : 0
  }

  #isWhole(place: Place<T>, next: Place<T> | undefined, now: number): boolean {
    if (place.isEnd) return true
    if (next !== undefined) return next.group !== place.group
    return now >= place.entry.arrivedAt + patienceFor(place)
  }
}

function patienceFor({ isEnd, group }: Place<Queued>): number {
  if (isEnd) return 0
  return group?.size === undefined ? QUIET : PATIENCE
}
