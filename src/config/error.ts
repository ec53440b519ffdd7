/** A configuration that cannot be used: where it is wrong, and what would be right. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError'
  readonly problems: readonly ConfigProblem[]

  constructor(problems: readonly ConfigProblem[]) {
    super(problems.map(describeProblem).join('\n'))
    this.problems = problems
  }
}

/** One thing that is wrong with a configuration. */
export interface ConfigProblem {
  /** The file, or undefined when the value came from the command line. */
  readonly file: string | undefined
  /** Line and column in the file, from 1; 0 when the place is not known. */
  readonly line: number
  readonly column: number
  /** The key with its parents (`tcp.idleTimeout`, `zones[1].origin`), or the command line option; '' for the whole file. */
  readonly key: string
  readonly message: string
}

/** One line for a person: place, key, what is wrong. */
export function describeProblem(problem: ConfigProblem): string {
  const place =
    problem.file === undefined
      ? ''
      : problem.line > 0
        ? `${problem.file}:${problem.line}:${problem.column}: `
        : `${problem.file}: `
  return `${place}${problem.key === '' ? '' : `${problem.key}: `}${problem.message}`
}
