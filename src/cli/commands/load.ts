import { resolve } from 'node:path'
import type { Command } from 'commander'
import { type Name, nameToText } from '../../wire/index.ts'
import { ExitCode } from '../exit.ts'
import { writeJson, writeOut } from '../output.ts'
import { progressView } from '../progress.ts'
import { originOption } from './origin.ts'

interface LoadOptions {
  readonly zone: string
  readonly data: string
  readonly json?: true
}

export function addLoad(program: Command): void {
  program
    .command('load')
    .summary('load a zone file into the data folder')
    .description(
      'Loads a zone file into the data folder: reads, checks and compiles it beside the version that is there, then\n' +
        'switches. A server that runs on the folder takes the new version up at once. With errors nothing is loaded.',
    )
    .argument('<file>', 'master file (.gz is unpacked)')
    .requiredOption('--zone <origin>', "the zone's name")
    .option('--data <dir>', 'data folder', './data')
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      `
Examples:
  zonecut load zz.zone --zone zz --data data
  zonecut load root.zone.gz --zone . --data /var/lib/zonecut --json`,
    )
    .action(async (file: string, options: LoadOptions) => {
      const { loadZone } = await import('../../pipeline/index.ts')
      const origin = originOption(options.zone)
      const { formatFinding } = await import('../../zone/checks/index.ts')
      const { formatProblem } = await import('../../zonefile/index.ts')
      const followed = await feedBefore(resolve(options.data), origin)
      const progress = progressView()
      const result = await loadZone({
        dataDir: resolve(options.data),
        origin,
        file: resolve(file),
        onProgress: (report) => progress.update(report),
      }).finally(() => progress.finish())
      const { ok, info, problems, findings, seconds, truncatedProblems } = result
      if (options.json) writeJson({ zone: nameToText(origin), file: resolve(file), ...result })
      else {
        for (const problem of problems) process.stderr.write(`${formatProblem(problem)}\n`)
        for (const finding of findings.findings) process.stderr.write(`${formatFinding(finding)}\n`)
        writeOut(
          ok && info !== undefined
            ? `loaded ${info.origin} serial ${info.serial}: ${info.records} records, ${info.delegations} delegations, ` +
                `in ${seconds.toFixed(1)} s${findings.warnings > 0 ? `; ${findings.warnings} warnings` : ''}\n`
            : `not loaded: ${problems.length + findings.errors} errors${truncatedProblems ? ', and more not listed' : ''}; the version before, if any, is unchanged\n`,
        )
      }
      if (!ok) process.exitCode = ExitCode.Fault
      else if (followed !== undefined) {
        const note = `${nameToText(origin)} followed a feed up to event ${followed}: it begins anew, with these records at event 0`
        process.stderr.write(`zonecut: ${note}; zonecut feed snapshot keeps a feed going\n`)
      }
    })
}

/** The last event of the feed that the version in the store follows; undefined when it follows none, or can't be read. */
async function feedBefore(dataDir: string, origin: Name): Promise<number | undefined> {
  const { currentVersion, openZone, StoreError } = await import('../../store/index.ts')
  const { readCursor } = await import('../../pipeline/index.ts')
  if (currentVersion(dataDir, origin) === undefined) return undefined
  try {
    const snapshot = openZone(dataDir, origin, { method: 'lmdb' })
    try {
      return readCursor(snapshot)?.seq
    } finally {
      snapshot.close()
    }
  } catch (error) {
    if (error instanceof StoreError) return undefined
    throw error
  }
}
