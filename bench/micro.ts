import { Command, InvalidArgumentError } from 'commander'
import { openFixture } from './micro/fixture.ts'
import { type Measured, measure } from './micro/measure.ts'
import { allMeasurements } from './micro/measurements.ts'

interface Options {
  readonly zone?: string
  readonly origin?: string
  readonly delegations: number
  readonly seconds: number
  readonly only?: string
  readonly json?: true
}

function positive(text: string): number {
  const value = Number(text)
  if (!(value > 0)) throw new InvalidArgumentError('expected a number above 0')
  return value
}

function row({ group, name, nanoseconds, margin }: Measured): string {
  const digits = nanoseconds < 100 ? 1 : 0
  const rate = Math.round(1e9 / nanoseconds).toLocaleString('en-US')
  return `${group.padEnd(8)} ${name.padEnd(40)} ${nanoseconds.toFixed(digits).padStart(9)} ns  ±${margin.toFixed(1).padStart(4)} %  ${rate.padStart(12)} /s`
}

async function run(options: Options): Promise<void> {
  const fixture = await openFixture(options)
  try {
    const all = allMeasurements(fixture)
    const wanted = all.filter(({ group, name }) => `${group} ${name}`.includes(options.only ?? ''))
    const measured: Measured[] = []
    for (const measurement of wanted) {
      const result = measure(measurement, options.seconds)
      measured.push(result)
      if (!options.json) process.stdout.write(`${row(result)}\n`)
    }
    if (options.json) process.stdout.write(`${JSON.stringify(measured, undefined, 2)}\n`)
  } finally {
    fixture.close()
  }
}

const command = new Command('bench')
  .description('time per operation of parsing, packing, looking up and responding')
  .option('--zone <file>', 'zone file to measure with (default: a generated one)')
  .option('--origin <name>', 'its origin (default: zz.)')
  .option('--delegations <n>', 'delegations of the generated zone', positive, 20_000)
  .option('--seconds <n>', 'at most so long for each', positive, 1)
  .option('--only <text>', 'measurements whose group and name hold this text')
  .option('--json', 'print JSON')

try {
  await run(command.parse().opts<Options>())
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = 1
}
