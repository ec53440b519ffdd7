import type { Random } from '../zones/random.ts'
import { domain, line, moment } from './events.ts'
import { type ModelEvent, type ModelOutcome, ModelRegistry } from './model.ts'
import { type RandomEvent, randomEvent } from './random-events.ts'

/** An event of the stream: its number is its place, from 1 on. */
export interface StreamEvent {
  readonly seq: number
  readonly text: string
  readonly model: ModelEvent
  /** The last number of its registry transaction; its own when it has none. */
  readonly txEnd: number
}

/** How events of a stream are made. */
export interface StreamOptions {
  readonly count: number
  /** Share of them whose registry transaction has more. */
  readonly grouped: number
  /** When an event commits, milliseconds since 1970. */
  at(seq: number): number
  /** When an event may ask to be seen; undefined: at once. */
  publishAt(seq: number): number | undefined
}

/** Random events from a number on, some of them in transactions whose size they tell. */
export function* streamOf(random: Random, first: number, options: StreamOptions): Generator<StreamEvent> {
  const end = first + options.count
  for (let seq = first; seq < end; ) {
    const size = random.chance(options.grouped) ? Math.min(2 + random.below(5), end - seq) : 1
    const tx = size > 1 ? { tx: `tx-${seq}`, txSize: size } : {}
    const txEnd = seq + size - 1
    for (; seq <= txEnd; seq++) {
      const { fields, model } = randomEvent(random, options.publishAt(seq))
      yield { seq, model, txEnd, text: line(seq, { at: moment(options.at(seq)), ...tx, ...fields }) }
    }
  }
}

/** What stands in the place of an event that was spoilt on its way. */
const SPOILT = '{"v":1,"seq":'

/**
 * Random events for a zone whose clock the test does not turn: those that wait for their time are for domains of their own,
 * `p7.zz.`, each once, so that nothing else depends on when their time comes. Some lines can't be read.
 */
export class LiveStream {
  readonly events: StreamEvent[] = []
  readonly #random: Random

  constructor(random: Random) {
    this.#random = random
  }

  /** Some more events, whole transactions; the texts of their lines. */
  more(): StreamEvent[] {
    const random = this.#random
    const first = this.events.length + 1
    const size = random.chance(0.2) ? 2 + random.below(4) : 1
    const tx = size > 1 ? { tx: `tx-${first}`, txSize: size } : {}
    const made = Array.from({ length: size }, (_, i): StreamEvent => {
      const seq = first + i
      const common = { seq, txEnd: first + size - 1 }
      if (size === 1 && random.chance(0.02)) {
        const object = { kind: 'rrset', name: 'zz.', type: 'TXT', rdata: [] } as const
        return { ...common, text: SPOILT, model: { op: 'upsert', object, fault: 'malformed' } }
      }
      const { fields, model } = random.chance(0.05) ? waitingEvent(random, seq) : randomEvent(random, undefined)
      return { ...common, model, text: line(seq, { at: moment(Date.now()), ...tx, ...fields }) }
    })
    this.events.push(...made)
    return made
  }
}

function waitingEvent(random: Random, seq: number): RandomEvent {
  const publishAt = Date.now() + random.below(2000)
  const [name, ns] = [`p${seq}.zz.`, ['ns.example.net.']]
  const object = { kind: 'domain', name, registrar: null, statuses: [], ns, ds: [] } as const
  return { fields: domain(name, ns, { publishAt: moment(publishAt) }), model: { op: 'upsert', object, publishAt } }
}

/** Whether a line of records or objects is of a domain that waits for its time, or did. */
export function isOfWaiting(line: string): boolean {
  return /^p\d+\.zz\. /.test(line)
}

/** The model, taken along the stream as far as the zone is. */
export class ModelFollower {
  readonly registry: ModelRegistry
  readonly outcomes: ModelOutcome[] = []
  readonly dead: { readonly seq: number | null; readonly reason: ModelOutcome }[] = []

  constructor(start: ConstructorParameters<typeof ModelRegistry>[1]) {
    this.registry = new ModelRegistry('zz.', start)
  }

  get seq(): number {
    return this.outcomes.length
  }

  /** Makes what has come due by a time, then takes the events up to a number. */
  goOn(events: readonly StreamEvent[], seq: number, now: number): void {
    this.registry.due(now)
    while (this.seq < seq) {
      const { model, seq: number } = events[this.seq]!
      const outcome = this.registry.take(model, now)
      this.outcomes.push(outcome)
      if (outcome === 'applied' || outcome === 'pending') continue
      this.dead.push({ seq: model.fault === 'malformed' ? null : number, reason: outcome })
    }
  }

  get counts(): { readonly applied: number; readonly refused: number; readonly pending: number } {
    const count = (is: (outcome: ModelOutcome) => boolean) => this.outcomes.filter(is).length
    const [applied, pending] = [count((one) => one === 'applied'), count((one) => one === 'pending')]
    return { applied, pending, refused: this.outcomes.length - applied - pending }
  }
}
