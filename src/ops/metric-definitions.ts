import { FEED_METRICS } from './feed-metrics.ts'
import {
  SIGNING_STATES,
  type SigningReport,
  type StatusReport,
  type ThreadReport,
  ZONE_STATES,
  type ZoneReport,
  type ZoneVersionReport,
} from './report.ts'

export interface Sample {
  readonly labels: Record<string, string>
  readonly value: number
}

/** A metric that the status tells. */
export interface MetricDefinition {
  readonly name: `zonecut_${string}`
  readonly kind: 'counter' | 'gauge'
  readonly help: string
  readonly labels: readonly string[]
  /** @param now milliseconds since 1970 */
  samples(status: StatusReport, now: number): Iterable<Sample>
}

/** Counters of a thread, by transport and what they are called there. */
const QUERIES = { udp: 'PacketsIn', tcp: 'MessagesIn' }
const RESPONSES = { udp: 'PacketsOut', tcp: 'MessagesOut' }
const OCTETS_IN = { udp: 'OctetsIn', tcp: 'OctetsIn' }
const OCTETS_OUT = { udp: 'OctetsOut', tcp: 'OctetsOut' }
/** Why there was no response. */
const DROPS = {
  udp: { unanswered: 'Unanswered', 'send-error': 'SendErrors', 'handler-error': 'HandlerErrors' },
  tcp: { unanswered: 'Unanswered', 'handler-error': 'HandlerErrors' },
}
/** Why a connection was closed by the server, or broke. */
const CLOSED = {
  refused: 'Refused',
  evicted: 'Evicted',
  'idle-timeout': 'IdleTimeouts',
  'message-timeout': 'MessageTimeouts',
  'write-timeout': 'WriteTimeouts',
  'socket-error': 'SocketErrors',
}

/** Names and units after Prometheus' conventions; `docs/metrics.md` lists them, which a test compares. */
export const METRICS: readonly MetricDefinition[] = [
  {
    name: 'zonecut_build_info',
    kind: 'gauge',
    help: 'Always 1; the labels tell the versions of zonecut and Node.js.',
    labels: ['version', 'node'],
    samples: ({ server }) => [{ labels: { version: server.version, node: process.versions.node }, value: 1 }],
  },
  {
    name: 'zonecut_process_start_time_seconds',
    kind: 'gauge',
    help: 'When the server was started, in seconds since 1970.',
    labels: [],
    samples: ({ server }) => [{ labels: {}, value: secondsOf(server.startedAt) }],
  },

  ofThreads('zonecut_thread_running', 'gauge', 'Whether the answering thread runs.', ({ state }) =>
    Number(state === 'running'),
  ),
  ofThreads(
    'zonecut_thread_restarts_total',
    'counter',
    'How often the answering thread died and was started again.',
    ({ restarts }) => restarts,
  ),
  traffic('zonecut_queries_total', 'Datagrams and messages received.', QUERIES),
  traffic('zonecut_responses_total', 'Responses handed to the system.', RESPONSES),
  traffic('zonecut_received_bytes_total', 'Octets of datagrams and messages received.', OCTETS_IN),
  traffic('zonecut_sent_bytes_total', 'Octets of responses handed to the system.', OCTETS_OUT),
  {
    name: 'zonecut_dropped_total',
    kind: 'counter',
    help: 'Datagrams and messages that went without a response.',
    labels: ['thread', 'transport', 'reason'],
    samples: ({ threads }) =>
      threads.flatMap((thread) =>
        Object.entries(DROPS[transportOf(thread)]).map(([reason, counter]) => ({
          labels: { ...threadLabels(thread), reason },
          value: thread.traffic[counter] ?? 0,
        })),
      ),
  },
  only('udp', 'zonecut_udp_oversize_queries_total', 'Datagrams too long for a query, answered FORMERR.', 'Oversize'),
  only('udp', 'zonecut_udp_receive_errors_total', 'Receive calls that failed.', 'ReceiveErrors'),
  only('udp', 'zonecut_udp_batches_total', 'Batches of datagrams taken up.', 'Batches'),
  { ...only('tcp', 'zonecut_tcp_connections', 'TCP connections open now.', 'Open'), kind: 'gauge' },
  only('tcp', 'zonecut_tcp_connections_accepted_total', 'TCP connections accepted.', 'Accepted'),
  only('tcp', 'zonecut_tcp_accept_errors_total', 'TCP connections that could not be accepted.', 'AcceptErrors'),
  {
    name: 'zonecut_tcp_connections_closed_total',
    kind: 'counter',
    help: 'TCP connections that the server closed before their client did, or that broke.',
    labels: ['thread', 'reason'],
    samples: ({ threads }) =>
      threads
        .filter((thread) => transportOf(thread) === 'tcp')
        .flatMap(({ name, traffic }) =>
          Object.entries(CLOSED).map(([reason, counter]) => ({
            labels: { thread: name, reason },
            value: traffic[counter] ?? 0,
          })),
        ),
  },

  {
    name: 'zonecut_zone_state',
    kind: 'gauge',
    help: '1 for the state that the zone is in, 0 for the others.',
    labels: ['zone', 'state'],
    samples: ({ zones }) =>
      zones.flatMap(({ origin, state }) =>
        ZONE_STATES.map((possible) => ({
          labels: { zone: origin, state: possible },
          value: Number(state === possible),
        })),
      ),
  },
  ofVersions('zonecut_zone_serial', 'SOA serial of the version that is served.', ({ serial }) => serial),
  ofVersions('zonecut_zone_records', 'Records of the version that is served.', ({ records }) => records),
  ofVersions(
    'zonecut_zone_delegations',
    'Delegations of the version that is served.',
    ({ delegations }) => delegations,
  ),
  ofVersions('zonecut_zone_store_bytes', 'Octets of its store.', ({ bytes }) => bytes),
  ofVersions('zonecut_zone_loaded_timestamp_seconds', 'When it was loaded, in seconds since 1970.', ({ loadedAt }) =>
    secondsOf(loadedAt),
  ),
  ofVersions('zonecut_zone_age_seconds', 'Time since it was loaded or last updated.', ({ loadedAt, updatedAt }, now) =>
    Math.max(0, now / 1000 - secondsOf(updatedAt ?? loadedAt)),
  ),
  ofZones('zonecut_zone_loads_total', 'Zone files loaded since the start.', ({ loads }) => loads.done),
  ofZones('zonecut_zone_loads_failed_total', 'Loads of zone files that failed.', ({ loads }) => loads.failed),

  {
    name: 'zonecut_signing_state',
    kind: 'gauge',
    help: '1 for how the zone is kept signed, 0 for the other ways.',
    labels: ['zone', 'state'],
    samples: (status) =>
      signedZones(status).flatMap(({ origin, signing: { state } }) =>
        SIGNING_STATES.map((possible) => ({
          labels: { zone: origin, state: possible },
          value: Number(state === possible),
        })),
      ),
  },
  ofSigning('zonecut_signing_commits_total', 'counter', 'Commits of a signed zone.', ({ commits }) => commits),
  ofSigning('zonecut_signing_renewals_total', 'counter', 'RRsets signed anew though nothing changed.', (signing) => {
    return signing.renewed
  }),
  ofSigning('zonecut_signing_alarms', 'gauge', 'What an operator has to look at.', ({ alarms }) => alarms.length),
  {
    name: 'zonecut_gate_refusals_total',
    kind: 'counter',
    help: 'Commits and loads that the gate refused, by its reason; command is the command of the operator.',
    labels: ['zone', 'reason'],
    samples: (status) =>
      signedZones(status).flatMap(({ origin, signing }) =>
        Object.entries(signing.refusalsByReason).map(([reason, value]) => ({
          labels: { zone: origin, reason },
          value,
        })),
      ),
  },
  ...FEED_METRICS,
]

