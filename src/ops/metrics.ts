import { Counter, Gauge, Histogram, Registry } from 'prom-client'
import { METRICS, type MetricDefinition } from './metric-definitions.ts'
import type { StatusReport } from './report.ts'

/** What a histogram is made with; names and units after Prometheus' conventions: `zonecut_…_seconds`. */
export interface HistogramOptions {
  readonly name: `zonecut_${string}`
  readonly help: string
  /** Upper bounds of the buckets, rising; in the unit that the name says. */
  readonly buckets: readonly number[]
  readonly labels?: readonly string[]
}

/**
 * The metrics of one server, in a registry of its own. What the status knows is read from it at each scrape, so that nothing is
 * done for a query; `metric-definitions.ts` is the table of it.
 *
 * What the status cannot know, such as how long something took, is observed when it happens: whoever has the numbers makes a
 * histogram once, by `histogram()`, and calls its `observe`. Numbers from another process come as messages to the server's own
 * process, which observes them: a registry is one process's.
 */
export class Metrics {
  readonly #registry = new Registry()
  readonly #status: () => StatusReport
  readonly #derived: readonly { readonly definition: MetricDefinition; readonly metric: Counter | Gauge }[]
  #scrape: Promise<string> | undefined

  constructor(status: () => StatusReport) {
    this.#status = status
    this.#derived = METRICS.map((definition) => {
      const { name, help, labels } = definition
      const options = { name, help, labelNames: [...labels], registers: [this.#registry] }
      return { definition, metric: definition.kind === 'counter' ? new Counter(options) : new Gauge(options) }
    })
  }

  /** Media type of the text. */
  get contentType(): string {
    return this.#registry.contentType
  }

  /** @throws Error when there is one of this name */
  histogram({ name, help, buckets, labels = [] }: HistogramOptions): Histogram {
    const registers = [this.#registry]
    return new Histogram({ name, help, buckets: [...buckets], labelNames: [...labels], registers })
  }

  /** Everything in Prometheus' text format. Who asks while another asks shares the answer. */
  text(): Promise<string> {
    this.#scrape ??= this.#collect().finally(() => {
      this.#scrape = undefined
    })
    return this.#scrape
  }

  async #collect(): Promise<string> {
    const status = this.#status()
    const now = Date.now()
    for (const { definition, metric } of this.#derived) {
      // Zones come and go: what was there at the scrape before may not be any more.
      metric.reset()
      for (const { labels, value } of definition.samples(status, now)) metric.inc(labels, value)
    }
    return this.#registry.metrics()
  }
}
