import { mkdirSync, writeFileSync } from 'node:fs'
import { isIP } from 'node:net'
import { dirname } from 'node:path'
import { Command, InvalidArgumentError } from 'commander'
import { rcodeToText } from '../src/iana/index.ts'
import { nameFromText, nameToText } from '../src/wire/index.ts'
import { between, runMain } from './cli.ts'
import { blast } from './load/blast.ts'
import { cpuSeconds } from './load/cpu.ts'
import { buildQueries, sampleDelegations } from './load/queries.ts'
import { durationText, latencySvg } from './load/svg.ts'
import type { LoadResult } from './load/tally.ts'

interface Options {
  readonly server: { readonly host: string; readonly port: number }
  readonly zone: string
  readonly origin?: string
  readonly seconds: number
  readonly warmup: number
  readonly sockets: number
  readonly window: number
  readonly timeout: number
  readonly sample: number
  readonly prefix?: string
  readonly edns?: true
  readonly do?: true
  readonly negative?: true
  readonly pid?: readonly number[]
  readonly out: string
  readonly json?: true
}

function parseServer(text: string): Options['server'] {
  const at = text.lastIndexOf('@')
  const host = at < 0 ? text : text.slice(0, at)
  const port = at < 0 ? 53 : Number(text.slice(at + 1))
  if (isIP(host) === 0) throw new InvalidArgumentError('expected ADDRESS@PORT')
  if (!Number.isInteger(port) || port < 1 || port > 65535) throw new InvalidArgumentError('port from 1 to 65535')
  return { host, port }
}

function parsePids(text: string): number[] {
  const pids = text.split(',').map(Number)
  if (!pids.every((pid) => Number.isInteger(pid) && pid > 0)) throw new InvalidArgumentError('expected PID,PID...')
  return pids
}

const PERCENTILES = [
  ['p50', 0.5],
  ['p90', 0.9],
  ['p99', 0.99],
  ['p99.9', 0.999],
] as const

function summary(result: LoadResult, cpu: number | undefined) {
  const micros = (units: number) => units / 10
  return {
    queriesPerSecond: Math.round(result.received / result.seconds),
    seconds: result.seconds,
    sent: result.sent,
    received: result.received,
    timeouts: result.timeouts,
    unexpected: result.unexpected,
    truncated: result.truncated,
    meanReplyOctets: result.received === 0 ? 0 : Math.round(result.octets / result.received),
    rcodes: Object.fromEntries([...result.rcodes].map(([rcode, count]) => [rcodeToText(rcode), count])),
    latencyMicros: Object.fromEntries([
      ...PERCENTILES.map(([label, share]) => [label, micros(result.latency.percentile(share))]),
      ['max', micros(result.latency.max)],
    ]) as Record<string, number>,
    serverCpuMicrosPerQuery: cpu === undefined || result.received === 0 ? undefined : (cpu * 1e6) / result.received,
  }
}

function run(options: Options): void {
  const origin = options.origin === undefined ? undefined : nameFromText(options.origin)
  const delegations = sampleDelegations(options.zone, origin, options.sample)
  const choice = {
    negative: options.negative === true,
    dnssecOk: options.do === true,
    payload: options.do || options.edns ? 1232 : undefined,
    prefix: options.prefix === undefined ? [] : options.prefix.split('.'),
  }
  const queries = buildQueries(delegations, choice)
  const target = {
    ...options.server,
    sockets: options.sockets,
    window: options.window,
    timeoutMs: options.timeout,
  }
  if (options.warmup > 0) blast(queries, { ...target, seconds: options.warmup })
  const pids = options.pid ?? []
  const before = cpuSeconds(pids)
  const result = blast(queries, { ...target, seconds: options.seconds })
  const report = summary(result, pids.length === 0 ? undefined : cpuSeconds(pids) - before)

  const kind = `${choice.negative ? 'NXDOMAIN' : 'referral'}${choice.dnssecOk ? ', DO' : ''}`
  const zone = nameToText(delegations.apex)
  const rate = report.queriesPerSecond.toLocaleString('en-US')
  const title = `${kind}, zone ${zone} with ${delegations.total.toLocaleString('en-US')} delegations`
  const subtitle = `${rate} q/s for ${options.seconds} s, ${options.sockets} x ${options.window} in flight, ${report.timeouts} timed out`
  mkdirSync(dirname(options.out), { recursive: true })
  writeFileSync(options.out, latencySvg(result.latency, title, subtitle))

  if (options.json) {
    process.stdout.write(
      `${JSON.stringify({ kind, zone, delegations: delegations.total, names: queries.count, ...report, picture: options.out })}\n`,
    )
    return
  }
  const latencies = [
    ...PERCENTILES.map(([label, share]) => `${label} ${durationText(result.latency.percentile(share))}`),
    `max ${durationText(result.latency.max)}`,
  ]
  const lines = [
    title,
    `rate      ${rate} q/s (${report.received.toLocaleString('en-US')} replies in ${report.seconds.toFixed(2)} s)`,
    `latency   ${latencies.join(', ')}`,
    `rcodes    ${
      Object.entries(report.rcodes)
        .map(([rcode, count]) => `${rcode} ${count}`)
        .join(', ') || 'none'
    }`,
    `replies   ${report.meanReplyOctets} octets on average, ${report.truncated} truncated`,
    `lost      ${report.timeouts} timed out after ${options.timeout} ms, ${report.unexpected} unexpected replies`,
  ]
  if (report.serverCpuMicrosPerQuery !== undefined) {
    lines.push(`server    ${report.serverCpuMicrosPerQuery.toFixed(2)} µs of CPU per query`)
  }
  lines.push(`picture   ${options.out}`)
  process.stdout.write(`${lines.join('\n')}\n`)
}

const command = new Command('bench:load')
  .description('closed-loop UDP load on a DNS server: queries for the delegations of a zone file')
  .requiredOption('--server <address@port>', 'whom to ask', parseServer)
  .requiredOption('--zone <file>', 'master file that the server serves')
  .option('--origin <name>', "the zone file's origin, where it has no $ORIGIN")
  .option('--seconds <n>', 'how long to measure', between(0.1, 86_400), 10)
  .option('--warmup <n>', 'seconds of load before measuring', between(0, 3600), 1)
  .option('--sockets <n>', 'sockets (each a source port)', between(1, 256), 4)
  .option('--window <n>', 'queries in flight on each socket', between(1, 30_000), 256)
  .option('--timeout <ms>', 'milliseconds after which a query is lost', between(1, 60_000), 1000)
  .option('--sample <n>', 'names to draw from the zone', between(1, 5_000_000), 200_000)
  .option('--prefix <labels>', 'labels before each delegated name, such as www')
  .option('--edns', 'with EDNS, payload 1232')
  .option('--do', 'with EDNS and DNSSEC OK')
  .option('--negative', 'ask for names that do not exist')
  .option('--pid <pid,...>', "the server's processes, to tell its CPU time per query", parsePids)
  .option('--out <file.svg>', 'where to draw the latency distribution', 'bench/out/latency.svg')
  .option('--json', 'print JSON')

await runMain(() => run(command.parse().opts<Options>()))
