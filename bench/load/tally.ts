import { Histogram } from './histogram.ts'

/** Octets of a reply's header that are read. */
export const HEADER = 12

/** What a run of load has sent and seen. Latencies are in units of 100 ns. */
export interface LoadResult {
  readonly seconds: number
  readonly sent: number
  readonly received: number
  readonly timeouts: number
  /** Replies to nothing that was in flight: late, doubled, or not ours. */
  readonly unexpected: number
  readonly octets: number
  readonly truncated: number
  /** Connections that were refused, or closed by the server with queries in flight. */
  readonly broken: number
  readonly rcodes: ReadonlyMap<number, number>
  readonly latency: Histogram
  /** Replies in each full tenth of a second; only a closed loop over UDP tells them. */
  readonly tenths: readonly number[]
}

/** The counters of a run while it goes on. */
export class Tally {
  sent = 0
  received = 0
  timeouts = 0
  unexpected = 0
  octets = 0
  truncated = 0
  broken = 0
  readonly latency = new Histogram()
  readonly #rcodes = new Float64Array(16)

  /**
   * A reply that was awaited.
   * @param at where its header begins
   * @param length octets of the message
   * @param milliseconds since its query was sent
   */
  reply(message: Uint8Array, at: number, length: number, milliseconds: number): void {
    this.received++
    this.octets += length
    this.truncated += (message[at + 2]! >> 1) & 1
    this.#rcodes[message[at + 3]! & 15]!++
    this.latency.record(Math.round(milliseconds * 10_000))
  }

  /** @param tenths see LoadResult */
  result(seconds: number, tenths: readonly number[] = []): LoadResult {
    const { sent, received, timeouts, unexpected, octets, truncated, broken, latency } = this
    const rcodes = new Map([...this.#rcodes.entries()].filter(([, count]) => count > 0))
    return { seconds, sent, received, timeouts, unexpected, octets, truncated, broken, rcodes, latency, tenths }
  }
}
