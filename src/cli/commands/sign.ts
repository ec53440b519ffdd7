import { resolve } from 'node:path'
import { type Command, Option } from 'commander'
import type { SignPolicy, SignResult } from '../../pipeline/index.ts'
import { nameToText } from '../../wire/index.ts'
import { CommandError, ExitCode, usageError } from '../exit.ts'
import { OutputFile, writeJson, writeOut } from '../output.ts'
import { progressView } from '../progress.ts'
import { periodOption } from './duration.ts'
import { originOption } from './origin.ts'

interface SignCommandOptions {
  readonly zone: string
  readonly keys: string
  readonly output?: string
  readonly denial?: 'nsec' | 'nsec3' | 'nsec3-opt-out'
  readonly salt?: string
  readonly validity?: number
  readonly jitter?: number
  readonly inception?: number
  readonly dnskeyTtl?: number
  readonly denialTtl?: number
  readonly serial?: 'increment' | 'date' | 'unix' | 'keep'
  readonly zonemd?: 'off' | 'sha384' | 'sha512' | 'both'
  readonly threads?: number
  readonly json?: true
}

export function addSign(program: Command): void {
  program
    .command('sign')
    .summary('sign a zone file')
    .description(
      'Signs a zone file with the keys of a folder (K*.key and K*.private, as BIND has them) and writes the signed zone as\n' +
        'a master file. What earlier signing made is left out first. With errors in the zone nothing is written.',
    )
    .argument('<file>', 'master file (.gz is unpacked)')
    .requiredOption('--zone <origin>', "the zone's name")
    .requiredOption('--keys <dir>', 'folder of the keys')
    .option('-o, --output <file>', 'file to write; it appears when it is complete (default: <file>.signed)')
    .addOption(
      new Option('--denial <kind>', 'how the zone denies what it does not hold (default: nsec3-opt-out)').choices([
        'nsec',
        'nsec3',
        'nsec3-opt-out',
      ]),
    )
    .option('--salt <hex>', 'salt of NSEC3 hashes (default: none, as RFC 9276 wants it)')
    .option('--validity <time>', 'how long signatures are valid (default: 14d)', periodOption)
    .option('--jitter <time>', 'expirations are spread over so much before that (default: 2d)', periodOption)
    .option('--inception <time>', 'signatures begin so long ago (default: 1h)', periodOption)
    .option('--dnskey-ttl <time>', 'TTL of the DNSKEY records (default: 1h)', periodOption)
    .option('--denial-ttl <time>', "TTL of NSEC and NSEC3 records, at most the SOA's negative TTL", periodOption)
    .addOption(
      new Option('--serial <scheme>', 'the serial of the signed zone (default: increment)').choices([
        'increment',
        'date',
        'unix',
        'keep',
      ]),
    )
    .addOption(
      new Option('--zonemd <hash>', 'add a digest of the zone (default: off)').choices([
        'off',
        'sha384',
        'sha512',
        'both',
      ]),
    )
    .option('--threads <number>', 'threads to sign on (default: one for each processor)', threadsOption)
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      `
Times are seconds, or numbers with s, m, h, d or w.

Examples:
  zonecut sign zz.zone --zone zz --keys keys
  zonecut sign zz.zone --zone zz --keys keys -o zz.signed --denial nsec3 --serial unix --zonemd sha384`,
    )
    .action(async (file: string, options: SignCommandOptions) => {
      const { signZoneFile } = await import('../../pipeline/index.ts')
      const origin = originOption(options.zone)
      const policy = policyOf(options)
      const target = resolve(options.output ?? `${file}.signed`)
      const output = openOutput(target)
      const progress = progressView()
      let result: SignResult
      try {
        result = await signZoneFile({
          origin,
          file: resolve(file),
          keys: { kind: 'files', folder: resolve(options.keys) },
          policy,
          ...(options.threads === undefined ? {} : { threads: options.threads }),
          onProgress: (report) => progress.update(report),
          write: (text) => output.write(text),
          rewrite: (position, text) => output.rewrite(position, text),
        }).finally(() => progress.finish())
        if (result.ok) output.commit()
        else output.abandon()
      } catch (error) {
        output.abandon()
        throw explained(error)
      }
      await print(result, nameToText(origin), resolve(file), target, options)
      if (!result.ok) process.exitCode = ExitCode.Fault
    })
}

async function print(
  result: SignResult,
  zone: string,
  file: string,
  target: string,
  { json }: SignCommandOptions,
): Promise<void> {
  if (json) {
    writeJson({ zone, file, output: result.ok ? target : undefined, ...result })
    return
  }
  const { formatFinding } = await import('../../zone/checks/index.ts')
  const { formatProblem } = await import('../../zonefile/index.ts')
  const { ok, problems, truncatedProblems, findings, serial, records, signedWith, seconds } = result
  for (const problem of problems) writeOut(`${formatProblem(problem)}\n`)
  for (const finding of findings.findings) writeOut(`${formatFinding(finding)}\n`)
  const more = truncatedProblems ? ' and more not listed' : ''
  writeOut(
    ok
      ? `${zone}: ${records} records, serial ${serial}, signed with ${signedWith.join(' ')} in ${seconds.toFixed(1)} s: ${target}\n`
      : `${zone}: not signed: ${problems.length + findings.errors} errors${more}\n`,
  )
}

function policyOf(options: SignCommandOptions): SignPolicy {
  const { denial, salt, validity, jitter, inception, dnskeyTtl, denialTtl, serial, zonemd } = options
  if (salt !== undefined && !/^(?:[0-9a-f]{2}){0,255}$/i.test(salt)) {
    throw usageError(`--salt ${salt}: up to 255 octets in hexadecimal`)
  }
  return {
    // A file is signed again by whoever runs the command, so that nothing is kept back for renewing in time.
    refresh: 0,
    ...(denial === undefined ? {} : { denial }),
    ...(salt === undefined ? {} : { salt: Buffer.from(salt, 'hex') }),
    ...(validity === undefined ? {} : { validity }),
    ...(jitter === undefined ? (validity === undefined ? {} : { jitter: Math.floor(validity / 7) }) : { jitter }),
    ...(inception === undefined ? {} : { inceptionOffset: inception }),
    ...(dnskeyTtl === undefined ? {} : { dnskeyTtl }),
    ...(denialTtl === undefined ? {} : { denialTtl }),
    ...(serial === undefined ? {} : { serial }),
    ...(zonemd === undefined ? {} : { zonemd }),
  }
}

function threadsOption(text: string): number {
  const threads = Number(text)
  if (!/^\d{1,4}$/.test(text) || threads > 1024) throw usageError(`--threads ${text}: a number from 0 to 1024`)
  return threads
}

/** Errors of signing whose message tells an operator all there is to tell. */
const EXPLAINED = new Set(['HashCollisionError', 'NoSigningKeyError', 'SchedulePeriodError', 'SigningThreadError'])

function explained(error: unknown): unknown {
  return error instanceof Error && EXPLAINED.has(error.name) ? new CommandError(error.message) : error
}

function openOutput(path: string): OutputFile {
  try {
    return new OutputFile(path)
  } catch (error) {
    throw new CommandError(`cannot write ${path}: ${(error as Error).message}`)
  }
}
