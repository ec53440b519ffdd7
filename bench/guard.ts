import { rmSync } from 'node:fs'
import { Command } from 'commander'
import { nameFromText } from '../src/wire/index.ts'
import { temporaryFolder } from '../test/peers/index.ts'
import { between, runMain, wholeBetween } from './cli.ts'
import { type Comparison, compare } from './compare/comparison.ts'
import { contendersOf, echo } from './compare/contender.ts'
import { replyRate } from './compare/figures.ts'
import { USUAL_SHAPE } from './compare/job.ts'
import { choosePinning, UNPINNED } from './compare/pin.ts'
import { WORKLOADS } from './compare/workloads.ts'
import { readZoneNames } from './zone/names.ts'
import { writeUsualZone } from './zone/usual.ts'

interface Options {
  readonly delegations: number
  readonly seconds: number
}

const ORIGIN = 'zz.'
const ASKED = ['referral-do', 'nxdomain-do']

/** Rates and processor times of the server and of the echo in the same minute, and what the one is of the other. */
function report({ measurements }: Comparison): string {
  const of = (server: string, workload: string) =>
    measurements.find((measurement) => measurement.server === server && measurement.workload === workload)?.report
  const lines = WORKLOADS.flatMap(({ name, title }) => {
    const [own, ceiling] = [of('zonecut', name), of('echo', name)]
    if (own === undefined || ceiling === undefined) return []
    const cpu = (figure: typeof own) => (1e6 * figure.serverCpu) / Math.max(1, figure.received)
    const rates = [own, ceiling].map((figure) => Math.round(replyRate(figure)).toLocaleString('en-US'))
    const ratio = replyRate(own) / replyRate(ceiling)
    return [
      `${title}: ${rates[0]} q/s, echo ${rates[1]} q/s: ${ratio.toFixed(2)} of the echo`,
      `  processor: ${cpu(own).toFixed(2)} µs/query, echo ${cpu(ceiling).toFixed(2)} µs/query: ${(cpu(ceiling) / cpu(own)).toFixed(2)} of the echo`,
    ]
  })
  return `${lines.join('\n')}\n`
}

async function run({ delegations, seconds }: Options): Promise<void> {
  const folder = temporaryFolder('guard')
  try {
    const file = writeUsualZone(ORIGIN, folder, delegations)
    const names = readZoneNames(file, nameFromText(ORIGIN))
    const pinning = choosePinning()
    const comparison = await compare({
      zone: { origin: ORIGIN, file, denial: names.denial },
      names,
      contenders: [...contendersOf('zonecut', []), echo],
      workloads: WORKLOADS.filter(({ name }) => ASKED.includes(name)),
      rounds: 1,
      seconds,
      warmup: 1,
      queries: 200_000,
      shape: USUAL_SHAPE,
      pinning: typeof pinning === 'string' ? UNPINNED : pinning,
      cold: false,
      idle: 0,
      progress: () => {},
    })
    process.stdout.write(report(comparison))
    const [failure] = comparison.failures
    if (failure !== undefined) throw new Error(`${failure.server}: ${failure.message}`)
    const odd = comparison.measurements.find(({ report }) => report.received === 0)
    if (odd !== undefined) throw new Error(`${odd.server} answered nothing under ${odd.workload}`)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

const command = new Command('bench:guard')
  .description('the rate of the server as a share of an echo over the same sockets, in a quarter of a minute')
  .option('--delegations <n>', 'delegations of the zone', wholeBetween(1, 10_000_000), 20_000)
  .option('--seconds <n>', 'how long each workload is measured', between(0.1, 3600), 2)

await runMain(() => run(command.parse().opts<Options>()))
