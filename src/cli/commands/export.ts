import { resolve } from 'node:path'
import type { Command } from 'commander'
import type { OldVersion } from '../../pipeline/index.ts'
import { CommandError, usageError } from '../exit.ts'
import { OutputFile, writeOut } from '../output.ts'
import { numberOption } from './number.ts'
import { originOption } from './origin.ts'

interface ExportOptions {
  readonly zone: string
  readonly data: string
  readonly output?: string
  readonly serial?: string
  readonly revision?: string
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
    .option(
      '--serial <n>',
      'the zone as it was at this serial (the last time it had it), as far back as its history goes',
    )
    .option('--revision <n>', 'the zone as it was at this revision, as zonecut history shows them')
    .option('-o, --output <file>', 'file to write; it appears when it is complete (default: standard output)')
    .addHelpText(
      'after',
      `
Examples:
  zonecut export --zone zz --data data -o zz.zone
  zonecut export --zone zz --data data | sha256sum
  zonecut export --zone zz --data data --serial 2026112401 -o before.zone`,
    )
    .action(async (options: ExportOptions) => {
      const { exportZone } = await import('../../pipeline/index.ts')
      const at = oldVersion(options)
      const source = {
        dataDir: resolve(options.data),
        origin: originOption(options.zone),
        ...(at === undefined ? {} : { at }),
      }
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

function oldVersion({ serial, revision }: ExportOptions): OldVersion | undefined {
  if (serial !== undefined && revision !== undefined) throw usageError('name --serial or --revision, not both')
  if (serial !== undefined) return { serial: numberOption('--serial', serial) }
  return revision === undefined ? undefined : { revision: numberOption('--revision', revision) }
}

function openOutput(path: string): OutputFile {
  try {
    return new OutputFile(path)
  } catch (error) {
    throw new CommandError(`cannot write ${path}: ${(error as Error).message}`)
  }
}
