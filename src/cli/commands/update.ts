import { readFileSync } from 'node:fs'
import type { Command } from 'commander'
import { requestChange } from '../../ops/index.ts'
import { nameToText } from '../../wire/index.ts'
import { CommandError } from '../exit.ts'
import { writeJson, writeOut } from '../output.ts'
import { addServerOptions, askServer, type ServerOptions } from './control-address.ts'
import { originOption } from './origin.ts'

interface UpdateOptions extends ServerOptions {
  readonly zone: string
  readonly json?: true
}

export function addUpdate(program: Command): void {
  addServerOptions(
    program
      .command('update')
      .summary('change records of a zone that a running server signs')
      .description(
        'Has the server change records, one a line of the file or of the standard input: signs them, checks them, commits all\n' +
          'of them or none, and waits until it answers with them. Lines:\n\n' +
          '  add NAME TTL TYPE RDATA     a record\n' +
          '  delete NAME TYPE RDATA      a record\n' +
          '  delete NAME TYPE            all records of a type\n' +
          '  delete NAME                 all records of a name',
      )
      .argument('[file]', 'file of changes', '-')
      .requiredOption('--zone <origin>', 'the zone'),
  )
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      `
Examples:
  echo 'add new.zz. 86400 NS ns1.example.net.' | zonecut update --zone zz
  zonecut update changes.txt --zone zz --config /etc/zonecut.yaml --json
  zonecut update changes.txt --zone zz --control https://ns1.example.net:8453 --token-file token --ca ca.pem`,
    )
    .action(async (file: string, options: UpdateOptions) => {
      const origin = nameToText(originOption(options.zone))
      const text = readFileSync(file === '-' ? 0 : file, 'utf8')
      const report = await askServer(options, (server) => requestChange(server, origin, text))
      if (report.problem !== null) throw new CommandError(`nothing was changed: ${report.problem}`)
      if (options.json) writeJson(report)
      else writeOut(`${origin} serial ${report.serial}\n`)
    })
}
