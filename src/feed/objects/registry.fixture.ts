import { type EventFields, line, NOON } from '../../../test/feed/events.ts'
import { zoneLines } from '../../../test/zones/lines.ts'
import { textRecords } from '../../../test/zones/records.ts'
import { type Name, nameFromText } from '../../wire/index.ts'
import { changedNodes, MemoryZone, type ZoneNode, type ZoneRecord } from '../../zone/index.ts'
import { parseEvent } from '../event/parse.ts'
import { FeedRefusal } from '../outcome.ts'
import type { FeedReader, StateEntry } from '../reader.ts'
import { DEFAULT_FEED_TTL, DEFAULT_RULES, type FeedRules } from '../settings.ts'
import { entriesOf, entriesOfApex, objectsOfZone } from './adopt.ts'
import { type BatchResult, FeedBatch, type Verdict } from './batch.ts'
import { startsWith } from './keys.ts'

const ORIGIN = nameFromText('zz.')
const APEX = '$TTL 86400\n@ SOA ns host 1 7200 3600 1209600 600\n@ NS ns.example.net.\n'

/** A registry whose zone `zz.` and objects stand in memory: it has adopted the zone's records, and takes events in batches. */
export class Registry implements FeedReader {
  readonly origin: Name = ORIGIN
  readonly #rules: FeedRules
  #zone: MemoryZone
  readonly #state = new Map<string, Uint8Array>()
  #seq = 0
  /** What the last batch came to. */
  last: BatchResult | undefined

  /** @param zone records below the apex, as zone text relative to `zz.`; with those of the apex where it has a SOA */
  constructor(zone = '', rules: Partial<FeedRules> = {}) {
    this.#rules = { ...DEFAULT_RULES, ...rules }
    this.#zone = new MemoryZone(ORIGIN, textRecords(zone.includes(' SOA ') ? zone : APEX + zone, ORIGIN))
    const { nodes } = this.#zone
    this.#keep([...entriesOfApex(nodes[0]!, ORIGIN)])
    for (const object of objectsOfZone(nodes, ORIGIN)) this.#keep([...entriesOf(object, ORIGIN)])
  }

  /** Takes events in one batch at noon; what became of each: `applied`, `pending until 2026-…`, `overlap: why`. */
  take(...events: readonly EventFields[]): string[] {
    return this.takeAt(NOON, ...events)
  }

  takeAt(now: number, ...events: readonly EventFields[]): string[] {
    const batch = this.#batch(now)
    const outcomes = events.map((fields) => outcomeOf(() => batch.apply(parseEvent(line(++this.#seq, fields), ORIGIN))))
    this.#commit(batch)
    return outcomes
  }

  /** Makes what has come due: `domain example.zz. of event 3`, with the reason where it was given up. */
  due(now: number, most = 1000): string[] {
    const batch = this.#batch(now)
    const made = batch.applyDue(most).map(({ kind, name, type, seq, refusal }) => {
      const what = `${kind} ${name}${type === undefined ? '' : ` ${type}`} of event ${seq}`
      return refusal === undefined ? what : `${what}, given up: ${refusal.reason}: ${refusal.message}`
    })
    this.#commit(batch)
    return made
  }

  /** RFC 3339; undefined when nothing waits. */
  get nextDue(): string | undefined {
    const next = this.#batch(0).nextDue()
    return next === undefined ? undefined : new Date(next).toISOString()
  }

  /** The zone's records below the apex, as lines. */
  get zone(): string[] {
    return zoneLines(this.#zone.nodes.slice(1))
  }

  get apex(): string[] {
    return zoneLines(this.#zone.nodes.slice(0, 1))
  }

  /** How many entries are kept beside the records. */
  get kept(): number {
    return this.#state.size
  }

  node(name: Name): ZoneNode | undefined {
    return this.#zone.node(name)
  }

  nodeAfter(name: Name): ZoneNode | undefined {
    return this.#zone.nodeAfter(name)
  }

  state(key: Uint8Array): Uint8Array | undefined {
    return this.#state.get(latin1(key))
  }

  *states(prefix: Uint8Array): Generator<{ readonly key: Uint8Array; readonly value: Uint8Array }> {
    // Code units of octets as text sort as the octets do.
    for (const id of [...this.#state.keys()].sort()) {
      const key = Buffer.from(id, 'latin1')
      if (startsWith(key, prefix)) yield { key, value: this.#state.get(id)! }
    }
  }

  #batch(now: number): FeedBatch {
    return new FeedBatch(this, { rules: this.#rules, ttl: DEFAULT_FEED_TTL }, now)
  }

  #commit(batch: FeedBatch): void {
    this.last = batch.finish()
    this.#zone = new MemoryZone(ORIGIN, recordsOf(changedNodes(this.#zone.nodes, this.last.changes)))
    this.#keep(this.last.state)
  }

  #keep(entries: readonly StateEntry[]): void {
    for (const { key, value } of entries) {
      if (value === undefined) this.#state.delete(latin1(key))
      else this.#state.set(latin1(key), value)
    }
  }
}

function outcomeOf(take: () => Verdict): string {
  try {
    const verdict = take()
    return verdict.kind === 'applied' ? 'applied' : `pending until ${new Date(verdict.until).toISOString()}`
  } catch (error) {
    if (error instanceof FeedRefusal) return `${error.reason}: ${error.message}`
    throw error
  }
}

function* recordsOf(nodes: Iterable<ZoneNode>): Generator<ZoneRecord> {
  for (const { owner, rrsets } of nodes) {
    for (const { type, ttl, rdatas } of rrsets) for (const rdata of rdatas) yield { owner, type, ttl, rdata }
  }
}

function latin1(octets: Uint8Array): string {
  return Buffer.from(octets).toString('latin1')
}
