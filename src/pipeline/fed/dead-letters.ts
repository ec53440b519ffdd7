import type { FeedRefusal, RefusalReason } from '../../feed/index.ts'
import type { StatePut } from '../../store/index.ts'
import type { FeedCursor } from './cursor.ts'

/** Octets of an event's text that are kept; a longer one can't be tried again. */
const LONGEST_TEXT = 64 << 10
/** Octets of all dead letters; the oldest make room. */
const MOST_OCTETS = 64 << 20

export const DEAD_LETTER_PREFIX = Buffer.from('feed/x/')

/** An event that was refused, kept until an operator has seen to it. */
export interface DeadLetter {
  readonly number: number
  readonly seq: number | null
  readonly source: string
  readonly reason: RefusalReason
  readonly problem: string
  /** ISO 8601. */
  readonly refusedAt: string
  /** The event as it came; null when it was too long to be kept, and then only its beginning is. */
  readonly event: string | null
  readonly beginning: string | null
}

interface Refused {
  readonly seq: number | undefined
  readonly source: string
  readonly text: string | undefined
  readonly refusal: FeedRefusal
}

interface StateReader {
  state(key: Uint8Array): Uint8Array | undefined
  states(prefix: Uint8Array): Iterable<{ readonly key: Uint8Array; readonly value: Uint8Array }>
}

/** The dead letters in the store, oldest first. */
export function* deadLetters(reader: StateReader): Generator<DeadLetter> {
  for (const { value } of reader.states(DEAD_LETTER_PREFIX))
    yield JSON.parse(Buffer.from(value).toString()) as DeadLetter
}

/** One dead letter; undefined when there is none of this number. */
export function deadLetter(reader: StateReader, number: number): DeadLetter | undefined {
  const value = reader.state(keyOf(number))
  return value === undefined ? undefined : (JSON.parse(Buffer.from(value).toString()) as DeadLetter)
}

/** What stores refused events, the oldest dropped where there are too many. @param now milliseconds since 1970 */
export function putDeadLetters(
  reader: StateReader,
  refused: readonly Refused[],
  before: FeedCursor['dead'],
  now: number,
): { readonly puts: StatePut[]; readonly dead: FeedCursor['dead'] } {
  let { next, kept, octets, dropped } = before
  const puts = refused.map(({ seq, source, text, refusal }): StatePut => {
    const isWhole = text === undefined || text.length <= LONGEST_TEXT
    const letter: DeadLetter = {
      number: next++,
      seq: seq ?? null,
      source,
      reason: refusal.reason,
      problem: refusal.message,
      refusedAt: new Date(now).toISOString(),
      event: isWhole ? (text ?? null) : null,
      beginning: isWhole ? null : text.slice(0, 1024),
    }
    const value = Buffer.from(JSON.stringify(letter))
    octets += value.length
    kept++
    return { key: keyOf(letter.number), value }
  })
  if (octets > MOST_OCTETS) {
    for (const { key, value } of reader.states(DEAD_LETTER_PREFIX)) {
      if (octets <= MOST_OCTETS) break
      puts.push({ key, value: undefined })
      octets -= value.length
      kept--
      dropped++
    }
  }
  return { puts, dead: { next, kept, octets, dropped } }
}

/** What removes dead letters. */
export function removeDeadLetters(
  reader: StateReader,
  numbers: readonly number[],
  before: FeedCursor['dead'],
): { readonly puts: StatePut[]; readonly dead: FeedCursor['dead'] } {
  let { kept, octets } = before
  const puts = numbers.flatMap((number): StatePut[] => {
    const value = reader.state(keyOf(number))
    if (value === undefined) return []
    octets -= value.length
    kept--
    return [{ key: keyOf(number), value: undefined }]
  })
  return { puts, dead: { ...before, kept, octets } }
}

function keyOf(number: number): Uint8Array {
  const key = Buffer.alloc(DEAD_LETTER_PREFIX.length + 8)
  DEAD_LETTER_PREFIX.copy(key)
  key.writeBigUInt64BE(BigInt(number), DEAD_LETTER_PREFIX.length)
  return key
}
