import { performance } from 'node:perf_hooks'
import {
  putOctets,
  type StatePut,
  type Tables,
  WritableZone,
  type ZoneInfo,
  type ZoneWork,
} from '../../src/store/index.ts'
import { nameFromText } from '../../src/wire/index.ts'
import { Random } from '../../test/zones/random.ts'
import { answerJobs } from './ask-process.ts'
import type { FloorJob, FloorReport } from './store-floor.ts'

/*
 * Writes rows of a zone's store anew as they are, in commits as those of a backlog: pages are written and flushed as they are
 * for changes, and nothing else is done. It takes a FloorJob as a message and answers with a FloorReport, or a text when
 * something went wrong.
 */

/** Changes of one commit: of so many come about 2,000 events, which a backlog's commits have. */
const TOGETHER = 1650
/** Commits before those that count: pages to be used again come of commits before. */
const WARMUP = 4
const DOMAINS = Buffer.from('feed/d/')

/** What one change has to write at the least: a row in each table that tells of a delegation. */
interface Rows {
  readonly owners: Uint8Array[]
  readonly buckets: Uint8Array[]
  readonly domains: Uint8Array[]
}

function rowsOf({ Owners, Buckets, State }: Tables): Rows {
  const copied = (keys: Iterable<Uint8Array>) => Array.from(keys, (key) => Uint8Array.from(key))
  const end = Buffer.from(DOMAINS)
  end[end.length - 1]!++
  return {
    owners: copied(Owners.getKeys()),
    buckets: copied(Buckets.getKeys()),
    domains: copied(State.getKeys({ start: DOMAINS, end })),
  }
}

class Floor {
  readonly #zone: WritableZone
  readonly #random = new Random(1)
  #rows: Rows | undefined

  constructor(zone: WritableZone) {
    this.#zone = zone
  }

  commit(changes: number): void {
    this.#zone.commit((tables, info) => this.#write(tables, info, changes))
  }

  #write(tables: Tables, info: ZoneInfo, changes: number): ZoneWork {
    this.#rows ??= rowsOf(tables)
    const { owners, buckets, domains } = this.#rows
    this.#again(tables.Owners, owners, changes)
    this.#again(tables.Buckets, buckets, changes)
    const state: StatePut[] = this.#some(domains, changes).map((key) => ({ key, value: tables.State.getBinary(key)! }))
    const none = { buckets: [], denials: [] }
    return { info, changes: none, state, journal: { cause: 'floor', replacements: [] } }
  }

  #again(table: Tables['Owners'], keys: readonly Uint8Array[], count: number): void {
    for (const key of this.#some(keys, count)) putOctets(table, key, table.getBinary(key)!)
  }

  /** So many drawn at random, each once, in their order. */
  #some(keys: readonly Uint8Array[], count: number): Uint8Array[] {
    if (keys.length === 0) throw new Error('a table of the zone that every change writes to is empty')
    const places = new Set<number>()
    for (let i = 0; i < count; i++) places.add(this.#random.below(keys.length))
    return [...places].sort((a, b) => a - b).map((place) => keys[place]!)
  }
}

async function perform({ data, origin, changes }: FloorJob): Promise<FloorReport> {
  const zone = WritableZone.open(data, nameFromText(origin), 'off')
  try {
    const floor = new Floor(zone)
    for (let i = 0; i < WARMUP; i++) floor.commit(TOGETHER)
    const cpu = process.cpuUsage()
    const began = performance.now()
    for (let left = changes; left > 0; left -= TOGETHER) floor.commit(Math.min(left, TOGETHER))
    const milliseconds = performance.now() - began
    const { user, system } = process.cpuUsage(cpu)
    return { milliseconds, cpu: (user + system) / 1e6 }
  } finally {
    await zone.close()
  }
}

answerJobs(perform)
