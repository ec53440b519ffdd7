import type { MetricDefinition, Sample } from './metric-definitions.ts'
import { FEED_STATES, type FeedReport, type StatusReport } from './report.ts'

/** How zones follow their feeds. How long changes took to be answered the server adds, as histograms. */
export const FEED_METRICS: readonly MetricDefinition[] = [
  ofFeeds('zonecut_feed_state', '1 for how the zone follows its feed, 0 for the other ways.', ['state'], ({ state }) =>
    FEED_STATES.map((possible) => ({ labels: { state: possible }, value: Number(state === possible) })),
  ),
  ofFeed('zonecut_feed_seq', 'Number of the last event done with.', ({ seq }) => seq),
  ofFeeds('zonecut_feed_events', 'Events by what became of them, since the feed began.', ['outcome'], ({ counts }) =>
    Object.entries(counts).map(([outcome, value]) => ({ labels: { outcome }, value })),
  ),
  ofFeed('zonecut_feed_waiting_events', 'Events that wait to be committed.', ({ waiting }) => waiting),
  ofFeed('zonecut_feed_pending_changes', 'Changes that wait for their time.', ({ pending }) => pending),
  ofFeed('zonecut_feed_dead_letters', 'Refused events that are kept.', ({ dead }) => dead.kept),
  ofFeeds('zonecut_feed_source_behind', 'What a source is known to have still to give.', ['source', 'unit'], (feed) =>
    feed.sources.flatMap(({ name, behind, behindUnit }) =>
      behind === null ? [] : [{ labels: { source: name, unit: behindUnit ?? '' }, value: behind }],
    ),
  ),
  ofFeeds('zonecut_feed_source_problem', 'Whether a source has a problem.', ['source'], ({ sources }) =>
    sources.map(({ name, problem }) => ({ labels: { source: name }, value: Number(problem !== null) })),
  ),
]

function ofFeed(name: MetricDefinition['name'], help: string, value: (feed: FeedReport) => number): MetricDefinition {
  return ofFeeds(name, help, [], (feed) => [{ labels: {}, value: value(feed) }])
}

function ofFeeds(
  name: MetricDefinition['name'],
  help: string,
  labels: readonly string[],
  samplesOf: (feed: FeedReport) => readonly Sample[],
): MetricDefinition {
  const samples = ({ zones }: StatusReport) =>
    zones.flatMap(({ origin: zone, feed }) =>
      feed === null ? [] : samplesOf(feed).map((sample) => ({ ...sample, labels: { zone, ...sample.labels } })),
    )
  return { name, kind: 'gauge', help, labels: ['zone', ...labels], samples }
}
