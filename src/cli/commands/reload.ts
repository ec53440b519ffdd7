import type { Command } from 'commander'
import { type ReloadReport, requestReload } from '../../ops/index.ts'
import { ExitCode } from '../exit.ts'
import { writeJson, writeOut } from '../output.ts'
import { addServerOptions, askServer, type ServerOptions } from './control-address.ts'

interface ReloadOptions extends ServerOptions {
  readonly json?: true
}

export function addReload(program: Command): void {
  addServerOptions(
    program
      .command('reload')
      .summary('have a running server take up changes')
      .description(
        'Has the server that runs on a data folder read its configuration again, load the zone files that have changed,\n' +
          'and take up versions loaded by others; waits until it answers from them. Ends with 1 when anything failed:\n' +
          'what was served before is then served on.',
      ),
  )
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      `
Examples:
  zonecut reload --data /var/lib/zonecut
  zonecut reload --config /etc/zonecut.yaml --json
  zonecut reload --control https://ns1.example.net:8453 --token-file token`,
    )
    .action(async (options: ReloadOptions) => {
      const report = await askServer(options, requestReload)
      if (options.json) writeJson(report)
      else writeOut(reloadText(report))
      if (!report.ok) process.exitCode = ExitCode.Fault
    })
}

function reloadText({ notes, zones }: ReloadReport): string {
  const lines = [
    ...notes,
    ...zones.map(({ origin, outcome, serial, problem }) => {
      const version = serial === null ? '' : `, serial ${serial}`
      return `${origin}  ${outcome}${version}${problem === null ? '' : `: ${problem}`}`
    }),
  ]
  return `${lines.join('\n')}\n`
}
