import type { Command } from 'commander'
import {
  type FeedReport,
  fetchStatus,
  type SigningReport,
  type StatusReport,
  type ZoneReport,
} from '../../ops/index.ts'
import { ExitCode } from '../exit.ts'
import { writeJson, writeOut } from '../output.ts'
import { addServerOptions, askServer, type ServerOptions } from './control-address.ts'

interface StatusOptions extends ServerOptions {
  readonly json?: true
}

export function addStatus(program: Command): void {
  addServerOptions(
    program
      .command('status')
      .summary('show what a running server serves')
      .description(
        'Asks the server that runs on a data folder for its zones, threads and counters. Ends with 0 when it serves all\n' +
          'its zones, with 1 when no server runs or a zone is answered with SERVFAIL: fit for a health check.',
      ),
  )
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      `
Examples:
  zonecut status --data /var/lib/zonecut
  zonecut status --config /etc/zonecut.yaml --json
  zonecut status --control https://ns1.example.net:8453 --token-file token`,
    )
    .action(async (options: StatusOptions) => {
      const status = await askServer(options, fetchStatus)
      if (options.json) writeJson(status)
      else writeOut(statusText(status))
      if (status.zones.some(({ state }) => state !== 'serving')) process.exitCode = ExitCode.Fault
    })
}

/** The status for people. */
function statusText({ server, threads, traffic, zones }: StatusReport): string {
  const lines = [
    `zonecut ${server.version}, process ${server.pid}, since ${server.startedAt}`,
    `data     ${server.data}`,
    ...(server.config === null ? [] : [`config   ${server.config}`]),
    `listen   ${server.listen.join(' ')}`,
    `threads  ${threads.map(({ name, state, io, restarts }) => `${name} ${state} (${io}${restarts > 0 ? `, ${restarts} restarts` : ''})`).join(', ')}`,
    `UDP      ${traffic.udp.PacketsIn} queries, ${traffic.udp.PacketsOut} replies`,
    `TCP      ${traffic.tcp.MessagesIn} queries, ${traffic.tcp.MessagesOut} replies, ${traffic.tcp.Open} connections open`,
    '',
    ...zones.flatMap(zoneLines),
  ]
  return `${lines.join('\n')}\n`
}

function zoneLines({ origin, state, version, signing, feed, load, problem }: ZoneReport): string[] {
  const lines = [
    version === null
      ? `${origin}  ${state}: answers are SERVFAIL`
      : `${origin}  ${state === 'serving' ? '' : `${state}: answers are SERVFAIL; `}serial ${version.serial}, ${version.records} records, ${version.delegations} delegations, ` +
        `${version.signed ? `signed (${version.denial})` : 'unsigned'}, ${megabytes(version.bytes)}, loaded ${version.loadedAt}`,
  ]
  if (version !== null && version.memory !== null) lines.push(`  memory: ${version.memory}`)
  if (signing !== null) lines.push(...signingLines(signing))
  if (feed !== null) lines.push(...feedLines(feed))
  if (load !== null) {
    lines.push(`  loading: ${load.phase}, ${load.records} of ${load.totalRecords} records`)
  }
  if (problem !== null) lines.push(`  problem: ${problem.replaceAll('\n', '\n    ')}`)
  return lines
}

function signingLines(signing: SigningReport): string[] {
  const { state, keys, commits, renewed, refusals, problem, alarms, whole, sweep, awaits } = signing
  const counts = `${commits} commits, ${renewed} signatures renewed, ${refusals} refused by the gate`
  const by =
    state === 'insecure' ? 'by no key, the zone is to be insecure' : `by ${keys.signingZone.join(' ') || 'no key yet'}`
  const lines = [`  signing: ${by}; since the start ${counts}`]
  if (whole !== null) {
    lines.push(
      `  signing anew as a whole: ${whole.phase}, ${whole.records} of ${whole.totalRecords} records`,
      `    because ${whole.reason}`,
    )
  }
  if (sweep !== null) lines.push(`  looking at all signatures: ${sweep.looked} of ${sweep.of} names`)
  if (problem !== null) lines.push(`  signing fails: ${problem.replaceAll('\n', '\n    ')}`)
  for (const alarm of alarms) lines.push(`  alarm: ${alarm}`)
  for (const awaited of awaits) lines.push(`  waits: ${awaited}`)
  return lines
}

function feedLines({ state, problem, seq, waiting, missing, dead, hold }: FeedReport): string[] {
  const lines = [`  feed: ${state}, event ${seq} done, ${waiting} waiting, ${dead.kept} dead letters`]
  if (missing !== null) lines.push(`  feed stands: event ${missing} is missing`)
  if (hold !== null)
    lines.push(`  feed waits for approval: ${hold.withdraws} of ${hold.delegations} delegations would go`)
  else if (problem !== null && state !== 'starting') lines.push(`  feed: ${problem.replaceAll('\n', '\n    ')}`)
  return lines
}

function megabytes(octets: number): string {
  return `${(octets / 1e6).toFixed(1)} MB`
}