function ofThreads(
  name: MetricDefinition['name'],
  kind: MetricDefinition['kind'],
  help: string,
  value: (thread: ThreadReport) => number,
): MetricDefinition {
  const samples = ({ threads }: StatusReport) =>
    threads.map((thread) => ({ labels: { thread: thread.name }, value: value(thread) }))
  return { name, kind, help, labels: ['thread'], samples }
}

/** A counter that threads of both kinds have. */
function traffic(
  name: MetricDefinition['name'],
  help: string,
  counters: Readonly<Record<'udp' | 'tcp', string>>,
): MetricDefinition {
  const samples = ({ threads }: StatusReport) =>
    threads.map((thread) => ({
      labels: threadLabels(thread),
      value: thread.traffic[counters[transportOf(thread)]] ?? 0,
    }))
  return { name, kind: 'counter', help, labels: ['thread', 'transport'], samples }
}

/** A counter that threads of one kind have. */
function only(
  transport: 'udp' | 'tcp',
  name: MetricDefinition['name'],
  help: string,
  counter: string,
): MetricDefinition {
  const samples = ({ threads }: StatusReport) =>
    threads
      .filter((thread) => transportOf(thread) === transport)
      .map((thread) => ({ labels: { thread: thread.name }, value: thread.traffic[counter] ?? 0 }))
  return { name, kind: 'counter', help, labels: ['thread'], samples }
}

function ofZones(name: MetricDefinition['name'], help: string, value: (zone: ZoneReport) => number): MetricDefinition {
  const samples = ({ zones }: StatusReport) =>
    zones.map((zone) => ({ labels: { zone: zone.origin }, value: value(zone) }))
  return { name, kind: 'counter', help, labels: ['zone'], samples }
}

/** Of zones that have a version. */
function ofVersions(
  name: MetricDefinition['name'],
  help: string,
  value: (version: ZoneVersionReport, now: number) => number,
): MetricDefinition {
  const samples = ({ zones }: StatusReport, now: number) =>
    zones.flatMap(({ origin, version }) =>
      version === null ? [] : [{ labels: { zone: origin }, value: value(version, now) }],
    )
  return { name, kind: 'gauge', help, labels: ['zone'], samples }
}

function ofSigning(
  name: MetricDefinition['name'],
  kind: MetricDefinition['kind'],
  help: string,
  value: (signing: SigningReport) => number,
): MetricDefinition {
  const samples = (status: StatusReport) =>
    signedZones(status).map(({ origin, signing }) => ({ labels: { zone: origin }, value: value(signing) }))
  return { name, kind, help, labels: ['zone'], samples }
}

function signedZones({ zones }: StatusReport): { origin: string; signing: SigningReport }[] {
  return zones.flatMap(({ origin, signing }) => (signing === null ? [] : [{ origin, signing }]))
}

function threadLabels(thread: ThreadReport): { thread: string; transport: string } {
  return { thread: thread.name, transport: transportOf(thread) }
}

/** By what it counts: a thread that is not running yet has told no io. */
function transportOf({ traffic }: ThreadReport): 'udp' | 'tcp' {
  return 'PacketsIn' in traffic ? 'udp' : 'tcp'
}

/** Seconds since 1970, of a time in ISO 8601. */
function secondsOf(time: string): number {
  return Date.parse(time) / 1000
}
