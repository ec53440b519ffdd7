import { LATENCY_BUCKETS } from '../feed/index.ts'
import type { Metrics } from '../ops/index.ts'

/** How long a registry's changes took to be seen in answers, as histograms. */
export class FeedTimes {
  readonly #sinceCommitted: ReturnType<Metrics['histogram']>
  readonly #sinceArrived: ReturnType<Metrics['histogram']>

  constructor(metrics: Metrics) {
    this.#sinceCommitted = metrics.histogram({
      name: 'zonecut_feed_change_to_answer_seconds',
      help: 'From the time that an event names as its commit by the registry to the first answer that showed it.',
      buckets: LATENCY_BUCKETS,
      labels: ['zone'],
    })
    this.#sinceArrived = metrics.histogram({
      name: 'zonecut_feed_arrival_to_answer_seconds',
      help: 'From the arrival of an event to the first answer that showed it.',
      buckets: LATENCY_BUCKETS,
      labels: ['zone'],
    })
  }

  /** @param sinceCommitted seconds, one for each event applied */
  observe(zone: string, sinceCommitted: readonly number[], sinceArrived: readonly number[]): void {
    for (const seconds of sinceCommitted) this.#sinceCommitted.observe({ zone }, seconds)
    for (const seconds of sinceArrived) this.#sinceArrived.observe({ zone }, seconds)
  }
}
