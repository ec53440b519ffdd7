import type { Command } from 'commander'
import { type ReloadReport, requestReload } from '../../ops/index.ts'
import { ExitCode } from '../exit.ts'
import { writeJson, writeOut } from '../output.ts'
import { askServer } from './control-socket.ts'

interface ReloadOptions {
  readonly data?: string
  readonly config?: string
  readonly json?: true
}

export function addReload(program: Command): void {
  program
    .command('reload')
    .summary('have a running server take up changes')
    .description(
      'Has the server that runs on a data folder read its configuration again, load the zone files that have changed,\n' +
        'and take up versions loaded by others; waits until it answers from them. Ends with 1 when anything failed:\n' +
        'what was served before is then served on.',
    )
    .option('--data <dir>', 'data folder of the server (default: ./data)')
    .option('--config <file>', "the server's configuration file, in place of --data")
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      `
Examples:
  zonecut reload --data /var/lib/zonecut
  zonecut reload --config /etc/zonecut.yaml --json`,
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
