/** How a command ends; docs and scripts rely on these. */
export const ExitCode = {
  Fine: 0,
  /** The input is at fault (a zone, a configuration, a server that does not answer), or the machine is. */
  Fault: 1,
  /** The command line is at fault. */
  Usage: 2,
} as const
export type ExitCode = (typeof ExitCode)[keyof typeof ExitCode]

/** Ends a command with a message for the operator and no stack trace. */
export class CommandError extends Error {
  override readonly name = 'CommandError'
  readonly exitCode: ExitCode

  constructor(message: string, exitCode: ExitCode = ExitCode.Fault) {
    super(message)
    this.exitCode = exitCode
  }
}

/** The command line is at fault. */
export function usageError(message: string): CommandError {
  return new CommandError(message, ExitCode.Usage)
}
