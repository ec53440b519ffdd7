import { resolve } from 'node:path'
import type { Command } from 'commander'
import { nameToText } from '../../wire/index.ts'
import { ExitCode, usageError } from '../exit.ts'
import { writeJson, writeOut } from '../output.ts'
import { progressView } from '../progress.ts'
import { momentOption } from './moment.ts'
import { originOption } from './origin.ts'

interface VerifyOptions {
  readonly zone: string
  readonly at?: number
  readonly faults: number
  readonly json?: true
}

export function addVerify(program: Command): void {
  program
    .command('verify')
    .summary('validate a signed zone file')
    .description(
      'Reads a signed zone file and validates all of it, as a validator with its keys would: every signature, the chain of\n' +
        'NSEC or NSEC3 records complete and exact, their types, the coverage of delegations, and digests (ZONEMD). Lists\n' +
        'each fault and ends with 1 when there is one; what check only warns of counts too, such as an expired signature.',
    )
    .argument('<file>', 'master file (.gz is unpacked)')
    .requiredOption('--zone <origin>', "the zone's name")
    .option(
      '--at <time>',
      'the time to judge by: YYYYMMDDHHMMSS in UTC, or seconds since 1970 (default: now)',
      momentOption,
    )
    .option('--faults <number>', 'list so many of each kind of fault; all are counted', faultsOption, 1000)
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      `
Examples:
  zonecut verify zz.zone.signed --zone zz
  zonecut verify root.zone.gz --zone . --at 20260801000000 --json`,
    )
    .action(async (file: string, options: VerifyOptions) => {
      const { checkZoneFile } = await import('../../pipeline/index.ts')
      const origin = originOption(options.zone)
      const { formatFinding, isDnssecCheck } = await import('../../zone/checks/index.ts')
      const { formatProblem } = await import('../../zonefile/index.ts')
      const progress = progressView()
      const { problems, findings, records, signed, truncatedProblems, seconds } = await checkZoneFile({
        origin,
        file: resolve(file),
        listed: options.faults,
        ...(options.at === undefined ? {} : { now: options.at }),
        onProgress: (report) => progress.update(report),
      }).finally(() => progress.finish())
      const faults = findings.findings.filter(({ check, severity }) => severity === 'error' || isDnssecCheck(check))
      const listed = (check: string) => faults.filter((one) => one.check === check).length
      const counted = Object.entries(findings.countsByCheck).filter(([check]) => listed(check) > 0)
      const count = counted.reduce((sum, [, times]) => sum + times, problems.length) + (signed ? 0 : 1)
      const zone = nameToText(origin)
      if (options.json) {
        writeJson({ zone, file: resolve(file), ok: count === 0, records, signed, problems, faults, count, seconds })
      } else {
        for (const problem of problems) writeOut(`${formatProblem(problem)}\n`)
        for (const fault of faults) writeOut(`${formatFinding(fault)}\n`)
        for (const [check, times] of counted) {
          if (times > listed(check)) writeOut(`and ${times - listed(check)} more (${check})\n`)
        }
        if (!signed) writeOut(`error: ${zone}: the zone is not signed: its apex has no DNSKEY record\n`)
        const more = truncatedProblems ? ' and more not listed' : ''
        writeOut(
          `${zone}: ${records} records, ${count === 0 ? 'all valid' : `${count} ${count === 1 ? 'fault' : 'faults'}${more}`}\n`,
        )
      }
      if (count > 0) process.exitCode = ExitCode.Fault
    })
}

function faultsOption(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw usageError(`--faults ${text}: a number from 1 to 999999999`)
  return Number(text)
}
