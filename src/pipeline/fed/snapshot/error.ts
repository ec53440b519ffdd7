/** Problems that a refused document lists. */
export const LISTED = 20

export interface SnapshotProblem {
  /** Of the document, from 1; undefined for what no single line is at fault for. */
  readonly line: number | undefined
  readonly text: string
}

/** A snapshot document that can't be loaded; nothing was changed. */
export class SnapshotError extends Error {
  override readonly name = 'SnapshotError'
  readonly file: string
  /** The first of them, in the order in which they were found. */
  readonly problems: readonly SnapshotProblem[]

  constructor(file: string, problems: readonly SnapshotProblem[], cause?: unknown) {
    const shown = problems.map(({ line, text }) =>
      line === undefined ? `${file}: ${text}` : `${file}:${line}: ${text}`,
    )
    const more = problems.length >= LISTED ? ['and perhaps more that are not listed'] : []
    super([...shown, ...more].join('\n'), cause === undefined ? {} : { cause })
    this.file = file
    this.problems = problems
  }
}
