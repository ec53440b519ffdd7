import { resolve } from 'node:path'
import type { Command } from 'commander'
import { nameToText } from '../../wire/index.ts'
import { ExitCode } from '../exit.ts'
import { writeJson, writeOut } from '../output.ts'
import { progressView } from '../progress.ts'
import { originOption } from './origin.ts'

interface CheckOptions {
  readonly zone: string
  readonly json?: true
}

export function addCheck(program: Command): void {
  program
    .command('check')
    .summary('check a zone file')
    .description(
      'Reads a zone file and prints everything that is wrong with it: syntax, and what makes no sound zone (docs/checks.md).\n' +
        'Ends with 1 when there are errors; warnings alone end with 0.',
    )
    .argument('<file>', 'master file (.gz is unpacked)')
    .requiredOption('--zone <origin>', "the zone's name")
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      `
Examples:
  zonecut check zz.zone --zone zz
  zonecut check root.zone.gz --zone . --json`,
    )
    .action(async (file: string, options: CheckOptions) => {
      const { checkZoneFile } = await import('../../pipeline/index.ts')
      const origin = originOption(options.zone)
      const { formatFinding } = await import('../../zone/checks/index.ts')
      const { formatProblem } = await import('../../zonefile/index.ts')
      const progress = progressView()
      const result = await checkZoneFile({
        origin,
        file: resolve(file),
        onProgress: (report) => progress.update(report),
      }).finally(() => progress.finish())
      const { ok, problems, findings, records, truncatedProblems } = result
      if (options.json) writeJson({ zone: nameToText(origin), file: resolve(file), ...result })
      else {
        for (const problem of problems) writeOut(`${formatProblem(problem)}\n`)
        for (const finding of findings.findings) writeOut(`${formatFinding(finding)}\n`)
        writeOut(
          `${nameToText(origin)}: ${records} records, ${problems.length + findings.errors} errors${truncatedProblems ? ' and more not listed' : ''}, ${findings.warnings} warnings\n`,
        )
      }
      if (!ok) process.exitCode = ExitCode.Fault
    })
}
