import { Command } from 'commander'
import { runMain, wholeBetween } from './cli.ts'
import { tldZoneText } from './zone/generate.ts'

interface Options {
  readonly delegations: number
  readonly origin: string
  readonly seed: number
}

function fullyQualified(text: string): string {
  return text.endsWith('.') ? text : `${text}.`
}

const command = new Command('bench:zone')
  .description('the text of a synthetic TLD zone, unsigned, on standard output')
  .option('--delegations <n>', 'how many', wholeBetween(1, 500_000_000), 100_000)
  .option('--origin <name>', 'the TLD', fullyQualified, 'zz.')
  .option('--seed <n>', 'the same seed gives the same zone', wholeBetween(0, 4294967295), 7)

await runMain(async () => {
  for (const piece of tldZoneText(command.parse().opts<Options>())) {
    if (!process.stdout.write(piece)) await new Promise((resolve) => process.stdout.once('drain', resolve))
  }
})
