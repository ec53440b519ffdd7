/** How long changes took to be answered, since the server's start; seconds. */
export interface Latency {
  readonly count: number
  readonly p50: number
  readonly p99: number
}

const BUCKET = /^zonecut_feed_change_to_answer_seconds_bucket\{([^}]*)\} (\d+)$/
const LABEL = /(\w+)="((?:[^"\\]|\\.)*)"/g

/**
 * What a server's metrics say of a zone's changes.
 * @param metrics in Prometheus' text format
 * @returns undefined when none was measured yet
 */
export function latencyOf(metrics: string, zone: string): Latency | undefined {
  const buckets: { readonly most: number; readonly count: number }[] = []
  for (const line of metrics.split('\n')) {
    const [, labels, count] = BUCKET.exec(line) ?? []
    if (labels === undefined) continue
    const values = new Map([...labels.matchAll(LABEL)].map(([, name, value]) => [name, unescaped(value!)]))
    if (values.get('zone') !== zone) continue
    const le = values.get('le')
    buckets.push({ most: le === '+Inf' ? Number.POSITIVE_INFINITY : Number(le), count: Number(count) })
  }
  buckets.sort((a, b) => a.most - b.most)
  const count = buckets.at(-1)?.count ?? 0
  if (count === 0) return undefined
  return { count, p50: quantile(buckets, 0.5 * count), p99: quantile(buckets, 0.99 * count) }
}

/** Within a bucket values count as spread evenly, as by Prometheus' histogram_quantile; beyond the last bound is that bound. */
function quantile(buckets: readonly { readonly most: number; readonly count: number }[], rank: number): number {
  const index = buckets.findIndex(({ count }) => count >= rank)
  const { most, count } = buckets[index]!
  const before = buckets[index - 1] ?? { most: 0, count: 0 }
  if (most === Number.POSITIVE_INFINITY) return before.most
  return before.most + ((most - before.most) * (rank - before.count)) / (count - before.count)
}

function unescaped(text: string): string {
  return text.replace(/\\(.)/g, (_, character: string) => (character === 'n' ? '\n' : character))
}
