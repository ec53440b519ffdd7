import type { Command } from 'commander'
import { fetchMetrics } from '../../ops/index.ts'
import { writeOut } from '../output.ts'
import { addServerOptions, askServer, type ServerOptions } from './control-address.ts'

export function addMetrics(program: Command): void {
  addServerOptions(
    program
      .command('metrics')
      .summary("print a running server's metrics")
      .description(
        "Prints the metrics of the server that runs on a data folder, in Prometheus' text format: what a scrape of its\n" +
          'metrics listener gets. docs/metrics.md says what each of them means.',
      ),
  )
    .addHelpText(
      'after',
      `
Examples:
  zonecut metrics --data /var/lib/zonecut
  zonecut metrics --control https://ns1.example.net:8453 --token-file token`,
    )
    .action(async (options: ServerOptions) => {
      writeOut(await askServer(options, fetchMetrics))
    })
}
