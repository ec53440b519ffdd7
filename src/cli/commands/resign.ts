import type { Command } from 'commander'
import { requestResign } from '../../ops/index.ts'
import { nameToText } from '../../wire/index.ts'
import { CommandError } from '../exit.ts'
import { writeJson, writeOut } from '../output.ts'
import { addServerOptions, askServer, type ServerOptions } from './control-address.ts'
import { originOption } from './origin.ts'

interface ResignOptions extends ServerOptions {
  readonly zone: string
  readonly trustClock?: true
  readonly json?: true
}

export function addResign(program: Command): void {
  addServerOptions(
    program
      .command('resign')
      .summary('have a running server sign all of a zone anew')
      .description(
        'Has the server sign all of a zone anew that it keeps signed: of the data it serves, changes made by update among them.\n' +
          'The new version is verified as a whole and then switched to; this waits until it is. The server does so by itself\n' +
          'when the policy asks for it; by hand it is for what the gate refuses (docs/gate.md).',
      )
      .requiredOption('--zone <origin>', 'the zone')
      .option('--trust-clock', 'the clock is right, though by it what is served has expired or is of the future'),
  )
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      `
Examples:
  zonecut resign --zone zz
  zonecut resign --zone zz --trust-clock --config /etc/zonecut.yaml`,
    )
    .action(async (options: ResignOptions) => {
      const origin = nameToText(originOption(options.zone))
      const report = await askServer(options, (server) => requestResign(server, origin, options.trustClock ?? false))
      if (report.problem !== null) throw new CommandError(`the zone was not signed anew: ${report.problem}`)
      if (options.json) writeJson(report)
      else writeOut(`${origin} serial ${report.serial}\n`)
    })
}
