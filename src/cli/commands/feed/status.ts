import type { Command } from 'commander'
import { type ControlAddress, ControlClientError, type FeedReport, fetchMetrics } from '../../../ops/index.ts'
import { ExitCode } from '../../exit.ts'
import { writeJson, writeOut } from '../../output.ts'
import { addServerOptions, askServer, type ServerOptions } from '../control-address.ts'
import { type Latency, latencyOf } from './latency.ts'
import { addZoneOption, type FedZoneReport, fedZones, type ZoneOption } from './zone.ts'

interface FeedStatusOptions extends ServerOptions, ZoneOption {
  readonly json?: true
}

/** States in which a feed goes on by itself. */
const FINE: ReadonlySet<FeedReport['state']> = new Set(['starting', 'following'])

export function addFeedStatus(feed: Command): void {
  addZoneOption(addServerOptions(feed.command('status')))
    .summary('show how zones follow their feeds')
    .description(
      'Asks a running server where its zones stand in their feeds: the last event done with, what is missing or waits, what was\n' +
        'refused, the sources and how far behind they are, and how long changes took to be answered. Ends with 1 when a feed\n' +
        'stands: an event is missing, a commit waits for approval, or commits fail.',
    )
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      `
Examples:
  zonecut feed status --data /var/lib/zonecut
  zonecut feed status --zone zz --config /etc/zonecut.yaml --json
  zonecut feed status --control https://ns1.example.net:8453 --token-file token`,
    )
    .action(async (options: FeedStatusOptions) => {
      const { zones, metrics } = await askServer(options, async (server) => ({
        zones: await fedZones(server, options),
        metrics: await metricsOf(server),
      }))
      const reports = zones.map((zone) => ({ zone, latency: latencyOf(metrics, zone.origin) }))
      if (options.json) {
        writeJson(
          reports.map(({ zone: { origin, version, feed: report }, latency }) => ({
            zone: origin,
            serial: version?.serial ?? null,
            ...report,
            latency: latency ?? null,
          })),
        )
      } else writeOut(reports.map(({ zone, latency }) => zoneText(zone, latency)).join('\n'))
      if (!zones.every(({ feed: { state } }) => FINE.has(state))) process.exitCode = ExitCode.Fault
    })
}

/** Empty for callers who may not see what is about all zones. */
async function metricsOf(server: ControlAddress): Promise<string> {
  try {
    return await fetchMetrics(server)
  } catch (error) {
    if (error instanceof ControlClientError && error.reason === 'forbidden') return ''
    throw error
  }
}

function zoneText({ origin, version, feed }: FedZoneReport, latency: Latency | undefined): string {
  const { state, problem, seq, committedAt, waiting, counts, pending, nextDue, missing, hold, dead, sources } = feed
  const served = version === null ? 'not loaded' : `serial ${version.serial}`
  const lines = [`${origin}  ${state}, ${served}`]
  const since = committedAt === null ? '' : `, committed ${committedAt}`
  lines.push(`  done     event ${seq}${since}; ${waiting} wait to be committed`)
  lines.push(`  events   ${counts.applied} applied, ${counts.refused} refused, ${counts.pending} put off`)
  if (pending > 0) lines.push(`  pending  ${pending} changes${nextDue === null ? '' : `, the next due ${nextDue}`}`)
  const dropped = dead.dropped === 0 ? '' : `, ${dead.dropped} dropped to make room`
  lines.push(`  dead     ${dead.kept} dead letters${dropped}${dead.kept === 0 ? '' : ': see zonecut feed dead'}`)
  if (missing !== null) lines.push(`  missing  event ${missing}: the feed stands until a source gives it`)
  if (hold !== null) {
    const of = `${hold.withdraws} of ${hold.delegations} delegations`
    lines.push(`  held     the commit up to event ${hold.seq} would withdraw ${of}: see zonecut feed approve`)
  }
  if (problem !== null) lines.push(`  problem  ${problem.replaceAll('\n', '\n           ')}`)
  for (const source of sources) {
    const behind = source.behind === null ? '' : `, ${source.behind} ${source.behindUnit} behind`
    const position = source.position === null ? '' : `, at ${source.position}`
    lines.push(`  source   ${source.name}  ${source.state}${behind}${position}`)
    if (source.problem !== null) lines.push(`           ${source.problem.replaceAll('\n', '\n           ')}`)
  }
  if (latency !== undefined) {
    const { count, p50, p99 } = latency
    lines.push(
      `  latency  half of the changes answered within ${seconds(p50)}, 99 % within ${seconds(p99)}, of ${count}`,
    )
  }
  return `${lines.join('\n')}\n`
}

function seconds(value: number): string {
  return value < 1 ? `${Math.round(value * 1000)} ms` : `${Number(value.toPrecision(3))} s`
}
