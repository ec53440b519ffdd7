import { resolve } from 'node:path'
import type { Command } from 'commander'
import { CommandError } from '../exit.ts'
import { OutputFile, writeOut } from '../output.ts'
import { originOption } from './origin.ts'

interface ExportOptions {
  readonly zone: string
  readonly data: string
  readonly output?: string
}

export function addExport(program: Command): void {
  program
    .command('export')
    .summary('write a zone of the data folder as a zone file')
    .description(
      'Writes the version of a zone that is served as a master file: one record a line, lower case, fully qualified,\n' +
        'sorted, SOA first. Loading it gives the identical zone.',
    )
    .requiredOption('--zone <origin>', "the zone's name")
    .option('--data <dir>', 'data folder', './data')
    .option('-o, --output <file>', 'file to write; it appears when it is complete (default: standard output)')
    .addHelpText(
      'after',
      `
Examples:
  zonecut export --zone zz --data data -o zz.zone
  zonecut export --zone zz --data data | sha256sum`,
    )
    .action(async (options: ExportOptions) => {
      const { exportZone } = await import('../../pipeline/index.ts')
      const source = { dataDir: resolve(options.data), origin: originOption(options.zone) }
      if (options.output === undefined) {
        await exportZone({ ...source, write: writeOut })
        return
      }
      const file = openOutput(resolve(options.output))
      try {
        await exportZone({ ...source, write: (text) => file.write(text) })
        file.commit()
      } catch (error) {
        file.abandon()
        throw error
      }
    })
}

function openOutput(path: string): OutputFile {
  try {
    return new OutputFile(path)
  } catch (error) {
    throw new CommandError(`cannot write ${path}: ${(error as Error).message}`)
  }
}
