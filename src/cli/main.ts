import { Command, CommanderError } from 'commander'
import type { ConfigError } from '../config/index.ts'
import { addCheck } from './commands/check.ts'
import { addExport } from './commands/export.ts'
import { addFeed } from './commands/feed/index.ts'
import { addHistory } from './commands/history.ts'
import { addKeys } from './commands/keys/index.ts'
import { addLoad } from './commands/load.ts'
import { addMetrics } from './commands/metrics.ts'
import { addQuery } from './commands/query.ts'
import { addReload } from './commands/reload.ts'
import { addResign } from './commands/resign.ts'
import { addServe } from './commands/serve.ts'
import { addSign } from './commands/sign.ts'
import { addStatus } from './commands/status.ts'
import { addUpdate } from './commands/update.ts'
import { addVerify } from './commands/verify.ts'
import { CommandError, ExitCode } from './exit.ts'
import { programVersion } from './version.ts'

/** Errors whose message tells an operator all there is to tell. */
const EXPLAINED = new Set([
  'BindError',
  'ControlError',
  'DataFolderError',
  'DuplicateKeyTagError',
  'JournalError',
  'KeyFileError',
  'KeyMismatchError',
  'KeyNotFoundError',
  'KeyPermissionError',
  'KeyRequestError',
  'KeyStateError',
  'NameError',
  'NotKeptError',
  'StoreError',
  'ThreadStartError',
  'UdpIoError',
  'UnsupportedKeyError',
])

/**
 * Runs one command.
 * @param argv as process.argv: the program and the file come first
 */
export async function main(argv: readonly string[]): Promise<void> {
  try {
    await program().parseAsync([...argv])
  } catch (error) {
    process.exitCode = report(error)
  }
}

function program(): Command {
  const program = new Command('zonecut')
    .description('Authoritative DNS nameserver for top-level-domain zones.')
    .version(programVersion(), '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .exitOverride()
    .showHelpAfterError('(--help shows how it is used)')
    .configureOutput({ outputError: (text, write) => write(text.replace(/^error: /, 'zonecut: ')) })
    .addHelpText(
      'after',
      `
Exit codes: 0 fine, 1 the input (or what it meets) is at fault, 2 the command line is.

Examples:
  zonecut load zz.zone --zone zz --data data
  zonecut serve --data data --listen 127.0.0.1@5300
  zonecut query @127.0.0.1 -p 5300 zz SOA`,
    )
  for (const add of [
    addServe,
    addLoad,
    addCheck,
    addExport,
    addHistory,
    addSign,
    addVerify,
    addQuery,
    addStatus,
    addMetrics,
    addReload,
    addUpdate,
    addResign,
    addKeys,
    addFeed,
  ])
    add(program)
  return program
}

/** Tells the operator, and gives the exit code. A stack trace is shown only for faults of the program itself. */
function report(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? ExitCode.Fine : ExitCode.Usage
  if (error instanceof CommandError) {
    say(error.message)
    return error.exitCode
  }
  if (isConfigError(error)) {
    say(error.message)
    return error.problems.every(({ file }) => file === undefined) ? ExitCode.Usage : ExitCode.Fault
  }
  if (error instanceof Error && EXPLAINED.has(error.name)) {
    say(error.message)
    return ExitCode.Fault
  }
  say(`a fault of the program: ${error instanceof Error ? error.stack : String(error)}`)
  return ExitCode.Fault
}

/** By name, since a class would have to be imported, and its folder with it, by every command. */
function isConfigError(error: unknown): error is ConfigError {
  return error instanceof Error && error.name === 'ConfigError'
}

function say(message: string): void {
  process.stderr.write(`zonecut: ${message}\n`)
}
